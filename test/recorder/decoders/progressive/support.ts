import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { ProgressiveDecoder, type ProgressiveUpdate } from '../../../../recorder/decoders/progressive/progressive.js';
import { ProgressiveSurface } from '../../../../recorder/decoders/progressive/surface.js';
import { TileBudget } from '../../../../recorder/decoders/progressive/tile-budget.js';

const FIXTURES = new URL('../../../fixtures/progressive/', import.meta.url);

export function progressiveFixture(name: string): Uint8Array {
  const bytes = readFileSync(new URL(name, FIXTURES));
  return new Uint8Array(name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
}

/** Expected pixels with the fourth byte that decoders write. */
export function opaque(pixels: Uint8Array): Uint8Array {
  return pixels.map((byte, index) => (index % 4 === 3 ? 0xff : byte));
}

export interface SinglePass {
  readonly width: number;
  readonly height: number;
  readonly compressed: string;
  readonly expected: string;
}

export interface Passes {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

export function index<T>(name: string): T[] {
  return JSON.parse(Buffer.from(progressiveFixture(name)).toString()) as T[];
}

/** The messages of a fixture: each is a 32-bit length and its bytes. */
export function splitMessages(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const messages: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = view.getUint32(at, true);
    messages.push(bytes.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return messages;
}

/** A surface with its picture and decoder. */
export class Screen {
  readonly surface: ProgressiveSurface;
  readonly words: Uint32Array;
  readonly #decoder: ProgressiveDecoder;

  constructor(width: number, height: number, decoder = new ProgressiveDecoder(), budget = new TileBudget()) {
    this.surface = new ProgressiveSurface(width, height, budget);
    this.words = new Uint32Array(width * height);
    this.#decoder = decoder;
  }

  decode(message: Uint8Array, frameId = 0): ProgressiveUpdate {
    const { width, height } = this.surface;
    return this.#decoder.decode(message, frameId, this.surface, { words: this.words, width, height });
  }

  /** A copy of the BGRX pixels. */
  get pixels(): Uint8Array {
    return new Uint8Array(this.words.slice().buffer);
  }

  /** The word at a pixel. */
  at(x: number, y: number): number {
    return this.words[y * this.surface.width + x] ?? 0;
  }
}
