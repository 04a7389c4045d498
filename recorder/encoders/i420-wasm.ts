/**
 * BGRX to I420 with the WebAssembly kernel. A rectangle goes through the kernel's memory in strips of rows: copied in
 * (odd edges repeated), converted, and copied out to the encoder's planes.
 */
import { type KernelMemory, loadKernel } from '../wasm/load-kernel.js';
import { scalarConverter } from './i420-scalar.js';
import type { BgrxConverter, BgrxPicture, I420Planes, Rectangle } from './i420.js';

/** A strip's source stays in the processor's second-level cache. */
const STRIP_BYTES = 256 * 1024;
/** The kernel works on 16 pixels at a time. */
const LANE = 16;

interface Kernel extends KernelMemory {
  convert(
    source: number,
    sourceStride: number,
    y: number,
    yStride: number,
    u: number,
    v: number,
    uvStride: number,
    width: number,
    height: number,
  ): void;
}

/** Where the parts of a strip are in the kernel's memory. */
interface Strip {
  readonly rows: number;
  readonly sourceStride: number;
  readonly yStride: number;
  readonly uvStride: number;
  readonly source: number;
  readonly y: number;
  readonly u: number;
  readonly v: number;
}

/** The fastest converter that this machine runs. */
export function createConverter(): BgrxConverter {
  return createWasmConverter() ?? scalarConverter;
}

/** The kernel's converter; null when it was not built or the machine has no SIMD in WebAssembly. */
export function createWasmConverter(): BgrxConverter | null {
  const kernel = loadKernel('bgrx-to-i420') as Kernel | null;
  if (kernel === null) return null;
  return { name: 'wasm-simd', convert: (picture, area, planes) => convert(kernel, picture, area, planes) };
}

function convert(kernel: Kernel, picture: BgrxPicture, area: Rectangle, planes: I420Planes): void {
  const strip = layOut(kernel, area);
  const memory = new Uint8Array(kernel.memory.buffer);
  for (let top = area.y; top < area.y + area.height; top += strip.rows) {
    const rows = Math.min(strip.rows, area.y + area.height - top);
    copyIn(picture, area, top, rows, memory, strip);
    const { source, sourceStride, y, yStride, u, v, uvStride } = strip;
    kernel.convert(source, sourceStride, y, yStride, u, v, uvStride, area.width, rows);
    copyOut(memory, strip, area, top, rows, planes);
  }
}

function layOut(kernel: Kernel, area: Rectangle): Strip {
  const lanes = Math.ceil(area.width / LANE) * LANE;
  const sourceStride = lanes * 4;
  const rows = Math.min(area.height, Math.max(2, Math.floor(STRIP_BYTES / sourceStride) & ~1));
  const source = kernel.base();
  const y = source + sourceStride * rows;
  const u = y + lanes * rows;
  const v = u + (lanes / 2) * (rows / 2);
  const end = v + (lanes / 2) * (rows / 2);
  if (kernel.reserve(end) === 0) throw new RangeError('the BGRX kernel is out of memory');
  return { rows, sourceStride, yStride: lanes, uvStride: lanes / 2, source, y, u, v };
}

function copyIn(
  picture: BgrxPicture,
  area: Rectangle,
  top: number,
  rows: number,
  memory: Uint8Array,
  strip: Strip,
): void {
  const { pixels, width, height } = picture;
  const columns = Math.min(area.width, width - area.x);
  for (let row = 0; row < rows; row++) {
    const from = (Math.min(top + row, height - 1) * width + area.x) * 4;
    const to = strip.source + row * strip.sourceStride;
    memory.set(pixels.subarray(from, from + columns * 4), to);
    if (columns < area.width) memory.copyWithin(to + columns * 4, to + columns * 4 - 4, to + columns * 4);
  }
}

function copyOut(
  memory: Uint8Array,
  strip: Strip,
  area: Rectangle,
  top: number,
  rows: number,
  planes: I420Planes,
): void {
  for (let row = 0; row < rows; row++) {
    const from = strip.y + row * strip.yStride;
    planes.y.set(memory.subarray(from, from + area.width), (top + row) * planes.yStride + area.x);
  }
  const chromaWidth = area.width / 2;
  for (let row = 0; row < rows / 2; row++) {
    const from = row * strip.uvStride;
    const to = (top / 2 + row) * planes.uvStride + area.x / 2;
    planes.u.set(memory.subarray(strip.u + from, strip.u + from + chromaWidth), to);
    planes.v.set(memory.subarray(strip.v + from, strip.v + from + chromaWidth), to);
  }
}
