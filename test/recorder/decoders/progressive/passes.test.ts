/** The stages of decoding, on the example of [MS-RDPEGFX] 4.1.2 and against an encoder written after the specification. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORIGINAL_BANDS, REDUCED_BANDS } from '../../../../recorder/decoders/progressive/bands.js';
import { decodeFirstPass } from '../../../../recorder/decoders/progressive/first-pass.js';
import { createWasmReducedDwt } from '../../../../recorder/decoders/progressive/reduced-dwt-kernel.js';
import { ReducedDwt } from '../../../../recorder/decoders/progressive/reduced-dwt.js';
import { decodeUpgradePass } from '../../../../recorder/decoders/progressive/upgrade-pass.js';
import { bandSizes, COEFFICIENTS, ComponentEncoder, forwardDwt, NO_FACTORS } from './encoder.js';

/** HL and LH of five coefficients, LL of four. */
const EXAMPLE_BANDS = Int32Array.of(0, 5, 10, 10, 10, 10, 10, 10, 10, 10, 14);

/** Values of HL, LH and LL at their places among ten bands. */
function ofBands(hl: number, lh: number, ll: number): Uint8Array {
  return Uint8Array.of(hl, lh, 0, 0, 0, 0, 0, 0, 0, ll);
}

function viewOf(...parts: readonly Uint8Array[]): DataView {
  const bytes = Buffer.concat([...parts, new Uint8Array(16)]);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

class Component {
  readonly coefficients = new Int16Array(COEFFICIENTS);
  readonly signs = new Int8Array(COEFFICIENTS);
  readonly #bands: Int32Array;

  constructor(bands: Int32Array) {
    this.#bands = bands;
  }

  first(data: Uint8Array, shifts: Uint8Array, difference: boolean): void {
    const memory = new Int16Array(COEFFICIENTS);
    const { coefficients, signs } = this;
    decodeFirstPass(viewOf(data), 0, data.length, this.#bands, shifts, difference, memory, coefficients, signs, 0);
  }

  upgrade(srl: Uint8Array, raw: Uint8Array, bits: Uint8Array, shifts: Uint8Array): boolean {
    const end = srl.length + raw.length;
    const { coefficients, signs } = this;
    return decodeUpgradePass(viewOf(srl, raw), 0, srl.length, end, this.#bands, bits, shifts, coefficients, signs, 0);
  }
}

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

describe('the example of the specification, 4.1.2.2', () => {
  it('decodes two frames in five passes to its coefficients and signs', () => {
    const tile = new Component(EXAMPLE_BANDS);
    const state = (): number[][] => [[...tile.coefficients.subarray(0, 14)], [...tile.signs.subarray(0, 10)]];

    tile.first(bytes('a8626dfff700'), ofBands(4, 3, 2), false);
    expect(state()).toEqual([
      [-32, 0, 0, 0, 0, 0, 0, 0, 0, 8, 12, 16, -12, 12],
      [-1, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    ]);
    expect(tile.upgrade(bytes('a0018000c949e0'), bytes('20'), ofBands(4, 2, 0), ofBands(0, 1, 2))).toBe(true);
    expect(state()).toEqual([
      [-34, -13, 15, -3, 0, 0, -6, 4, -2, 8, 12, 16, -12, 12],
      [-1, -1, 1, -1, 0, 0, -1, 1, -1, 1],
    ]);
    tile.first(bytes('8876bdfffef2'), ofBands(4, 3, 2), true);
    expect(state()).toEqual([
      [-2, -13, 15, -3, 0, 0, -6, 4, -2, 8, 24, 12, 16, 4],
      [1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]);
    // The specification's bytes, 80 07 00 16 9c, lack two bits: a run of one zero and a value of 1 are 01 and 01.
    expect(tile.upgrade(bytes('80070015a700'), bytes('00'), ofBands(4, 2, 0), ofBands(0, 1, 2))).toBe(true);
    expect(state()).toEqual([
      [-2, -2, 3, -3, 1, 2, -6, 4, -2, 2, 24, 12, 16, 4],
      [1, 1, -1, 0, 1, 1, 0, 0, 0, -1],
    ]);
    expect(tile.upgrade(bytes('b0'), bytes('c640'), ofBands(0, 1, 2), ofBands(0, 0, 0))).toBe(true);
    expect(tile.coefficients.subarray(0, 14)).toEqual(Int16Array.of(-2, -2, 3, -3, 1, 3, -7, 5, -2, 1, 24, 13, 18, 5));
  });
});

/** Coefficients as pictures have them: most of them zero. */
const coefficients = fc
  .array(fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: -900, max: 900 })), {
    minLength: 200,
    maxLength: 200,
  })
  .map((values) => Array.from({ length: COEFFICIENTS }, (_, i) => values[(i * 7) % 200] ?? 0));

const factors = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 10, maxLength: 10 });

