/** DELTA_PTS_FIELD, [MS-RDPEGDI] 2.2.2.2.1.1.1.4: points as differences from point to point; zeros are not sent. */
import { Reader } from '../../../src/rdp/wire/reader.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Seven or fifteen bits with sign. */
function readDelta(reader: Reader): number {
  const first = reader.u8();
  if ((first & 0x80) === 0) return (first << 25) >> 25;
  return (((first << 8) | reader.u8()) << 17) >> 17;
}

/** The `count` points that follow `start`. Throws "truncated" when the list holds fewer. */
export function decodeDeltaPoints(list: Uint8Array, count: number, start: Point): Point[] {
  const reader = new Reader(list, 'DeltaPoints');
  const zeroBits = reader.bytes(Math.ceil(count / 4));
  let { x, y } = start;
  return Array.from({ length: count }, (_, index) => {
    const flags = (zeroBits[index >> 2] ?? 0) << (2 * (index & 3));
    if ((flags & 0x80) === 0) x += readDelta(reader);
    if ((flags & 0x40) === 0) y += readDelta(reader);
    return { x, y };
  });
}
