/**
 * Run-length encoding of an NSCodec plane: NSCODEC_RLE_SEGMENTS, [MS-RDPNSC] 2.2.2.1 and 3.1.8.1. A value that occurs
 * twice in a row is followed by the length of its run; the plane's last four bytes are never encoded.
 */
import { DecodeError } from '../../src/rdp/wire/errors.js';

const STRUCTURE = 'nscodecRleSegments';
const END_DATA_BYTES = 4;
const LONG_RUN = 0xff;
/** Shorter runs are written faster by a loop than by `fill`. */
const FILL_FROM = 32;

/**
 * Decodes `data` from `start` to `end` into `size` bytes of `out` at `offset`. Bytes that are left over are ignored, as
 * clients ignore them.
 * @throws DecodeError when the data ends early or a run reaches into the plane's last four bytes.
 */
export function decodeNscodecPlane(
  data: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  offset: number,
  size: number,
): void {
  const encodedEnd = offset + size - END_DATA_BYTES;
  if (encodedEnd < offset) throw new DecodeError('invalid', STRUCTURE, start, 'plane too small to be encoded');
  let at = start;
  let to = offset;
  while (to < encodedEnd) {
    if (at >= end) throw new DecodeError('truncated', STRUCTURE, at);
    const value = data[at] as number;
    at += 1;
    // Before the last four bytes there is room for one: what follows it belongs to them.
    if (to === encodedEnd - 1 || at >= end || data[at] !== value) {
      out[to] = value;
      to += 1;
      continue;
    }
    const factor = data[at + 1] as number;
    const lengthBytes = factor === LONG_RUN ? 5 : 1;
    if (at + 1 + lengthBytes > end) throw new DecodeError('truncated', STRUCTURE, at);
    const run = factor === LONG_RUN ? longRun(data, at + 2) : factor + 2;
    at += 1 + lengthBytes;
    if (run > encodedEnd - to) throw new DecodeError('invalid', STRUCTURE, at, 'run beyond the end of its plane');
    fillRun(out, to, run, value);
    to += run;
  }
  if (end - at < END_DATA_BYTES) throw new DecodeError('truncated', STRUCTURE, at);
  for (let i = 0; i < END_DATA_BYTES; i += 1) out[to + i] = data[at + i] as number;
}

function longRun(data: Uint8Array, at: number): number {
  const low = (data[at] as number) | ((data[at + 1] as number) << 8) | ((data[at + 2] as number) << 16);
  return low + (data[at + 3] as number) * 0x100_0000;
}

function fillRun(out: Uint8Array, to: number, run: number, value: number): void {
  if (run >= FILL_FROM) {
    out.fill(value, to, to + run);
    return;
  }
  for (let i = 0; i < run; i += 1) out[to + i] = value;
}
