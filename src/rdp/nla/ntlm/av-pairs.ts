/** AV_PAIR lists: what a server says of itself, and what a client adds to it in its proof; [MS-NLMP] 2.2.2.1. */
import { MAX_AV_PAIRS } from '../../wire/limits.js';
import { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';

export const AV_EOL = 0;
export const AV_NB_COMPUTER_NAME = 1;
export const AV_NB_DOMAIN_NAME = 2;
export const AV_DNS_COMPUTER_NAME = 3;
export const AV_DNS_DOMAIN_NAME = 4;
export const AV_FLAGS = 6;
export const AV_TIMESTAMP = 7;
export const AV_TARGET_NAME = 9;
export const AV_CHANNEL_BINDINGS = 10;

/** A bit of MsvAvFlags: the AUTHENTICATE message has a MIC. */
export const AV_FLAG_MIC = 0x2;

export interface AvPair {
  readonly id: number;
  readonly value: Uint8Array;
}

/** Decodes a list up to its end mark; what follows that is not part of it. */
export function decodeAvPairs(reader: Reader): readonly AvPair[] {
  const pairs: AvPair[] = [];
  for (;;) {
    const id = reader.u16();
    const length = reader.u16();
    if (id === AV_EOL) return pairs;
    if (pairs.length === MAX_AV_PAIRS) throw reader.error('limit', 'AV pairs');
    pairs.push({ id, value: reader.bytes(length) });
  }
}

/** With the end mark. */
export function encodeAvPairs(pairs: readonly AvPair[]): Uint8Array {
  const writer = new Writer();
  for (const { id, value } of pairs) {
    if (value.length > 0xffff) throw new RangeError('AV pair too long');
    writer.u16(id).u16(value.length).bytes(value);
  }
  return writer.u16(AV_EOL).u16(0).finish();
}

export function avPair(pairs: readonly AvPair[], id: number): Uint8Array | null {
  return pairs.find((pair) => pair.id === id)?.value ?? null;
}

/** MsvAvFlags, 0 when there are none. */
export function avFlags(pairs: readonly AvPair[]): number {
  const value = avPair(pairs, AV_FLAGS);
  return value === null ? 0 : new Reader(value, 'MsvAvFlags').u32();
}
