/** Decoders of bitmaps. An input is a header of eight bytes that says what is to be drawn where, and the encoded data. */
import { DecodeScratch, type BitmapDecoder, type Placement } from '../../../recorder/decoders/encoded-bitmap.js';
import { decodeInterleavedRle } from '../../../recorder/decoders/interleaved-rle.js';
import { decodeNscodec } from '../../../recorder/decoders/nscodec.js';
import { decodePlanar } from '../../../recorder/decoders/planar.js';
import { decodeRawBitmap } from '../../../recorder/decoders/raw-bitmap.js';
import { decodeRemoteFx } from '../../../recorder/decoders/remotefx/remotefx.js';
import { encodeInterleavedRle } from '../../../src/drawing/interleaved-rle.js';
import type { ColorDepth } from '../../../src/drawing/pixel-depth.js';
import { encodePlanar } from '../../../src/drawing/planar.js';
import { Writer } from '../../../src/rdp/wire/writer.js';
import { BrokenPromise, MEGABYTE, subject, type Step, type Subject } from '../subject.js';
import { fixture, fixtureIndex, fixturesOf, joined } from '../../helpers/fixture-files.js';

const HEADER_BYTES = 8;
/** Of an input's sizes, so that most inputs are small enough to be decoded often. */
const SIZE_MASK = 0x1ff;
const UNTOUCHED = 0x1234_5678;
const PALETTE = Uint32Array.from({ length: 256 }, (_, index) => index * 0x01_0101);
const TARGET = { width: 150, height: 130 };

const Flag = { bottomUp: 1, keepAlpha: 2, halfWidth: 4, halfHeight: 8 } as const;

interface Fields {
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: number;
  readonly flags?: number;
}

function example(data: Uint8Array, { width, height, bitsPerPixel, flags = 0 }: Fields): Uint8Array {
  return joined(new Writer().u16(width).u16(height).u8(0).u8(0).u8(flags).u8(bitsPerPixel).finish(), data);
}

/** Nothing is drawn outside of what was allowed. */
function assertUntouched(words: Uint32Array, allowed: Placement): void {
  for (let y = 0; y < TARGET.height; y += 1) {
    const inside = y >= allowed.y && y < allowed.y + allowed.height;
    const row = y * TARGET.width;
    const left = inside ? Math.min(TARGET.width, allowed.x) : TARGET.width;
    const right = inside ? allowed.x + allowed.width : TARGET.width;
    for (let x = 0; x < left; x += 1) if (words[row + x] !== UNTOUCHED) throw new BrokenPromise('drew outside');
    for (let x = right; x < TARGET.width; x += 1)
      if (words[row + x] !== UNTOUCHED) throw new BrokenPromise('drew outside');
  }
}

function decoding(decoder: BitmapDecoder, depths: readonly number[]): () => Step {
  const words = new Uint32Array(TARGET.width * TARGET.height);
  return () => {
    const scratch = new DecodeScratch();
    return (input) => {
      const header = Uint8Array.from({ length: HEADER_BYTES }, (_, at) => input[at] ?? 0);
      const view = new DataView(header.buffer);
      const width = view.getUint16(0, true) & SIZE_MASK;
      const height = view.getUint16(2, true) & SIZE_MASK;
      const [x, y, flags, depth] = [view.getUint8(4), view.getUint8(5), view.getUint8(6), view.getUint8(7)];
      const bitsPerPixel = depths.includes(depth) ? depth : (depths[depth % depths.length] ?? 0);
      const bitmap = {
        data: input.subarray(HEADER_BYTES),
        width,
        height,
        bitsPerPixel,
        palette: PALETTE,
        bottomUp: (flags & Flag.bottomUp) !== 0,
        keepAlpha: (flags & Flag.keepAlpha) !== 0,
      };
      const placement = {
        x,
        y,
        width: flags & Flag.halfWidth ? width >> 1 : width,
        height: flags & Flag.halfHeight ? height >> 1 : height,
      };
      words.fill(UNTOUCHED);
      try {
        decoder(bitmap, { words, ...TARGET }, placement, scratch);
      } catch (error) {
        assertUntouched(words, { x, y, width: 0, height: 0 });
        throw error;
      }
      assertUntouched(words, placement);
      return 'decoded';
    };
  };
}

interface Vector {
  readonly codec?: string;
  readonly width: number;
  readonly height: number;
  readonly compressed: string;
  readonly bpp?: number;
  readonly vFlip?: number;
}

