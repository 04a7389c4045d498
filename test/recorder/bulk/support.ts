/** What the tests of bulk compression share. */
import { readFileSync } from 'node:fs';
import { Reader } from '../../../src/rdp/wire/reader.js';

export interface Packet {
  readonly flags: number;
  readonly data: Uint8Array;
}

export function fixture(name: string): Uint8Array {
  return readFileSync(new URL(`../../fixtures/bulk/${name}`, import.meta.url));
}

/** The packets of `<name>.cmp`, in order. */
export function compressedPackets(name: string): Packet[] {
  const reader = new Reader(fixture(`${name}.cmp`), 'packets');
  const result: Packet[] = [];
  while (reader.remaining > 0) {
    const flags = reader.u32();
    result.push({ flags: flags & 0xff, data: reader.bytes(reader.u32()) });
  }
  return result;
}

/** The same with what they decompress to, from `<name>.raw`. */
export function packets(name: string): (Packet & { readonly expected: Uint8Array })[] {
  const raw = new Reader(fixture(`${name}.raw`), 'packets');
  return compressedPackets(name).map((packet) => ({ ...packet, expected: raw.bytes(raw.u32()) }));
}

export function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

export function text(value: string): Uint8Array {
  return Uint8Array.from(Buffer.from(value, 'latin1'));
}

/** Puts the bytes into places that may lie beyond the end. */
export function damage(data: Uint8Array, edits: readonly (readonly [number, number])[]): Uint8Array {
  const result = data.slice();
  for (const [position, byte] of edits) if (result.length > 0) result[position % result.length] = byte;
  return result;
}
