/**
 * Where the compiled form of a source file is. Worker threads and child processes need JavaScript, also when the caller
 * itself runs from TypeScript sources (tests).
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * File URL of `dist/<entry>` in this package, for `new Worker(url)` or `fork(fileURLToPath(url))`.
 * @param entry path of the compiled file below `dist`, such as `src/database/sqlite-worker.js`
 * @throws Error when the package has not been built
 */
export function compiledEntry(entry: string): URL {
  const path = join(packageRoot(), 'dist', entry);
  if (!existsSync(path)) throw new Error(`${path} is missing: run "npm run build" first`);
  return pathToFileURL(path);
}

/** The folder that holds package.json, from sources and from `dist` alike. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('package.json of Witness was not found');
    folder = parent;
  }
  return folder;
}
