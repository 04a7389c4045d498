import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AvcSurface, type AvcCodec } from '../../../../recorder/decoders/avc/avc-surface.js';
import { loadH264, type H264Engine } from '../../../../recorder/decoders/avc/h264-decoder.js';
import type { Placement } from '../../../../recorder/decoders/encoded-bitmap.js';
import { Writer } from '../../../../src/rdp/wire/writer.js';

const FIXTURES = new URL('../../../fixtures/avc/', import.meta.url);

export function avcFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, FIXTURES)));
}

export function avcIndex(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8'));
}

/** The engine; fails where node-av is missing, which the project's tests require. */
export async function engine(): Promise<H264Engine> {
  const loaded = await loadH264();
  if (loaded === null) throw new Error('node-av is not installed');
  return loaded;
}

/** A surface with its picture. */
export class Screen {
  readonly words: Uint32Array;
  readonly avc: AvcSurface;
  readonly #width: number;
  readonly #height: number;

  constructor(engine: H264Engine, width: number, height: number) {
    this.words = new Uint32Array(width * height);
    this.avc = new AvcSurface(engine, width, height);
    this.#width = width;
    this.#height = height;
  }

  decode(codec: AvcCodec, data: Uint8Array): readonly Placement[] {
    return this.avc.decode(codec, data, { words: this.words, width: this.#width, height: this.#height });
  }

  get pixels(): Uint8Array {
    return new Uint8Array(this.words.slice().buffer);
  }

  get sha256(): string {
    return createHash('sha256').update(this.pixels).digest('hex');
  }
}

/** Peak signal to noise ratio of red, green and blue in dB. */
export function psnr(words: Uint32Array, expected: Uint32Array): number {
  let sum = 0;
  for (const [i, word] of words.entries()) {
    const other = expected[i] ?? 0;
    for (const shift of [0, 8, 16]) sum += (((word >> shift) & 0xff) - ((other >> shift) & 0xff)) ** 2;
  }
  return 10 * Math.log10((255 * 255 * 3 * words.length) / sum);
}

/** The pictures of `libfreerdp/`: gradients with sharp edges of colour. */
export function testPicture(width: number, height: number, frame: number): Uint32Array {
  return Uint32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const [column, row] = [((x + 3 * frame) >> 2) % 5, (y >> 3) % 4];
    if (row === 3 && (x + frame) % 9 === 0) return 0xff00_0000;
    if (column === 2 && row === 2) return 0xff14_14d2;
    if (column === 0 && row === 1) return 0xffdc_1e1e;
    const red = Math.trunc((x * 255) / width);
    const green = Math.trunc((y * 255) / height);
    return (0xff00_0000 | (red << 16) | (green << 8) | ((2 * (x + y + 8 * frame)) & 0xff)) >>> 0;
  });
}

/** The payloads of a fixture: each is a 32-bit length and its bytes. */
export function splitPayloads(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const payloads: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = view.getUint32(at, true);
    payloads.push(bytes.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return payloads;
}

export type Edges = readonly [left: number, top: number, right: number, bottom: number];

/** RFX_AVC420_BITMAP_STREAM. */
export function avc420(rects: readonly Edges[], stream: Uint8Array, numRegionRects = rects.length): Uint8Array {
  const writer = new Writer().u32(numRegionRects);
  for (const rect of rects) for (const edge of rect) writer.u16(edge);
  for (let i = 0; i < rects.length; i += 1) writer.u8(0x80 | 22).u8(77);
  return writer.bytes(stream).finish();
}

/** RFX_AVC444_BITMAP_STREAM. */
export function avc444(
  lc: number,
  first: Uint8Array,
  second: Uint8Array = new Uint8Array(0),
  size = first.length,
): Uint8Array {
  return new Writer()
    .u32(((lc << 30) | size) >>> 0)
    .bytes(first)
    .bytes(second)
    .finish();
}

/** The H.264 bytes of a payload of `libfreerdp/`, which has one rectangle. */
export function bitstream(payload: Uint8Array): Uint8Array {
  return payload.slice(4 + 10);
}
