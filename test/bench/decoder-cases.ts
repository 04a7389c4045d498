/** What `decoders.ts` measures: an encoded bitmap of the fixtures, and how it is decoded at a place of a desktop. */
import { AvcSurface, type AvcCodec } from '../../recorder/decoders/avc/avc-surface.js';
import type { H264Engine } from '../../recorder/decoders/avc/h264-decoder.js';
import { ClearCodecDecoder } from '../../recorder/decoders/clearcodec/clearcodec.js';
import { DecodeScratch, type BitmapDecoder, type PixelTarget } from '../../recorder/decoders/encoded-bitmap.js';
import { decodeInterleavedRle } from '../../recorder/decoders/interleaved-rle.js';
import { decodeNscodec } from '../../recorder/decoders/nscodec.js';
import { decodePlanar } from '../../recorder/decoders/planar.js';
import { ProgressiveDecoder } from '../../recorder/decoders/progressive/progressive.js';
import { ProgressiveSurface } from '../../recorder/decoders/progressive/surface.js';
import { decodeRemoteFx } from '../../recorder/decoders/remotefx/remotefx.js';
import { Writer } from '../../src/rdp/wire/writer.js';
import { fixture, fixtureIndex, fixturePath, joined } from '../helpers/fixture-files.js';
import { byteCases } from './byte-cases.js';

/** Decodes at a place; returns how many pixels that were. */
export type DecodeAt = (x: number, y: number, target: PixelTarget) => number;

export interface DecoderCase {
  readonly codec: string;
  readonly content: string;
  /** What is counted: megapixels, or megabytes that come out, a second. */
  readonly unit: 'MP/s' | 'MB/s';
  readonly width: number;
  readonly height: number;
  /** Pixels or bytes of one call of the other decoder, where they are not those of the size. */
  readonly amount?: number;
  readonly decode: DecodeAt;
  /** Null where it is not compared with the other decoder. */
  readonly oracle: OracleCall | null;
}

/** Arguments of the other decoder: codec, p1, p2, and the input. */
export type OracleCall = readonly [codec: string, p1: number, p2: number, input: string | Uint8Array];

const PALETTE = new Uint32Array(256);

const CLEAR_CACHE_RESET = 0x04;

interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: number;
  readonly bottomUp: boolean;
}

/** A decoder of bitmaps, with streams one after the other. */
function drawing(decoder: BitmapDecoder, streams: readonly Uint8Array[], bitmap: Bitmap): DecodeAt {
  const scratch = new DecodeScratch();
  const { width, height } = bitmap;
  let next = 0;
  return (x, y, target) => {
    const data = streams[next] ?? new Uint8Array(0);
    next = (next + 1) % streams.length;
    decoder({ ...bitmap, data, palette: PALETTE, keepAlpha: false }, target, { x, y, width, height }, scratch);
    return width * height;
  };
}

type Format = Omit<Bitmap, 'bitsPerPixel'> & { readonly bitsPerPixel?: number };

function vector(
  codec: string,
  content: string,
  path: string,
  decoder: BitmapDecoder,
  { bitsPerPixel = 32, ...size }: Format,
  [name, p1, p2]: readonly [string, number, number],
): DecoderCase {
  const { width, height } = size;
  const decode = drawing(decoder, [fixture(path)], { ...size, bitsPerPixel });
  return { codec, content, unit: 'MP/s', width, height, decode, oracle: [name, p1, p2, fixturePath(path)] };
}

/** Vectors by their pictures. */
const PICTURES = {
  rle: { gradient: [3, 4, 5], text: [6, 7, 8], photo: [9, 10, 11] },
  planar: { gradient: 58, text: 60, photo: 64 },
  nsc: { gradient: 128, text: 133, photo: 138 },
  rfx: { gradient: [147, 148], text: [149, 150], photo: [151, 152] },
  progressive: { gradient: 155, text: 156, photo: 157 },
} as const;

const numbered = (codec: string, number: number): string => `${codec}_${String(number).padStart(3, '0')}.cmp`;

/** Tiles of 64 x 64 that a Windows server sent. */
const WINDOWS_TILES = [
  '27019fd9f222cebce9dfebcddb12bfa0',
  '284f668a9366a95e45f15b6bf634a633',
  '28c08e75c82ab598c5ab85d1bfc00253',
  '2de3f3262a5eeecc3152552c178b782a',
  '3fc8124af9be2fe88b445db60c36eddc',
  '8b8ccc77526730d0cd8989901cc031ec',
  '94bb5b131eb3bc110905dfcb0f60da79',
  'a412fbe2b435ac627ce39048aa3d3fb3',
  'aa326e7a536cc8a0420c44bdf4ef8d97',
] as const;

function rleCases(): DecoderCase[] {
  const size = { width: 64, height: 64, bottomUp: true };
  const vectors = Object.entries(PICTURES.rle).flatMap(([content, numbers]) =>
    [15, 16, 24].map((bitsPerPixel, index) => {
      const path = `bitmap-codecs/libfreerdp/${numbered('rle', numbers[index] ?? 0)}`;
      const name = `interleaved RLE ${bitsPerPixel}`;
      return vector(name, content, path, decodeInterleavedRle, { ...size, bitsPerPixel }, ['rle', bitsPerPixel, 0]);
    }),
  );
  const tiles = WINDOWS_TILES.map((name) => fixture(`bitmap-codecs/ironrdp/rle-16bpp-${name}-compressed.bin`));
  const decode = drawing(decodeInterleavedRle, tiles, { ...size, bitsPerPixel: 16 });
  const codec = 'interleaved RLE 16';
  return [...vectors, { codec, content: 'Windows', unit: 'MP/s', width: 64, height: 64, decode, oracle: null }];
}

