/** The folder of imports below a gateway's data: traces of the import that runs. One import at a time has it. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isUuidV7 } from '../contract/ids.js';
import { DataFolderInUseError, lockDataFolder } from '../gateway/composition/data-lock.js';
import { ImportError } from './import-error.js';

export interface ImportsFolder {
  readonly path: string;
  unlock(): Promise<void>;
}

/**
 * Takes the folder, and removes the traces of imports that were killed: their keys died with them.
 * @throws ImportError `busy` while another import has it.
 */
export async function lockImportsFolder(dataDir: string): Promise<ImportsFolder> {
  const folder = path.join(dataDir, 'imports');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unlock = await lock(folder);
  for (const name of (await readdir(folder)).filter(isUuidV7)) {
    await rm(path.join(folder, name), { recursive: true, force: true });
  }
  return { path: folder, unlock };
}

async function lock(folder: string): Promise<() => Promise<void>> {
  try {
    return await lockDataFolder(folder);
  } catch (error) {
    if (!(error instanceof DataFolderInUseError)) throw error;
    throw new ImportError('busy', `another import is running on ${path.dirname(folder)}; wait until it has ended`);
  }
}
