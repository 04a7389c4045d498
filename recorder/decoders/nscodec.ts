/**
 * NSCodec: NSCODEC_BITMAP_STREAM, [MS-RDPNSC] 2.2.2 and 3.1.8.4. A luma and two chroma planes, with colour loss and
 * subsampling, and an alpha plane; each raw or run-length encoded.
 */
import { Reader } from '../../src/rdp/wire/reader.js';
import {
  pixelCount,
  visibleHeight,
  visibleWidth,
  type DecodeScratch,
  type EncodedBitmap,
  type PixelTarget,
  type Placement,
} from './encoded-bitmap.js';
import { decodeNscodecPlane } from './nscodec-rle.js';

const STRUCTURE = 'nscodecBitmap';
const OPAQUE = 0xff00_0000;
const MAX_COLOR_LOSS_LEVEL = 7;

interface Layout {
  readonly colorLossLevel: number;
  readonly chromaSubsampling: boolean;
  /** Bytes of a row of the luma plane, and of a chroma plane. */
  readonly lumaWidth: number;
  readonly chromaWidth: number;
  readonly lumaBytes: number;
  readonly chromaBytes: number;
}

/** Decodes an NSCodec bitmap of 24 or 32 bpp. */
export function decodeNscodec(
  bitmap: EncodedBitmap,
  target: PixelTarget,
  placement: Placement,
  scratch: DecodeScratch,
): void {
  const pixels = pixelCount(bitmap, STRUCTURE);
  const reader = new Reader(bitmap.data, STRUCTURE);
  const counts = [reader.u32(), reader.u32(), reader.u32(), reader.u32()] as const;
  const layout = layoutOf(bitmap, reader);
  const { lumaBytes, chromaBytes } = layout;
  const out = scratch.planes(lumaBytes + 2 * chromaBytes + pixels).bytes;
  readPlane(reader, counts[0], out, 0, lumaBytes);
  readPlane(reader, counts[1], out, lumaBytes, chromaBytes);
  readPlane(reader, counts[2], out, lumaBytes + chromaBytes, chromaBytes);
  const alpha = lumaBytes + 2 * chromaBytes;
  if (counts[3] > 0) readPlane(reader, counts[3], out, alpha, pixels);
  combine(bitmap, layout, out, target, placement);
  if (counts[3] > 0 && bitmap.keepAlpha) combineAlpha(bitmap, out.subarray(alpha), target, placement);
}

/** Takes the header's last fields; subsampled planes are padded to 8 columns and 2 rows. */
function layoutOf({ width, height }: EncodedBitmap, reader: Reader): Layout {
  const colorLossLevel = reader.u8();
  if (colorLossLevel < 1 || colorLossLevel > MAX_COLOR_LOSS_LEVEL) throw reader.error('invalid', 'ColorLossLevel');
  const chromaSubsampling = reader.u8() !== 0;
  reader.skip(2);
  const lumaWidth = chromaSubsampling ? (width + 7) & ~7 : width;
  const chromaWidth = chromaSubsampling ? lumaWidth >> 1 : width;
  const chromaHeight = chromaSubsampling ? (height + 1) >> 1 : height;
  const lumaBytes = lumaWidth * height;
  const chromaBytes = chromaWidth * chromaHeight;
  return { colorLossLevel, chromaSubsampling, lumaWidth, chromaWidth, lumaBytes, chromaBytes };
}

/** Only a plane that is smaller than its raw size is encoded; of a larger one, clients take what they need. */
function readPlane(reader: Reader, byteCount: number, out: Uint8Array, offset: number, size: number): void {
  if (byteCount === 0) throw reader.error('invalid', 'empty plane');
  const start = reader.offset;
  reader.skip(byteCount);
  if (byteCount < size) decodeNscodecPlane(reader.data, start, start + byteCount, out, offset, size);
  else out.set(reader.data.subarray(start, start + size), offset);
}

function combine(
  bitmap: EncodedBitmap,
  layout: Layout,
  planes: Uint8Array,
  target: PixelTarget,
  placement: Placement,
): void {
  const columns = visibleWidth(bitmap, target, placement);
  const rows = visibleHeight(bitmap, target, placement);
  const row = layout.chromaSubsampling ? combineSubsampledRow : combineRow;
  // The chroma planes hold halved values: a loss level of 1 means no further loss.
  const shift = 24 + layout.colorLossLevel - 1;
  for (let y = 0; y < rows; y += 1) {
    const source = bitmap.bottomUp ? bitmap.height - 1 - y : y;
    const orange = layout.lumaBytes + (layout.chromaSubsampling ? source >> 1 : source) * layout.chromaWidth;
    const to = (placement.y + y) * target.width + placement.x;
    row(planes, source * layout.lumaWidth, orange, layout.chromaBytes, shift, target.words, to, columns);
  }
}

// Indices below lie within planes that were just written, hence the `as number`.

/** One row; the green chroma lies `chromaBytes` after the orange. Chroma bytes get their sign at the top of a word. */
function combineRow(
  planes: Uint8Array,
  luma: number,
  orange: number,
  chromaBytes: number,
  shift: number,
  words: Uint32Array,
  to: number,
  count: number,
): void {
  const green = orange + chromaBytes;
  for (let i = 0; i < count; i += 1) {
    const co = ((planes[orange + i] as number) << shift) >> 24;
    const cg = ((planes[green + i] as number) << shift) >> 24;
    words[to + i] = pixel(planes[luma + i] as number, co, cg);
  }
}

/** As `combineRow` where two pixels share their chroma. */
function combineSubsampledRow(
  planes: Uint8Array,
  luma: number,
  orange: number,
  chromaBytes: number,
  shift: number,
  words: Uint32Array,
  to: number,
  count: number,
): void {
  const green = orange + chromaBytes;
  for (let i = 0; i < count; i += 2) {
    const co = ((planes[orange + (i >> 1)] as number) << shift) >> 24;
    const cg = ((planes[green + (i >> 1)] as number) << shift) >> 24;
    words[to + i] = pixel(planes[luma + i] as number, co, cg);
    if (i + 1 < count) words[to + i + 1] = pixel(planes[luma + i + 1] as number, co, cg);
  }
}

/** The inverse of the AYCoCg transform, [MS-RDPEGDI] 3.1.9.1.2. */
function pixel(luma: number, co: number, cg: number): number {
  const red = luma + co - cg;
  const green = luma + cg;
  const blue = luma - co - cg;
  // Most colours need no clamping, which one test finds out for all three channels.
  if (((red | green | blue) & ~0xff) === 0) return (red << 16) | (green << 8) | blue | OPAQUE;
  return (clamp(red) << 16) | (clamp(green) << 8) | clamp(blue) | OPAQUE;
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function combineAlpha(bitmap: EncodedBitmap, alpha: Uint8Array, target: PixelTarget, placement: Placement): void {
  const words = target.words;
  const columns = visibleWidth(bitmap, target, placement);
  const rows = visibleHeight(bitmap, target, placement);
  for (let row = 0; row < rows; row += 1) {
    const from = (bitmap.bottomUp ? bitmap.height - 1 - row : row) * bitmap.width;
    const to = (placement.y + row) * target.width + placement.x;
    for (let i = 0; i < columns; i += 1) {
      words[to + i] = ((words[to + i] as number) & 0xff_ffff) | ((alpha[from + i] as number) << 24);
    }
  }
}
