/**
 * The WebAssembly kernel of planar bitmaps, `recorder/kernels/planar.ts`. A bitmap goes through its memory: the stream is
 * copied in, planes and pixels are made there, and rows of pixels are copied out.
 */
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { type KernelMemory, loadKernel } from '../wasm/load-kernel.js';
import { RLE_STRUCTURE } from './planar-rle.js';

/** Larger bitmaps are decoded in TypeScript: they are rare, and this memory would be theirs for good. */
const MAX_PIXELS = 512 * 512;
const MAX_STREAM_BYTES = 8 * MAX_PIXELS;

/** Whole vectors are read behind a stream and written behind planes and pixels. */
const SLACK_BYTES = 64;

interface Exports extends KernelMemory {
  decodePlane(source: number, at: number, end: number, out: number, width: number, height: number): number;
  combineRgb(red: number, green: number, blue: number, out: number, pixels: number): void;
  combineYCoCg(
    luma: number,
    plus: number,
    green: number,
    out: number,
    width: number,
    height: number,
    chromaStride: number,
    halve: number,
    shift: number,
  ): void;
}

/** One bitmap at a time. Positions are those of its memory. */
export class PlanarKernel {
  readonly #exports: Exports;
  #bytes = new Uint8Array(0);
  #words = new Uint32Array(0);
  #view = new DataView(this.#bytes.buffer);
  #source = 0;
  #sourceBytes = 0;
  #planes = 0;
  #pixels = 0;

  private constructor(exports: Exports) {
    this.#exports = exports;
  }

  /** Null where it does not run. */
  static create(): PlanarKernel | null {
    const exports = loadKernel('planar') as Exports | null;
    return exports === null ? null : new PlanarKernel(exports);
  }

  /** All memory; views of it are good until the next `begin`. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get view(): DataView {
    return this.#view;
  }

  /** Where the stream begins. */
  get source(): number {
    return this.#source;
  }

  /** Where there is room for four planes. */
  get planes(): number {
    return this.#planes;
  }

  /** Takes a bitmap; false for one that is too large. */
  begin(data: Uint8Array, pixels: number): boolean {
    if (pixels > MAX_PIXELS || data.length > MAX_STREAM_BYTES) return false;
    this.#source = this.#exports.base();
    this.#sourceBytes = data.length;
    this.#planes = (this.#source + data.length + SLACK_BYTES) & ~15;
    this.#pixels = (this.#planes + 4 * pixels + SLACK_BYTES) & ~15;
    if (this.#exports.reserve(this.#pixels + 4 * pixels + SLACK_BYTES) === 0) return false;
    const { buffer } = this.#exports.memory;
    if (this.#bytes.buffer !== buffer) {
      this.#bytes = new Uint8Array(buffer);
      this.#words = new Uint32Array(buffer);
      this.#view = new DataView(buffer);
    }
    this.#bytes.set(data, this.#source);
    return true;
  }

  /** As `decodePlane` of `planar-rle.ts`, from the stream to `out`. */
  decodePlane(at: number, out: number, width: number, height: number): number {
    const end = this.#exports.decodePlane(this.#source, at, this.#sourceBytes, out, width, height);
    if (end >= 0) return end;
    const place = (-1 - end) >> 1;
    if (((-1 - end) & 1) === 0) throw new DecodeError('truncated', RLE_STRUCTURE, place);
    throw new DecodeError('invalid', RLE_STRUCTURE, place, 'segment beyond the end of its row');
  }

  combineRgb(red: number, green: number, blue: number, pixels: number): void {
    this.#exports.combineRgb(red, green, blue, this.#pixels, pixels);
  }

  combineYCoCg(
    luma: number,
    plus: number,
    green: number,
    width: number,
    height: number,
    chromaStride: number,
    halve: number,
    shift: number,
  ): void {
    this.#exports.combineYCoCg(luma, plus, green, this.#pixels, width, height, chromaStride, halve, shift);
  }

  /** Copies pixels that were combined, `from` the first of the bitmap on. */
  copyOut(from: number, count: number, words: Uint32Array, to: number): void {
    const at = (this.#pixels >> 2) + from;
    words.set(this.#words.subarray(at, at + count), to);
  }
}
