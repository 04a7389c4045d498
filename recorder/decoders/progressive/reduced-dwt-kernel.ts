/** The WebAssembly kernel of the Reduce-Extrapolate transform, `recorder/kernels/reduced-dwt.ts`. */
import { type KernelMemory, loadKernel } from '../../wasm/load-kernel.js';
import { COEFFICIENTS } from '../remotefx/rlgr.js';

/** Whole vectors are read and written behind a plane. */
const PLANE_BYTES = 2 * COEFFICIENTS + 64;
const TEMPORARY_BYTES = 16 * 1024;

interface Exports extends KernelMemory {
  inverse(data: number, out: number, temporary: number): void;
}

/** Writes 64 rows of 64 values to `out` from the component at `coefficients[at]`. */
export type InverseReducedDwt = (coefficients: Int16Array, at: number, out: Int16Array) => void;

/** The kernel's transform; null when it was not built or the machine has no SIMD in WebAssembly. */
export function createWasmReducedDwt(): InverseReducedDwt | null {
  const exports = loadKernel('reduced-dwt') as Exports | null;
  if (exports === null) return null;
  const data = exports.base();
  if (exports.reserve(data + 2 * PLANE_BYTES + TEMPORARY_BYTES) === 0) return null;
  const input = new Int16Array(exports.memory.buffer, data, COEFFICIENTS);
  const output = new Int16Array(exports.memory.buffer, data + PLANE_BYTES, COEFFICIENTS);
  return (coefficients, at, out) => {
    input.set(coefficients.subarray(at, at + COEFFICIENTS));
    exports.inverse(data, data + PLANE_BYTES, data + 2 * PLANE_BYTES);
    out.set(output);
  };
}
