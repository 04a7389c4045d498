/** Pictures for a person to look at, kept where WITNESS_TEST_PICTURES says; nothing is written when it is not set. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writePng } from '../../pixels/png.js';
import type { Raster } from '../../pixels/raster.js';

export async function keepPicture(name: string, raster: Raster): Promise<void> {
  const folder = process.env['WITNESS_TEST_PICTURES'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await writePng(path.join(folder, `${name.replaceAll(/[^A-Za-z0-9]+/g, '-')}.png`), raster);
}
