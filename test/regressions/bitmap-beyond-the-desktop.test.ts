/**
 * Found by the fuzzer: the kernel of planar bitmaps copied rows of no pixels to a place behind the desktop, which is not a
 * DecodeError, and so would have ended the recorder.
 */
import { describe, expect, it } from 'vitest';
import { DecodeScratch, type BitmapDecoder } from '../../recorder/decoders/encoded-bitmap.js';
import { decodeInterleavedRle } from '../../recorder/decoders/interleaved-rle.js';
import { decodeNscodec } from '../../recorder/decoders/nscodec.js';
import { decodePlanar } from '../../recorder/decoders/planar.js';
import { decodeRemoteFx } from '../../recorder/decoders/remotefx/remotefx.js';
import { fixture } from '../helpers/fixture-files.js';

const [WIDTH, HEIGHT] = [160, 120];
const UNTOUCHED = 0x1234_5678;

const STREAMS: readonly (readonly [string, BitmapDecoder, string, number, number, number])[] = [
  ['interleaved RLE', decodeInterleavedRle, 'bitmap-codecs/libfreerdp/rle_007.cmp', 64, 64, 16],
  ['planar', decodePlanar, 'bitmap-codecs/libfreerdp/planar_060.cmp', 128, 96, 32],
  ['NSCodec', decodeNscodec, 'surface-codecs/libfreerdp/nsc_133.cmp', 96, 64, 32],
  ['RemoteFX', decodeRemoteFx, 'surface-codecs/libfreerdp/rfx_149.cmp', 128, 128, 32],
];

describe('a bitmap of which nothing is on the desktop', () => {
  it.each(STREAMS)('draws nothing, and is no error: %s', (_, decode, path, width, height, bitsPerPixel) => {
    const words = new Uint32Array(WIDTH * HEIGHT).fill(UNTOUCHED);
    const palette = new Uint32Array(256);
    const bitmap = { data: fixture(path), width, height, bitsPerPixel, bottomUp: false, palette, keepAlpha: false };
    for (const [x, y] of [
      [WIDTH, 0],
      [WIDTH + 90, HEIGHT - 1],
      [60_000, 60_000],
      [0, HEIGHT],
    ] as const) {
      decode(bitmap, { words, width: WIDTH, height: HEIGHT }, { x, y, width, height }, new DecodeScratch());
    }
    expect(words.every((word) => word === UNTOUCHED)).toBe(true);
  });
});
