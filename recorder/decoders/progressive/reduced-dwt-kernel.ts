/** The WebAssembly kernel of the Reduce-Extrapolate transform, `recorder/kernels/reduced-dwt.ts`. */
import { existsSync, readFileSync } from 'node:fs';
import { COEFFICIENTS } from '../remotefx/rlgr.js';

/** Whole vectors are read and written behind a plane. */
const PLANE_BYTES = 2 * COEFFICIENTS + 64;
const TEMPORARY_BYTES = 16 * 1024;

/** WebAssembly as far as it is used: its types come with the browser's, which this folder does without. */
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  base(): number;
  reserve(bytes: number): number;
  inverse(data: number, out: number, temporary: number): void;
}

/** Writes 64 rows of 64 values to `out` from the component at `coefficients[at]`. */
export type InverseReducedDwt = (coefficients: Int16Array, at: number, out: Int16Array) => void;

/** The kernel's transform; null when it was not built or the machine has no SIMD in WebAssembly. */
export function createWasmReducedDwt(): InverseReducedDwt | null {
  // The second place is seen from the TypeScript sources, which tests run.
  const places = ['../../kernels/reduced-dwt.wasm', '../../../dist/recorder/kernels/reduced-dwt.wasm'];
  const file = places.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(url));
  if (file === undefined) return null;
  const bytes = readFileSync(file);
  // False where the machine has no SIMD in WebAssembly.
  if (!WebAssembly.validate(bytes)) return null;
  // The kernel's exports are declared in its source, which the build compiled.
  const exports = new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports as Exports;
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
