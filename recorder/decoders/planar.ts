/**
 * RDP 6.0 bitmap compression: RDP6_BITMAP_STREAM, [MS-RDPEGDI] 2.2.2.5.1 and 3.1.9. Colour planes of bytes, raw or
 * run-length encoded; red, green and blue, or luma and two chroma planes with colour loss and subsampling; with or
 * without alpha.
 */
import { DecodeError } from '../../src/rdp/wire/errors.js';
import {
  pixelCount,
  visibleHeight,
  visibleWidth,
  type DecodeScratch,
  type EncodedBitmap,
  type PixelTarget,
  type Placement,
} from './encoded-bitmap.js';
import { decodePlane } from './planar-rle.js';

const STRUCTURE = 'rdp6Bitmap';
const OPAQUE = 0xff00_0000;

interface FormatHeader {
  readonly colorLossLevel: number;
  readonly chromaSubsampling: boolean;
  readonly rle: boolean;
  readonly alpha: boolean;
}

/** One plane in the scratch memory or in the stream itself. */
interface Plane {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/** Decodes a compressed 32 bpp bitmap. */
export function decodePlanar(
  bitmap: EncodedBitmap,
  target: PixelTarget,
  placement: Placement,
  scratch: DecodeScratch,
): void {
  pixelCount(bitmap, STRUCTURE);
  const header = formatHeader(bitmap.data);
  const planes = header.rle ? rlePlanes(bitmap, header, scratch) : rawPlanes(bitmap, header);
  if (header.colorLossLevel === 0) combineRgb(bitmap, planes, target, placement);
  else combineYCoCg(bitmap, header, planes, target, placement);
  if (header.alpha && bitmap.keepAlpha) combineAlpha(bitmap, planes[3], target, placement);
}

function formatHeader(data: Uint8Array): FormatHeader {
  const header = data[0];
  if (header === undefined) throw new DecodeError('truncated', STRUCTURE, 0);
  const colorLossLevel = header & 7;
  const chromaSubsampling = (header & 8) !== 0;
  if (chromaSubsampling && colorLossLevel === 0) {
    throw new DecodeError('invalid', STRUCTURE, 0, 'chroma subsampling of RGB planes');
  }
  return { colorLossLevel, chromaSubsampling, rle: (header & 0x10) !== 0, alpha: (header & 0x20) === 0 };
}

/** Three colour planes and alpha (which may be empty), in this order. */
type Planes = readonly [Plane, Plane, Plane, Plane];

function chromaSize(size: number, header: FormatHeader): number {
  return header.chromaSubsampling ? (size + 1) >> 1 : size;
}

function rawPlanes(bitmap: EncodedBitmap, header: FormatHeader): Planes {
  const { data, width, height } = bitmap;
  const full = width * height;
  const chroma = chromaSize(width, header) * chromaSize(height, header);
  const first = header.alpha ? 1 + full : 1;
  const needed = first + full + 2 * chroma;
  if (data.length < needed) throw new DecodeError('truncated', STRUCTURE, data.length, `${needed} bytes needed`);
  return [
    { bytes: data, offset: first },
    { bytes: data, offset: first + full },
    { bytes: data, offset: first + full + chroma },
    { bytes: data, offset: 1 },
  ];
}

function rlePlanes(bitmap: EncodedBitmap, header: FormatHeader, scratch: DecodeScratch): Planes {
  const { data, width, height } = bitmap;
  const full = width * height;
  const chromaWidth = chromaSize(width, header);
  const chromaHeight = chromaSize(height, header);
  const bytes = scratch.planes(4 * full);
  let at = 1;
  if (header.alpha) at = decodePlane(data, at, bytes, 3 * full, width, height);
  at = decodePlane(data, at, bytes, 0, width, height);
  at = decodePlane(data, at, bytes, full, chromaWidth, chromaHeight);
  decodePlane(data, at, bytes, 2 * full, chromaWidth, chromaHeight);
  return [
    { bytes, offset: 0 },
    { bytes, offset: full },
    { bytes, offset: 2 * full },
    { bytes, offset: 3 * full },
  ];
}

// Indices below lie within planes whose size was compared or that were just written, hence the `as number`.

function combineRgb(bitmap: EncodedBitmap, planes: Planes, target: PixelTarget, placement: Placement): void {
  const { width, height } = bitmap;
  const words = target.words;
  const bytes = planes[0].bytes;
  const columns = visibleWidth(bitmap, target, placement);
  const rows = visibleHeight(bitmap, target, placement);
  const green = planes[1].offset - planes[0].offset;
  const blue = planes[2].offset - planes[0].offset;
  for (let row = 0; row < rows; row += 1) {
    let from = planes[0].offset + (bitmap.bottomUp ? height - 1 - row : row) * width;
    const to = (placement.y + row) * target.width + placement.x;
    for (let i = to; i < to + columns; i += 1, from += 1) {
      words[i] =
        ((bytes[from] as number) << 16) |
        ((bytes[from + green] as number) << 8) |
        (bytes[from + blue] as number) |
        OPAQUE;
    }
  }
}

/**
 * The chroma planes hold halved values: a loss level of 1 means no further loss. Servers take red for blue when they
 * convert, and decoders have to do the same, 3.1.9.1.2.
 */
function combineYCoCg(
  bitmap: EncodedBitmap,
  header: FormatHeader,
  planes: Planes,
  target: PixelTarget,
  placement: Placement,
): void {
  const { width, height } = bitmap;
  const [luma, orange, green] = planes;
  const words = target.words;
  const columns = visibleWidth(bitmap, target, placement);
  const rows = visibleHeight(bitmap, target, placement);
  const halve = header.chromaSubsampling ? 1 : 0;
  const chromaWidth = chromaSize(width, header);
  // Shifted to the top of a word and back, a chroma byte keeps its low bits and gets its sign.
  const up = 24 + header.colorLossLevel - 1;
  for (let row = 0; row < rows; row += 1) {
    const source = bitmap.bottomUp ? height - 1 - row : row;
    const y = luma.offset + source * width;
    const chroma = (source >> halve) * chromaWidth;
    const to = (placement.y + row) * target.width + placement.x;
    for (let i = 0; i < columns; i += 1) {
      const at = chroma + (i >> halve);
      const co = ((orange.bytes[orange.offset + at] as number) << up) >> 24;
      const cg = ((green.bytes[green.offset + at] as number) << up) >> 24;
      const luminance = luma.bytes[y + i] as number;
      const base = luminance - cg;
      words[to + i] = (clamp(base - co) << 16) | (clamp(luminance + cg) << 8) | clamp(base + co) | OPAQUE;
    }
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function combineAlpha(bitmap: EncodedBitmap, alpha: Plane, target: PixelTarget, placement: Placement): void {
  const columns = visibleWidth(bitmap, target, placement);
  const rows = visibleHeight(bitmap, target, placement);
  for (let row = 0; row < rows; row += 1) {
    const from = alpha.offset + (bitmap.bottomUp ? bitmap.height - 1 - row : row) * bitmap.width;
    const to = (placement.y + row) * target.width + placement.x;
    for (let i = 0; i < columns; i += 1) {
      const color = (target.words[to + i] as number) & 0xff_ffff;
      target.words[to + i] = color | ((alpha.bytes[from + i] as number) << 24);
    }
  }
}
