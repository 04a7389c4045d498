/** What the X.224 class 0 TPDUs of RDP have in common: ITU-T X.224 section 13. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';

/** High nibbles of the code octet. */
export const TPDU_CONNECTION_REQUEST = 0xe0;
export const TPDU_CONNECTION_CONFIRM = 0xd0;
export const TPDU_DATA = 0xf0;

const CODE_MASK = 0xf0;

/** The length indicator is one byte, and 255 is reserved. */
const MAX_LENGTH_INDICATOR = 254;

/** Code, two references and class: what CR and CC begin with after the length indicator. */
const CONNECTION_HEADER_BYTES = 6;

/** References and class of a connection TPDU, as sent. */
export interface ConnectionReferences {
  readonly dstRef: number;
  readonly srcRef: number;
  readonly classOption: number;
}

/** Reads a CR or CC up to its variable part and returns a reader of that part, which is all that `reader` has left. */
export function openConnectionTpdu(
  reader: Reader,
  code: number,
  structure: string,
): { readonly references: ConnectionReferences; readonly variable: Reader } {
  const lengthIndicator = reader.u8();
  if (lengthIndicator > MAX_LENGTH_INDICATOR || lengthIndicator < CONNECTION_HEADER_BYTES) {
    throw reader.error('invalid', `length indicator ${lengthIndicator}`);
  }
  const variable = reader.sub(lengthIndicator, structure);
  reader.end();
  if ((variable.u8() & CODE_MASK) !== code) throw variable.error('invalid', 'TPDU code');
  const references = { dstRef: variable.u16be(), srcRef: variable.u16be(), classOption: variable.u8() };
  return { references, variable };
}

/** Writes a CR or CC around its variable part. Throws RangeError when that is too long for a length indicator. */
export function writeConnectionTpdu(
  writer: Writer,
  code: number,
  references: ConnectionReferences,
  variable: Uint8Array,
): void {
  const lengthIndicator = CONNECTION_HEADER_BYTES + variable.length;
  if (lengthIndicator > MAX_LENGTH_INDICATOR) throw new RangeError(`X.224 TPDU of ${lengthIndicator} bytes`);
  writer.u8(lengthIndicator).u8(code).u16be(references.dstRef).u16be(references.srcRef).u8(references.classOption);
  writer.bytes(variable);
}
