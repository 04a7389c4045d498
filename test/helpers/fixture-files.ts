/** Files of test/fixtures, from compiled code as well: that folder is not copied into dist. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { packageRoot } from '../../src/database/compiled-entry.js';

const FOLDER = join(packageRoot(), 'test/fixtures');

export function fixturePath(path: string): string {
  return join(FOLDER, path);
}

/** A file, unpacked if its name says that it is packed. */
export function fixture(path: string): Uint8Array {
  const bytes = readFileSync(join(FOLDER, path));
  return new Uint8Array(path.endsWith('.gz') ? gunzipSync(bytes) : bytes);
}

/** Files of a folder whose names match. */
export function fixturesOf(folder: string, pattern: RegExp): Uint8Array[] {
  const names = readdirSync(join(FOLDER, folder)).filter((name) => pattern.test(name));
  return names.sort().map((name) => fixture(`${folder}/${name}`));
}

export function fixtureIndex<Entry>(path: string): Entry[] {
  return JSON.parse(Buffer.from(fixture(path)).toString()) as Entry[];
}

export function bytesOfHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

export function hexFixture(path: string): Uint8Array {
  return bytesOfHex(Buffer.from(fixture(path)).toString());
}

/** A recorded connection: everything that each side sent, in the order of that side. */
export function capture(name: string): { readonly client: Uint8Array[]; readonly target: Uint8Array[] } {
  const lines = Buffer.from(fixture(`connection-captures/${name}.hex`))
    .toString()
    .trim()
    .split('\n');
  const of = (side: string) => lines.filter((line) => line.startsWith(side)).map((line) => bytesOfHex(line.slice(6)));
  return { client: of('client'), target: of('server') };
}

export const CAPTURES = ['xfreerdp', 'xfreerdp-token', 'rdesktop'] as const;

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