function planarCases(): DecoderCase[] {
  const format = { width: 128, height: 96, bottomUp: true };
  return Object.entries(PICTURES.planar).map(([content, number]) => {
    const path = `bitmap-codecs/libfreerdp/${numbered('planar', number)}`;
    return vector('planar', content, path, decodePlanar, format, ['planar', 0, 1]);
  });
}

function nscodecCases(): DecoderCase[] {
  const format = { width: 96, height: 64, bottomUp: true };
  return Object.entries(PICTURES.nsc).map(([content, number]) => {
    const path = `surface-codecs/libfreerdp/${numbered('nsc', number)}`;
    return vector('NSCodec', content, path, decodeNscodec, format, ['nsc', 0, 0]);
  });
}

function remoteFxCases(): DecoderCase[] {
  const format = { width: 128, height: 128, bottomUp: false };
  return Object.entries(PICTURES.rfx).flatMap(([content, numbers]) =>
    [1, 3].map((rlgr, index) => {
      const path = `surface-codecs/libfreerdp/${numbered('rfx', numbers[index] ?? 0)}`;
      return vector(`RemoteFX RLGR${rlgr}`, content, path, decodeRemoteFx, format, ['rfx', rlgr, 0]);
    }),
  );
}

/** Surfaces have pictures of their own here: what showing them costs is the pipeline's, not the codec's. */
function progressiveCases(): DecoderCase[] {
  const [width, height] = [128, 128];
  return Object.entries(PICTURES.progressive).map(([content, number]) => {
    const path = `progressive/libfreerdp/${numbered('progressive', number)}`;
    const data = fixture(path);
    const decoder = new ProgressiveDecoder();
    const surface = new ProgressiveSurface(width, height);
    const target = { words: new Uint32Array(width * height), width, height };
    let frameId = 0;
    const decode: DecodeAt = () => {
      frameId += 1;
      decoder.decode(data, frameId, surface, target);
      return width * height;
    };
    const oracle = ['progressive', 0, 0, fixturePath(path)] as const;
    return { codec: 'progressive', content, unit: 'MP/s', width, height, decode, oracle };
  });
}

interface ClearStream {
  readonly width: number;
  readonly height: number;
  readonly data: string;
}

/** A whole sequence, again and again on one decoder: columns and glyphs come from earlier streams. */
function clearCodecCases(): DecoderCase[] {
  return fixtureIndex<readonly ClearStream[]>('clearcodec/libfreerdp.json').map((encoded, index) => {
    const streams = encoded.map(({ data, ...size }) => ({
      ...size,
      data: new Uint8Array(Buffer.from(data, 'base64')),
    }));
    // The first stream sets the columns back, so that the sequence may come again.
    if (streams[0] !== undefined) streams[0].data[0] = (streams[0].data[0] ?? 0) | CLEAR_CACHE_RESET;
    const [width, height] = [100, 70];
    const surface = { words: new Uint32Array(width * height), width, height };
    const rest = { codec: 'clearcodec', surfaceId: 1, codecContextId: null, frameId: 1, pixelFormat: 0x20 };
    const bitmaps = streams.map(({ data, ...size }) => ({ ...rest, data, area: { x: 2, y: 3, ...size } }));
    const decoder = new ClearCodecDecoder();
    let number = 0;
    const decode: DecodeAt = () => {
      let pixels = 0;
      for (const bitmap of bitmaps) {
        bitmap.data[1] = number;
        number = (number + 1) & 0xff;
        decoder.decode(bitmap, surface);
        pixels += bitmap.area.width * bitmap.area.height;
      }
      return pixels;
    };
    const amount = decode(0, 0, surface);
    const parts = streams.flatMap(({ data, ...size }) => [
      new Writer().u16(size.width).u16(size.height).u32(data.length).finish(),
      data,
    ]);
    const oracle = ['clear', 0, 0, joined(...parts)] as const;
    const content = `sequence ${index}`;
    return { codec: 'ClearCodec', content, unit: 'MP/s', width, height, amount, decode, oracle };
  });
}

function avcCases(engine: H264Engine): DecoderCase[] {
  const [width, height] = [640, 480];
  const streams: readonly (readonly [AvcCodec, string])[] = [
    ['avc420', 'AVC420_BaseProfile'],
    ['avc444', 'AVC444_YUV420Chroma420Together_MainProfile'],
  ];
  return streams.map(([codec, name]) => {
    const messages = [0, 1].map((number) => fixture(`avc/microsoft/${name}-0${number}.bin`));
    const surface = new AvcSurface(engine, width, height);
    const target = { words: new Uint32Array(width * height), width, height };
    const decode: DecodeAt = () => {
      for (const message of messages) surface.decode(codec, message, target);
      return messages.length * width * height;
    };
    return { codec, content: 'photo', unit: 'MP/s', width: 1024, height: 768, decode, oracle: null };
  });
}

/** All cases; those of H.264 where its engine can be loaded. */
export function decoderCases(engine: H264Engine | null): DecoderCase[] {
  return [
    ...rleCases(),
    ...planarCases(),
    ...nscodecCases(),
    ...remoteFxCases(),
    ...progressiveCases(),
    ...clearCodecCases(),
    ...(engine === null ? [] : avcCases(engine)),
    ...byteCases(),
  ];
}
