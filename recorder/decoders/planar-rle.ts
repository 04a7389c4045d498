/**
 * Run-length encoding of one colour plane: RDP6_RLE_SEGMENTS, [MS-RDPEGDI] 2.2.2.5.1.1 and 3.1.9.2. A segment is raw
 * bytes and a repetition of the last of them; from the second row on the bytes are differences to the row above.
 *
 * Four bytes are handled at a time. What a segment writes beyond its last byte is overwritten by the segments after it;
 * beyond the plane's last byte there are `PLANE_SLACK_BYTES` for it.
 */
import { DecodeError } from '../../src/rdp/wire/errors.js';

/** What errors name; the kernel's too. */
export const RLE_STRUCTURE = 'rdp6RleSegments';

/** Bytes after a plane that decoding it may overwrite. */
export const PLANE_SLACK_BYTES = 4;

/** Bytes with the view that reads four of them. */
export interface Bytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/**
 * Decodes the plane at `source.bytes[start]` into `width * height` bytes at `out.bytes[offset]`, which the caller has
 * provided together with the slack. Returns the offset after the plane's last segment.
 * @throws DecodeError when the data ends early or a segment crosses the end of its row.
 */
export function decodePlane(
  source: Bytes,
  start: number,
  out: Bytes,
  offset: number,
  width: number,
  height: number,
): number {
  const data = source.bytes;
  const length = data.length;
  let at = start;
  for (let row = 0; row < height; row += 1) {
    const end = offset + (row + 1) * width;
    let to = end - width;
    // What a run repeats when its row has had no raw byte so far.
    let value = 0;
    while (to < end) {
      if (at >= length) throw new DecodeError('truncated', RLE_STRUCTURE, at);
      const control = data[at] as number;
      let run = control & 0x0f;
      let raw = control >> 4;
      if (run === 1 || run === 2) {
        run = 16 * run + raw;
        raw = 0;
      }
      at += 1;
      if (raw > length - at) throw new DecodeError('truncated', RLE_STRUCTURE, at);
      if (raw + run > end - to)
        throw new DecodeError('invalid', RLE_STRUCTURE, at, 'segment beyond the end of its row');
      if (raw > 0) value = data[at + raw - 1] as number;
      if (row === 0) {
        copyBytes(data, at, out.bytes, to, raw);
        fillRun(out.view, to + raw, run, value);
      } else {
        addDifferences(source, at, out, to, raw, width);
        addRun(out.view, to + raw, run, difference(value), width);
      }
      at += raw;
      to += raw + run;
    }
  }
  return at;
}

// Indices below were compared with the row's end and the data's length, hence the `as number`.

/** An encoded difference, or four in one word: the sign is each byte's lowest bit. */
function difference(encoded: number): number {
  const sign = encoded & 0x0101_0101;
  return ((encoded >>> 1) & 0x7f7f_7f7f) ^ ((sign << 8) - sign);
}

/** Adds bytes that share a word, without carries between them. */
function addBytes(left: number, right: number): number {
  return ((left & 0x7f7f_7f7f) + (right & 0x7f7f_7f7f)) ^ ((left ^ right) & 0x8080_8080);
}

function copyBytes(data: Uint8Array, at: number, out: Uint8Array, to: number, count: number): void {
  for (let i = 0; i < count; i += 1) out[to + i] = data[at + i] as number;
}

function fillRun(view: DataView, to: number, count: number, value: number): void {
  const end = to + count;
  const four = Math.imul(value, 0x0101_0101);
  for (let i = to; i < end; i += 4) view.setUint32(i, four, true);
}

function addDifferences(source: Bytes, at: number, out: Bytes, to: number, count: number, width: number): void {
  const view = out.view;
  if (at + count + 3 > source.bytes.length) {
    for (let i = 0; i < count; i += 1) {
      const above = view.getUint8(to + i - width);
      view.setUint8(to + i, above + difference(source.bytes[at + i] as number));
    }
    return;
  }
  const encoded = source.view;
  for (let i = 0; i < count; i += 4) {
    const above = view.getUint32(to + i - width, true);
    view.setUint32(to + i, addBytes(above, difference(encoded.getUint32(at + i, true))), true);
  }
}

function addRun(view: DataView, to: number, count: number, value: number, width: number): void {
  const end = to + count;
  if (value === 0) {
    for (let i = to; i < end; i += 4) view.setUint32(i, view.getUint32(i - width, true), true);
    return;
  }
  const four = Math.imul(value & 0xff, 0x0101_0101);
  for (let i = to; i < end; i += 4) view.setUint32(i, addBytes(view.getUint32(i - width, true), four), true);
}
