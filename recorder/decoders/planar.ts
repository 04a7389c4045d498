/**
 * RDP 6.0 bitmap compression: RDP6_BITMAP_STREAM, [MS-RDPEGDI] 2.2.2.5.1 and 3.1.9. Colour planes of bytes, raw or
 * run-length encoded; red, green and blue, or luma and two chroma planes with colour loss and subsampling; with or
 * without alpha. `planar-kernel.ts` does the same to bitmaps of usual size, two to three times as fast.
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
import type { PlanarKernel } from './planar-kernel.js';
import { decodePlane, PLANE_SLACK_BYTES, type Bytes } from './planar-rle.js';

const STRUCTURE = 'rdp6Bitmap';
const OPAQUE = 0xff00_0000;

interface FormatHeader {
  readonly colorLossLevel: number;
  readonly chromaSubsampling: boolean;
  readonly rle: boolean;
  readonly alpha: boolean;
}

/** Where three colour planes and alpha lie, in the scratch memory or in the stream itself. */
interface Planes extends Bytes {
  readonly first: number;
  readonly second: number;
  readonly third: number;
  /** Meaningless when the bitmap has no alpha. */
  readonly alpha: number;
}

/** Decodes a compressed 32 bpp bitmap. */
export function decodePlanar(
  bitmap: EncodedBitmap,
  target: PixelTarget,
  placement: Placement,
  scratch: DecodeScratch,
): void {
  const pixels = pixelCount(bitmap, STRUCTURE);
  const header = formatHeader(bitmap.data);
  const kernel = scratch.planarKernel;
  const planes =
    kernel?.begin(bitmap.data, pixels) === true
      ? drawWithKernel(kernel, bitmap, header, target, placement)
      : draw(bitmap, header, target, placement, scratch);
  if (header.alpha && bitmap.keepAlpha) combineAlpha(bitmap, planes, target, placement);
}

function draw(
  bitmap: EncodedBitmap,
  header: FormatHeader,
  target: PixelTarget,
  placement: Placement,
  scratch: DecodeScratch,
): Planes {
  const planes = header.rle ? rlePlanes(bitmap, header, scratch) : rawPlanes(bitmap, header);
  if (header.colorLossLevel === 0) combineRgb(bitmap, planes, target, placement);
  else combineYCoCg(bitmap, header, planes, target, placement);
  return planes;
}

/** As `draw`: all pixels are made in the kernel's memory, and those that are visible copied to the target. */
function drawWithKernel(
  kernel: PlanarKernel,
  bitmap: EncodedBitmap,
  header: FormatHeader,
  target: PixelTarget,
  placement: Placement,
): Planes {
  const { width, height } = bitmap;
  const planes = header.rle ? kernelPlanes(kernel, bitmap, header) : rawPlanes(bitmap, header);
  const { first, second, third } = planes;
  // Raw planes lie in the stream, which the kernel's memory has too.
  const at = header.rle ? 0 : kernel.source;
  const halve = header.chromaSubsampling ? 1 : 0;
  const shift = header.colorLossLevel - 1;
  if (shift < 0) kernel.combineRgb(at + first, at + second, at + third, width * height);
  else {
    const stride = chromaSize(width, header);
    kernel.combineYCoCg(at + first, at + second, at + third, width, height, stride, halve, shift);
  }
  const columns = visibleWidth(bitmap, target, placement);
  // Where nothing is visible there may be no place to copy nothing to.
  const rows = columns === 0 ? 0 : visibleHeight(bitmap, target, placement);
  for (let row = 0; row < rows; row += 1) {
    const from = (bitmap.bottomUp ? height - 1 - row : row) * width;
    kernel.copyOut(from, columns, target.words, (placement.y + row) * target.width + placement.x);
  }
  return planes;
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
  return { ...withView(data), first, second: first + full, third: first + full + chroma, alpha: 1 };
}

/** Planes lie in the order in which they are decoded: the slack of one is overwritten by the next. */
function rlePlanes(bitmap: EncodedBitmap, header: FormatHeader, scratch: DecodeScratch): Planes {
  const { data, width, height } = bitmap;
  const full = width * height;
  const chromaWidth = chromaSize(width, header);
  const chromaHeight = chromaSize(height, header);
  const out = scratch.planes(4 * full + PLANE_SLACK_BYTES);
  const source = withView(data);
  let at = 1;
  if (header.alpha) at = decodePlane(source, at, out, 0, width, height);
  at = decodePlane(source, at, out, full, width, height);
  at = decodePlane(source, at, out, 2 * full, chromaWidth, chromaHeight);
  decodePlane(source, at, out, 3 * full, chromaWidth, chromaHeight);
  return { bytes: out.bytes, view: out.view, first: full, second: 2 * full, third: 3 * full, alpha: 0 };
}

