/** Loading of the WebAssembly kernels that `recorder/kernels` is compiled to. */
import { existsSync, readFileSync } from 'node:fs';

/** WebAssembly as far as it is used: its types come with the browser's, which this folder does without. */
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** What every kernel exports beside its own functions. */
export interface KernelMemory {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Where the caller may write: memory from here on is free. */
  base(): number;
  /** Makes at least so many bytes of memory available; 0 when there are no more. Views of the memory are lost with it. */
  reserve(bytes: number): number;
}

/** From the compiled modules or the bundle, and from the TypeScript sources, which tests run. */
const FOLDERS = ['../kernels/', '../../dist/recorder/kernels/'] as const;

/**
 * Instantiates a kernel; null when it was not built or the machine has no SIMD in WebAssembly. Its exports are what the
 * kernel's source declares, which the build compiled: the caller names their type.
 */
export function loadKernel(name: string): object | null {
  let module = modules.get(name);
  if (module === undefined) {
    module = compile(name);
    modules.set(name, module);
  }
  return module === null ? null : (new WebAssembly.Instance(module, {}).exports as object);
}

/** Kernels that were asked for: compiled once, instantiated by every user. */
const modules = new Map<string, object | null>();

function compile(name: string): object | null {
  const places = FOLDERS.map((folder) => new URL(`${folder}${name}.wasm`, import.meta.url));
  const file = places.find((url) => existsSync(url));
  if (file === undefined) return null;
  const bytes = readFileSync(file);
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
}
