/** RDPGFX_DELETE_ENCODING_CONTEXT_PDU, [MS-RDPEGFX] 2.2.2.3: a progressive context is not used any more. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export interface DeleteEncodingContext {
  readonly surfaceId: number;
  readonly codecContextId: number;
}

export function decodeDeleteEncodingContext(reader: Reader): DeleteEncodingContext {
  return { surfaceId: reader.u16(), codecContextId: reader.u32() };
}

export function encodeDeleteEncodingContext(value: DeleteEncodingContext): Uint8Array {
  return new Writer().u16(value.surfaceId).u32(value.codecContextId).finish();
}
