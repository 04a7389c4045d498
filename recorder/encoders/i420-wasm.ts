/**
 * A desktop in the memory of the WebAssembly kernel that converts it, pixels and planes: nothing is copied. The memory grows
 * only where a desktop begins, so views of it are good as long as the desktop is; it does not shrink before it is given up.
 */
import { type KernelMemory, loadKernel } from '../wasm/load-kernel.js';
import { scalarMemory } from './i420-scalar.js';
import { paddedSize, planeStrides, type Desktop, type DesktopMemory } from './i420.js';

/** The kernel reads whole vectors behind the pixels and writes them behind the planes. */
const SLACK_BYTES = 64;

interface Kernel extends KernelMemory {
  convert(
    pixels: number,
    width: number,
    height: number,
    y: number,
    yStride: number,
    u: number,
    v: number,
    uvStride: number,
    areaX: number,
    areaY: number,
    areaWidth: number,
    areaHeight: number,
  ): void;
}

/** Memory for desktops, with the fastest conversion that this machine runs. */
export function createDesktopMemory(): DesktopMemory {
  return createKernelMemory() ?? scalarMemory;
}

/** The kernel's memory; null when it was not built or the machine has no SIMD in WebAssembly. */
export function createKernelMemory(): DesktopMemory | null {
  const kernel = loadKernel('bgrx-to-i420') as Kernel | null;
  if (kernel === null) return null;
  return { name: 'wasm-simd', begin: (width, height) => begin(kernel, width, height) };
}

/** @throws RangeError when there is no memory for it. */
function begin(kernel: Kernel, width: number, height: number): Desktop {
  const { yStride, uvStride } = planeStrides(width);
  const rows = paddedSize(height);
  const chromaBytes = (uvStride * rows) / 2;
  const source = aligned(kernel.base());
  const y = aligned(source + 4 * width * height + SLACK_BYTES);
  const u = y + yStride * rows;
  const v = u + chromaBytes;
  if (kernel.reserve(v + chromaBytes + SLACK_BYTES) === 0) throw new RangeError('no memory for the desktop');
  const { buffer } = kernel.memory;
  const planes = {
    y: new Uint8Array(buffer, y, yStride * rows),
    u: new Uint8Array(buffer, u, chromaBytes),
    v: new Uint8Array(buffer, v, chromaBytes),
    yStride,
    uvStride,
  };
  return {
    words: new Uint32Array(buffer, source, width * height),
    pixels: new Uint8Array(buffer, source, 4 * width * height),
    planes,
    convert: (area) =>
      kernel.convert(source, width, height, y, yStride, u, v, uvStride, area.x, area.y, area.width, area.height),
  };
}

function aligned(address: number): number {
  return Math.ceil(address / SLACK_BYTES) * SLACK_BYTES;
}
