/**
 * Run-length encoding of one colour plane: RDP6_RLE_SEGMENTS, [MS-RDPEGDI] 2.2.2.5.1.1 and 3.1.9.2. A segment is raw
 * bytes and a repetition of the last of them; from the second row on the bytes are differences to the row above.
 */
import { DecodeError } from '../../src/rdp/wire/errors.js';

const STRUCTURE = 'rdp6RleSegments';

/**
 * Decodes the plane at `data[start]` into `width * height` bytes at `out[offset]`, which the caller has provided.
 * Returns the offset after the plane's last segment.
 * @throws DecodeError when the data ends early or a segment crosses the end of its row.
 */
export function decodePlane(
  data: Uint8Array,
  start: number,
  out: Uint8Array,
  offset: number,
  width: number,
  height: number,
): number {
  let at = start;
  for (let row = 0; row < height; row += 1) {
    const end = offset + (row + 1) * width;
    let to = end - width;
    // What a run repeats when its row has had no raw byte so far.
    let value = 0;
    while (to < end) {
      if (at >= data.length) throw new DecodeError('truncated', STRUCTURE, at);
      const control = data[at] as number;
      let run = control & 0x0f;
      let raw = control >> 4;
      if (run === 1 || run === 2) {
        run = 16 * run + raw;
        raw = 0;
      }
      at += 1;
      if (raw > data.length - at) throw new DecodeError('truncated', STRUCTURE, at, `${raw} raw bytes`);
      if (raw + run > end - to) throw new DecodeError('invalid', STRUCTURE, at, 'segment beyond the end of its row');
      if (row === 0) {
        copyBytes(data, at, out, to, raw);
        if (raw > 0) value = data[at + raw - 1] as number;
        fillBytes(out, to + raw, run, value);
      } else {
        addDifferences(data, at, out, to, raw, width);
        if (raw > 0) value = difference(data[at + raw - 1] as number);
        addRun(out, to + raw, run, value, width);
      }
      at += raw;
      to += raw + run;
    }
  }
  return at;
}

// Indices below were compared with the row's end and the data's length, hence the `as number`.

/** An encoded difference: the sign is the lowest bit. */
function difference(encoded: number): number {
  return (encoded >> 1) ^ -(encoded & 1);
}

function copyBytes(data: Uint8Array, at: number, out: Uint8Array, to: number, count: number): void {
  for (let i = 0; i < count; i += 1) out[to + i] = data[at + i] as number;
}

function fillBytes(out: Uint8Array, to: number, count: number, value: number): void {
  const end = to + count;
  for (let i = to; i < end; i += 1) out[i] = value;
}

function addDifferences(data: Uint8Array, at: number, out: Uint8Array, to: number, count: number, width: number): void {
  for (let i = 0; i < count; i += 1) {
    out[to + i] = (out[to + i - width] as number) + difference(data[at + i] as number);
  }
}

function addRun(out: Uint8Array, to: number, count: number, value: number, width: number): void {
  const end = to + count;
  for (let i = to; i < end; i += 1) out[i] = (out[i - width] as number) + value;
}
