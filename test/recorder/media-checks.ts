/** Looks at encoded pictures with the ffmpeg of the machine: a decoder that is not ours. */
import { execFileSync } from 'node:child_process';
import type { EncodedSegment } from '../../recorder/encoders/video-encoder.js';
import { toAnnexB } from '../../recorder/video/annexb.js';

/** PSNR of every picture's luma against `expected` (width * height bytes), in decibels. */
export function lumaPsnr(segment: EncodedSegment, width: number, height: number, expected: Uint8Array): number[] {
  const stream = Buffer.concat(
    segment.samples.map(({ data }, index) => toAnnexB(data, index === 0 ? segment.parameterSets : null)),
  );
  const args = ['-v', 'error', '-f', 'h264', '-i', '-', '-fps_mode', 'passthrough', '-f', 'rawvideo', '-'];
  const raw = execFileSync('ffmpeg', args, { input: stream, maxBuffer: 1 << 30 });
  const frameBytes = (width * height * 3) / 2;
  return Array.from({ length: Math.floor(raw.length / frameBytes) }, (_, index) =>
    psnr(raw.subarray(index * frameBytes, index * frameBytes + width * height), expected),
  );
}

/** Peak signal-to-noise ratio of two planes of one size, in decibels. */
export function psnr(got: Uint8Array, expected: Uint8Array): number {
  let squares = 0;
  for (let at = 0; at < expected.length; at++) squares += ((got[at] ?? 0) - (expected[at] ?? 0)) ** 2;
  return squares === 0 ? Infinity : 10 * Math.log10((255 * 255 * expected.length) / squares);
}
