/**
 * Persistent Key List PDU, [MS-RDPBCGR] 2.2.1.17.1: bitmaps that a client kept from earlier sessions, by their keys. It
 * follows the Share Data Header.
 */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** Bits of bBitMask. */
export const PERSIST_FIRST_PDU = 0x01;
export const PERSIST_LAST_PDU = 0x02;

const CACHES = 5;
const KEY_BYTES = 8;

export interface PersistentKeyList {
  /** Of each of the five caches: its entries in the whole sequence of these PDUs. */
  readonly totalEntries: readonly number[];
  readonly bBitMask: number;
  /** Of each of the five caches: the keys in this PDU. */
  readonly keys: readonly (readonly bigint[])[];
}

function fiveNumbers(reader: Reader): number[] {
  return Array.from({ length: CACHES }, () => reader.u16());
}

export function decodePersistentKeyList(reader: Reader): PersistentKeyList {
  const numEntries = fiveNumbers(reader);
  const totalEntries = fiveNumbers(reader);
  const bBitMask = reader.u8();
  reader.skip(3);
  reader.need(KEY_BYTES * numEntries.reduce((sum, count) => sum + count, 0));
  const keys = numEntries.map((count) => Array.from({ length: count }, () => reader.u64()));
  return { totalEntries, bBitMask, keys };
}

/** Throws RangeError unless there are five caches. */
export function encodePersistentKeyList(value: PersistentKeyList): Uint8Array {
  if (value.keys.length !== CACHES || value.totalEntries.length !== CACHES) {
    throw new RangeError(`PersistentKeyList: ${CACHES} caches are due`);
  }
  const writer = new Writer();
  for (const keys of value.keys) writer.u16(keys.length);
  for (const total of value.totalEntries) writer.u16(total);
  writer.u8(value.bBitMask).zeros(3);
  for (const key of value.keys.flat()) writer.bytes(new Writer().u64(key).finish());
  return writer.finish();
}
