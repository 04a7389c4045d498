/**
 * BGRX to I420 without WebAssembly: the arithmetic of `kernels/bgrx-to-i420.ts` in TypeScript. It runs where SIMD is
 * missing, and is what tests hold the kernel against.
 */
import { paddedSize, planeStrides, type Desktop, type DesktopMemory, type I420Planes, type Rectangle } from './i420.js';

/** The memory that there is everywhere. */
export const scalarMemory: DesktopMemory = { name: 'scalar', begin };

interface Picture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

function begin(width: number, height: number): Desktop {
  const words = new Uint32Array(width * height);
  const pixels = new Uint8Array(words.buffer);
  const strides = planeStrides(width);
  const rows = paddedSize(height);
  const chromaBytes = (strides.uvStride * rows) / 2;
  const [u, v] = [new Uint8Array(chromaBytes), new Uint8Array(chromaBytes)];
  const planes = { y: new Uint8Array(strides.yStride * rows), u, v, ...strides };
  return { words, pixels, planes, convert: (area) => convert({ pixels, width, height }, area, planes) };
}

function convert(picture: Picture, area: Rectangle, planes: I420Planes): void {
  for (let y = area.y; y < area.y + area.height; y += 2) {
    for (let x = area.x; x < area.x + area.width; x += 2) convertSquare(picture, x, y, planes);
  }
}

/** Converts 2 x 2 pixels: four of luma, one of each chroma plane. */
function convertSquare(picture: Picture, x: number, y: number, planes: I420Planes): void {
  const { pixels, width, height } = picture;
  // The column or row that pads an odd size repeats the last one.
  const right = Math.min(x + 1, width - 1);
  const bottom = Math.min(y + 1, height - 1);
  let blue = 2;
  let green = 2;
  let red = 2;
  for (let corner = 0; corner < 4; corner++) {
    const sourceX = (corner & 1) === 0 ? x : right;
    const sourceY = corner < 2 ? y : bottom;
    const at = (sourceY * width + sourceX) * 4;
    const b = pixels[at] ?? 0;
    const g = pixels[at + 1] ?? 0;
    const r = pixels[at + 2] ?? 0;
    blue += b;
    green += g;
    red += r;
    planes.y[(y + (corner >> 1)) * planes.yStride + x + (corner & 1)] = ((47 * r + 157 * g + 16 * b + 128) >> 8) + 16;
  }
  blue >>= 2;
  green >>= 2;
  red >>= 2;
  const at = (y >> 1) * planes.uvStride + (x >> 1);
  planes.u[at] = ((112 * blue - 86 * green - 26 * red + 128) >> 8) + 128;
  planes.v[at] = ((112 * red - 102 * green - 10 * blue + 128) >> 8) + 128;
}
