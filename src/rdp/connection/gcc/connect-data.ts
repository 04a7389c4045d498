/** ConnectData of GCC, ITU-T T.124 section 8.7: the key that says T.124, and the length of the PDU in it. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';

/** Choice "object", its length, and the object identifier 0.0.20.124.0.1 (T.124, February 1998). */
const T124_KEY: readonly number[] = [0x00, 0x05, 0x00, 0x14, 0x7c, 0x00, 0x01];

/** Takes bytes that are the same in every RDP connection. Throws "invalid" when they are not. */
export function expectBytes(reader: Reader, expected: readonly number[], field: string): void {
  for (const byte of expected) {
    if (reader.u8() !== byte) throw reader.error('invalid', field);
  }
}

/** Takes the key. */
export function readConnectDataKey(reader: Reader): void {
  expectBytes(reader, T124_KEY, 'T.124 key');
}

export function writeConnectDataKey(writer: Writer): void {
  writer.bytes(Uint8Array.from(T124_KEY));
}
