/** Refresh Rect PDU, [MS-RDPBCGR] 2.2.11.2.1: a client asks for areas to be drawn again. After the Share Data Header. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { RECTANGLE_BYTES, decodeRectangle, writeRectangle, type InclusiveRectangle } from './rectangle.js';

const MAX_AREAS = 255;

export function decodeRefreshRect(reader: Reader): InclusiveRectangle[] {
  const numberOfAreas = reader.u8();
  reader.skip(3);
  reader.need(numberOfAreas * RECTANGLE_BYTES);
  return Array.from({ length: numberOfAreas }, () => decodeRectangle(reader));
}

/** Throws RangeError for more than 255 areas. */
export function encodeRefreshRect(areas: readonly InclusiveRectangle[]): Uint8Array {
  if (areas.length > MAX_AREAS) throw new RangeError('RefreshRect: too many areas');
  const pdu = new Writer().u8(areas.length).zeros(3);
  for (const area of areas) {
    const writer = new Writer();
    writeRectangle(writer, area);
    pdu.bytes(writer.finish());
  }
  return pdu.finish();
}