describe('passes of a component', () => {
  it.each([
    ['Reduce-Extrapolate', REDUCED_BANDS, bandSizes(true)] as const,
    ['Original', ORIGINAL_BANDS, bandSizes(false)] as const,
  ])('have what the encoder thinks the decoder has, after each of them (%s)', (_, bands, sizes) => {
    fc.assert(
      fc.property(fc.array(coefficients, { minLength: 2, maxLength: 2 }), factors, factors, (frames, a, b) => {
        const encoder = new ComponentEncoder(sizes);
        const tile = new Component(bands);
        const middle = a.map((value, i) => Math.min(value, b[i] ?? 0));
        for (const [number, frame] of frames.entries()) {
          tile.first(encoder.first(frame, a, number > 0), Uint8Array.from(a), number > 0);
          expect([...tile.coefficients]).toEqual(encoder.reference);
          let before = a;
          for (const next of [middle, NO_FACTORS]) {
            const { srl, raw } = encoder.upgrade(next);
            const bits = before.map((value, i) => value - (next[i] ?? 0));
            expect(tile.upgrade(srl, raw, Uint8Array.from(bits), Uint8Array.from(next))).toBe(true);
            expect([...tile.coefficients]).toEqual(encoder.reference);
            before = [...next];
          }
          expect([...tile.coefficients]).toEqual(frame);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('end in failure when either code is cut off', () => {
    const encoder = new ComponentEncoder(bandSizes(true));
    const positions = Array.from({ length: 10 }, () => 4);
    const frame = Array.from({ length: COEFFICIENTS }, (_, i) => ((i * 37) % 101) - 50);
    const first = encoder.first(frame, positions, false);
    const { srl, raw } = encoder.upgrade(NO_FACTORS);
    const decode = (srlBytes: number, rawBytes: number): boolean => {
      const tile = new Component(REDUCED_BANDS);
      tile.first(first, Uint8Array.from(positions), false);
      const bits = Uint8Array.from(positions);
      return tile.upgrade(srl.subarray(0, srlBytes), raw.subarray(0, rawBytes), bits, new Uint8Array(10));
    };
    expect(decode(srl.length, raw.length)).toBe(true);
    for (let cut = 1; cut <= srl.length; cut += 13) expect(decode(srl.length - cut, raw.length)).toBe(false);
    for (let cut = 1; cut <= raw.length; cut += 13) expect(decode(srl.length, raw.length - cut)).toBe(false);
  });
});

describe('the Reduce-Extrapolate transform', () => {
  const kernel = createWasmReducedDwt();
  const transforms = [
    ['TypeScript', new ReducedDwt(null)],
    ['WebAssembly', new ReducedDwt(kernel)],
  ] as const;

  it.each(transforms)('is undone to within a few steps of a thirty-second (%s)', (_, dwt) => {
    // Steps from black to white beside each other may pass 16 bits on the way: half of the range never does.
    const plane = fc.array(fc.integer({ min: -2048, max: 2047 }), { minLength: 97, maxLength: 97 });
    fc.assert(
      fc.property(plane, (values) => {
        const picture = Array.from({ length: COEFFICIENTS }, (_, i) => values[(i + (i >> 6)) % 97] ?? 0);
        const out = new Int16Array(COEFFICIENTS);
        dwt.inverse(Int16Array.from(forwardDwt(picture, true)), 0, 0, out);
        // Halving the high values drops a bit at each level.
        const worst = out.reduce((most, value, i) => Math.max(most, Math.abs(value - (picture[i] ?? 0))), 0);
        expect(worst).toBeLessThanOrEqual(16);
      }),
      { numRuns: 20 },
    );
  });

  it.each(transforms)('gives the same without detail whether it is told so or not (%s)', (_, dwt) => {
    const data = new Int16Array(COEFFICIENTS);
    for (let i = 3007; i < COEFFICIENTS; i += 1) data[i] = ((i * 31) % 257) - 128;
    const [told, untold] = [new Int16Array(COEFFICIENTS), new Int16Array(COEFFICIENTS)];
    dwt.inverse(data, 0, 3007, told);
    dwt.inverse(data, 0, 0, untold);
    expect(told).toEqual(untold);
    data.fill(0, 0, 4015).fill(77, 4015);
    dwt.inverse(data, 0, 4015, told);
    dwt.inverse(data, 0, 0, untold);
    expect(told).toEqual(untold);
    expect(told.every((value) => value === 77)).toBe(true);
  });

  it('is the same to the bit in WebAssembly and in TypeScript, overflow included', () => {
    expect(kernel).not.toBeNull();
    const wide = fc.int16Array({ minLength: 500, maxLength: 500 });
    fc.assert(
      fc.property(wide, fc.integer({ min: 0, max: 10 }), fc.constantFrom(0, 1, 2), (values, shift, component) => {
        const at = component * COEFFICIENTS;
        const data = Int16Array.from({ length: 3 * COEFFICIENTS }, (_, i) => (values[(i * 13) % 499] ?? 0) >> shift);
        const [scalar, vector] = [new Int16Array(COEFFICIENTS), new Int16Array(COEFFICIENTS)];
        new ReducedDwt(null).inverse(data, at, 0, scalar);
        kernel?.(data, at, vector);
        expect(vector).toEqual(scalar);
      }),
      { numRuns: 60 },
    );
  });
});