function vectors(folder: string, codec: string): Uint8Array[] {
  return fixtureIndex<Vector>(`${folder}/libfreerdp/index.json`)
    .filter((vector) => vector.codec === codec)
    .map(({ width, height, compressed, bpp = 32, vFlip }) =>
      example(fixture(`${folder}/libfreerdp/${compressed}`), {
        width,
        height,
        bitsPerPixel: bpp,
        flags: vFlip === 0 ? 0 : Flag.bottomUp,
      }),
    );
}

/** Stripes, blocks and noise, as numbers of a depth. */
function pattern(width: number, height: number, depth: ColorDepth): Uint32Array {
  const mask = 2 ** Math.min(depth, 24) - 1;
  return Uint32Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    if (y % 16 < 4) return 0;
    return (y % 16 < 9 ? Math.floor(x / 8) * 0x2f_1b35 : Math.imul(at, 0x9e37_79b1) >>> 8) & mask;
  });
}

const DEPTHS: readonly ColorDepth[] = [8, 15, 16, 24];
const singles = (examples: readonly Uint8Array[]) => examples.map((one) => [one]);

function interleaved(): Subject[] {
  const recorded = vectors('bitmap-codecs', 'rle');
  const tiles = fixturesOf('bitmap-codecs/ironrdp', /^rle-16bpp.*-compressed\.bin$/);
  const windows = tiles.map((data) => example(data, { width: 64, height: 64, bitsPerPixel: 16, flags: Flag.bottomUp }));
  return DEPTHS.map((depth) => {
    const ours = encodeInterleavedRle(pattern(64, 48, depth), 64, depth);
    const examples = [
      ...[...recorded, ...windows].filter((bytes) => bytes[7] === depth),
      example(ours, { width: 64, height: 48, bitsPerPixel: depth, flags: Flag.bottomUp }),
    ];
    const open = decoding(decodeInterleavedRle, [depth]);
    return subject({ name: `interleaved-rle-${depth}`, weight: 2, streams: singles(examples), open });
  });
}

function planar(): Subject {
  const sizes = /planar-(\d+)x(\d+)_/;
  const windows = ['32x64_rgb_raw', '64x24_argb_rle', '64x35_ycocg_rle_ss', '64x64_aycocg_rle', '64x64_ycocg_raw_ss'];
  const examples = windows.map((name) => {
    const [, width = '0', height = '0'] = sizes.exec(`planar-${name}`) ?? [];
    const data = fixture(`bitmap-codecs/ironrdp/planar-${name}.bin`);
    return example(data, { width: Number(width), height: Number(height), bitsPerPixel: 32 });
  });
  const ours = example(encodePlanar(pattern(64, 48, 24), 64), { width: 64, height: 48, bitsPerPixel: 32 });
  const streams = singles([...vectors('bitmap-codecs', 'planar'), ...examples, ours]);
  return subject({ name: 'planar', weight: 4, streams, open: decoding(decodePlanar, [32]) });
}

function raw(): Subject {
  const examples = [8, 15, 16, 24, 32].map((bitsPerPixel) => {
    const rowBytes = Math.ceil((21 * (bitsPerPixel === 15 ? 16 : bitsPerPixel)) / 32) * 4;
    return example(
      new Uint8Array(rowBytes * 9).map((_, at) => at),
      { width: 21, height: 9, bitsPerPixel },
    );
  });
  const open = decoding(decodeRawBitmap, [8, 15, 16, 24, 32]);
  return subject({ name: 'raw-bitmap', streams: singles(examples), open });
}

function nscodec(): Subject {
  const microsoft = example(fixture('surface-codecs/ms-rdpnsc/bitmap.bin'), {
    width: 15,
    height: 10,
    bitsPerPixel: 32,
  });
  const streams = singles([...vectors('surface-codecs', 'nsc'), microsoft]);
  return subject({ name: 'nscodec', weight: 3, streams, open: decoding(decodeNscodec, [32]) });
}

function remoteFx(): Subject {
  const whole = (data: Uint8Array) => example(data, { width: 64, height: 64, bitsPerPixel: 32 });
  const [headers, frame] = ['encode-headers', 'frame'].map((name) => fixture(`surface-codecs/ms-rdprfx/${name}.bin`));
  if (headers === undefined || frame === undefined) throw new Error('no examples of RemoteFX');
  const streams = [
    ...vectors('surface-codecs', 'rfx').map((bytes) => [bytes]),
    [whole(joined(headers, frame)), whole(frame), whole(frame)],
  ];
  const open = decoding(decodeRemoteFx, [32]);
  return subject({
    name: 'remotefx',
    weight: 1,
    batchInputs: 16,
    mutatedShare: 0.8,
    limitBytes: 128 * MEGABYTE,
    streams,
    open,
  });
}

export const bitmapSubjects = (): Subject[] => [...interleaved(), planar(), raw(), nscodec(), remoteFx()];
