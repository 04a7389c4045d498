/**
 * RDP 6.0 bitmap compression of 32 bpp bitmaps: RDP6_BITMAP_STREAM, [MS-RDPEGDI] 2.2.2.5.1, with run-length encoded
 * planes of red, green and blue and without alpha.
 */
import { Writer } from '../rdp/wire/writer.js';

/** FormatHeader: RLE, NA (no alpha); the colour loss level 0 says that the planes are red, green and blue. */
const FORMAT_HEADER = 0x10 | 0x20;
const PLANE_SHIFTS = [16, 8, 0] as const;

const MIN_RUN = 3;
const MAX_SHORT_RUN = 15;
const MAX_RAW = 15;
/** nRunLength 1 and 2 stand for runs of 16 and 32 plus cRawBytes, without raw bytes. */
const LONG_RUN = 16;
const LONGER_RUN = 32;

/** Encodes pixels 0xRRGGBB, rows in the order of the stream. */
export function encodePlanar(pixels: Uint32Array, width: number): Uint8Array {
  const writer = new Writer().u8(FORMAT_HEADER);
  const line = new Uint8Array(width);
  for (const shift of PLANE_SHIFTS) {
    for (let start = 0; start < pixels.length; start += width) {
      fillLine(line, pixels, start, shift);
      writeLine(writer, line);
    }
  }
  return writer.finish();
}

/** The first line of a plane holds values, every other one the differences from the line before it. */
function fillLine(line: Uint8Array, pixels: Uint32Array, start: number, shift: number): void {
  for (let x = 0; x < line.length; x++) {
    const value = ((pixels[start + x] ?? 0) >> shift) & 0xff;
    if (start === 0) line[x] = value;
    else line[x] = foldSign(value - (((pixels[start + x - line.length] ?? 0) >> shift) & 0xff));
  }
}

/** A difference modulo 256 with its sign in the lowest bit, as [MS-RDPEGDI] 3.1.9.2 wants small differences small. */
function foldSign(difference: number): number {
  const signed = (difference << 24) >> 24;
  return signed >= 0 ? signed * 2 : -signed * 2 - 1;
}

/** Length of the run of `value` from `at` on. */
function runLength(line: Uint8Array, at: number, value: number): number {
  let end = at;
  while (end < line.length && line[end] === value) end += 1;
  return end - at;
}

/** Writes a line as segments of raw bytes and runs; a run repeats the byte before it, zero at the line's beginning. */
function writeLine(writer: Writer, line: Uint8Array): void {
  let at = 0;
  let previous = 0;
  while (at < line.length) {
    const run = runLength(line, at, previous);
    if (run >= MIN_RUN) {
      at += writeRun(writer, run);
      continue;
    }
    const end = rawEnd(line, at);
    previous = line[end - 1] ?? 0;
    const following = Math.min(runLength(line, end, previous), MAX_SHORT_RUN);
    const used = following >= MIN_RUN ? following : 0;
    writer.u8(((end - at) << 4) | used).bytes(line.subarray(at, end));
    at = end + used;
  }
}

/** Where the raw bytes from `at` on end: at the limit of a segment, or where the last of them is repeated. */
function rawEnd(line: Uint8Array, at: number): number {
  let end = at + 1;
  while (end < line.length && end - at < MAX_RAW && runLength(line, end, line[end - 1] ?? 0) < MIN_RUN) end += 1;
  return end;
}

/** Writes as much of a run as one segment takes and returns its length. */
function writeRun(writer: Writer, run: number): number {
  if (run >= LONGER_RUN) {
    const length = Math.min(run, LONGER_RUN + MAX_RAW);
    writer.u8(((length - LONGER_RUN) << 4) | 2);
    return length;
  }
  if (run >= LONG_RUN) {
    writer.u8(((run - LONG_RUN) << 4) | 1);
    return run;
  }
  writer.u8(run);
  return run;
}