/** As `rlePlanes`, in the kernel's memory. */
function kernelPlanes(kernel: PlanarKernel, { width, height }: EncodedBitmap, header: FormatHeader): Planes {
  const full = width * height;
  const chromaWidth = chromaSize(width, header);
  const chromaHeight = chromaSize(height, header);
  const alpha = kernel.planes;
  let at = 1;
  if (header.alpha) at = kernel.decodePlane(at, alpha, width, height);
  at = kernel.decodePlane(at, alpha + full, width, height);
  at = kernel.decodePlane(at, alpha + 2 * full, chromaWidth, chromaHeight);
  kernel.decodePlane(at, alpha + 3 * full, chromaWidth, chromaHeight);
  const { bytes, view } = kernel;
  return { bytes, view, first: alpha + full, second: alpha + 2 * full, third: alpha + 3 * full, alpha };
}

function withView(data: Uint8Array): Bytes {
  return { bytes: data, view: new DataView(data.buffer, data.byteOffset, data.byteLength) };
}

// Indices below lie within planes whose size was compared or that were just written, hence the `as number`.

function combineRgb(bitmap: EncodedBitmap, planes: Planes, target: PixelTarget, placement: Placement): void {
  const { width, height } = bitmap;
  const columns = visibleWidth(bitmap, target, placement);
  const rows = visibleHeight(bitmap, target, placement);
  for (let row = 0; row < rows; row += 1) {
    const from = (bitmap.bottomUp ? height - 1 - row : row) * width;
    const to = (placement.y + row) * target.width + placement.x;
    combineRgbRow(planes, from, target.words, to, columns);
  }
}

/** Four pixels at a time: one word of each plane gives four words of the target. */
function combineRgbRow(planes: Planes, from: number, words: Uint32Array, to: number, count: number): void {
  const { bytes, view } = planes;
  const whole = to + (count & ~3);
  let red = planes.first + from;
  let green = planes.second + from;
  let blue = planes.third + from;
  let i = to;
  for (; i < whole; i += 4, red += 4, green += 4, blue += 4) {
    const r = view.getUint32(red, true);
    const g = view.getUint32(green, true);
    const b = view.getUint32(blue, true);
    words[i] = ((r & 0xff) << 16) | ((g & 0xff) << 8) | (b & 0xff) | OPAQUE;
    words[i + 1] = ((r & 0xff00) << 8) | (g & 0xff00) | ((b >> 8) & 0xff) | OPAQUE;
    words[i + 2] = (r & 0xff_0000) | ((g >> 8) & 0xff00) | ((b >> 16) & 0xff) | OPAQUE;
    words[i + 3] = ((r >> 8) & 0xff_0000) | ((g >> 16) & 0xff00) | (b >>> 24) | OPAQUE;
  }
  for (; i < to + count; i += 1, red += 1, green += 1, blue += 1) {
    words[i] = ((bytes[red] as number) << 16) | ((bytes[green] as number) << 8) | (bytes[blue] as number) | OPAQUE;
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
  const columns = visibleWidth(bitmap, target, placement);
  const rows = visibleHeight(bitmap, target, placement);
  const halve = header.chromaSubsampling ? 1 : 0;
  // Shifted to the top of a word and back, a chroma byte keeps its low bits and gets its sign.
  const shift = 24 + header.colorLossLevel - 1;
  for (let row = 0; row < rows; row += 1) {
    const source = bitmap.bottomUp ? height - 1 - row : row;
    const chroma = (source >> halve) * chromaSize(width, header);
    const to = (placement.y + row) * target.width + placement.x;
    combineYCoCgRow(planes, source * width, chroma, halve, shift, target.words, to, columns);
  }
}

function combineYCoCgRow(
  planes: Planes,
  luma: number,
  chroma: number,
  halve: number,
  shift: number,
  words: Uint32Array,
  to: number,
  count: number,
): void {
  const bytes = planes.bytes;
  const y = planes.first + luma;
  const orange = planes.second + chroma;
  const green = planes.third + chroma;
  for (let i = 0; i < count; i += 1) {
    const co = ((bytes[orange + (i >> halve)] as number) << shift) >> 24;
    const cg = ((bytes[green + (i >> halve)] as number) << shift) >> 24;
    const luminance = bytes[y + i] as number;
    const base = luminance - cg;
    words[to + i] = (clamp(base - co) << 16) | (clamp(luminance + cg) << 8) | clamp(base + co) | OPAQUE;
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function combineAlpha(bitmap: EncodedBitmap, planes: Planes, target: PixelTarget, placement: Placement): void {
  const words = target.words;
  const columns = visibleWidth(bitmap, target, placement);
  const rows = visibleHeight(bitmap, target, placement);
  for (let row = 0; row < rows; row += 1) {
    const from = planes.alpha + (bitmap.bottomUp ? bitmap.height - 1 - row : row) * bitmap.width;
    const to = (placement.y + row) * target.width + placement.x;
    for (let i = 0; i < columns; i += 1) {
      words[to + i] = ((words[to + i] as number) & 0xff_ffff) | ((planes.bytes[from + i] as number) << 24);
    }
  }
}
