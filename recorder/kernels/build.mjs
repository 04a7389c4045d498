/** Compiles every AssemblyScript kernel of this folder to `dist/recorder/kernels/<name>.wasm`. */
import { mkdir, readdir, rename } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const sources = fileURLToPath(new URL('.', import.meta.url));
const output = fileURLToPath(new URL('../../dist/recorder/kernels/', import.meta.url));

await mkdir(output, { recursive: true });
for (const file of await readdir(sources)) {
  if (!file.endsWith('.ts')) continue;
  const target = join(output, `${file.slice(0, -3)}.wasm`);
  // Compiled beside its place and moved there: whoever loads the kernel meanwhile reads a whole file.
  const scratch = `${target}.${process.pid}`;
  const options = ['--optimizeLevel', '3', '--runtime', 'stub', '--enable', 'simd', '--use', 'abort='];
  const { error } = await asc.main([join(sources, file), '--outFile', scratch, ...options], { stderr: process.stderr });
  if (error) process.exit(1);
  await rename(scratch, target);
}
