import { createHash, createHmac } from 'node:crypto';
import type { Hashes } from '../../../src/rdp/nla/hashes.js';

/** Bytes of hexadecimal text; spaces and line ends do not count. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

export const HASHES: Hashes = {
  md5: (data) => createHash('md5').update(data).digest(),
  hmacMd5: (key, data) => createHmac('md5', key).update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
};
