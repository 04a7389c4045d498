import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readShifts, SHIFTS, sumLl3 } from '../../../recorder/decoders/remotefx/dequantise.js';
import { inverseDwt } from '../../../recorder/decoders/remotefx/dwt.js';
import { COEFFICIENTS, decodeRlgr, RLGR_SLACK_BYTES, type RlgrMode } from '../../../recorder/decoders/remotefx/rlgr.js';
import { createScalarTileKernel } from '../../../recorder/decoders/remotefx/tile-decoder.js';
import { createWasmTileKernel } from '../../../recorder/decoders/remotefx/tile-kernel.js';
import { encodeRlgr } from './remotefx-messages.js';
import { firstDifference } from './support.js';
import { surfaceFixture } from './surface-codecs.js';

const NO_SHIFTS = new Uint8Array(SHIFTS);
/** Of the example in the specification, 4.2.4.1: where the components of its tile lie. */
const COMPONENTS = [
  ['Y', 0x2e, 0x3dc],
  ['Cb', 0x3dc, 0x7ab],
  ['Cr', 0x7ab, 0xb3e],
] as const;

function viewOf(data: Uint8Array): DataView {
  const padded = new Uint8Array(data.length + RLGR_SLACK_BYTES).fill(0xff);
  padded.set(data);
  return new DataView(padded.buffer);
}

function decode(mode: RlgrMode, data: Uint8Array): number[] {
  const out = new Int16Array(COEFFICIENTS);
  const first = decodeRlgr(mode, viewOf(data), 0, data.length, NO_SHIFTS, 0, out);
  const nonZero = out.findIndex((value) => value !== 0);
  expect(first).toBe(nonZero < 0 ? COEFFICIENTS : nonZero);
  return [...out];
}

/** 16-bit integers of the specification's example. */
function example(name: string, component: number): number[] {
  const bytes = surfaceFixture(`ms-rdprfx/${name}`);
  return [...new Int16Array(bytes.buffer).subarray(component * COEFFICIENTS, (component + 1) * COEFFICIENTS)];
}

/** One inverse level of lifting along a line, as the equations of 3.1.8.2.4 stand there. */
function inverseLine(low: readonly number[], high: readonly number[]): number[] {
  const detail = (index: number): number => high[Math.max(0, index)] ?? 0;
  const even = low.map((value, n) => value - Math.floor((detail(n - 1) + detail(n) + 1) / 2));
  return even.flatMap((value, n) => [value, 2 * detail(n) + Math.floor((value + (even[n + 1] ?? value)) / 2)]);
}

function rowsOf(values: readonly number[], size: number): number[][] {
  return Array.from({ length: size }, (_, row) => values.slice(row * size, (row + 1) * size));
}

function transposed(rows: readonly (readonly number[])[]): number[][] {
  return (rows[0] ?? []).map((_, x) => rows.map((row) => row[x] ?? 0));
}

/** Three levels of them, on coefficients in their order on the wire. */
function referenceDwt(coefficients: readonly number[]): number[] {
  let low = coefficients.slice(4032);
  for (const [offset, size] of [
    [3840, 8],
    [3072, 16],
    [0, 32],
  ] as const) {
    const band = (index: number): number[][] =>
      rowsOf(coefficients.slice(offset + index * size * size, offset + (index + 1) * size * size), size);
    const [hl, lh, hh] = [band(0), band(1), band(2)];
    const upper = rowsOf(low, size).map((row, y) => inverseLine(row, hl[y] ?? []));
    const lower = lh.map((row, y) => inverseLine(row, hh[y] ?? []));
    const columns = transposed(upper).map((column, x) => inverseLine(column, transposed(lower)[x] ?? []));
    low = transposed(columns).flat();
  }
  return low;
}

describe('RLGR', () => {
  it.each(COMPONENTS)('decodes %s of the specification, 4.2.4.2', (_, start, end) => {
    const index = COMPONENTS.findIndex(([, from]) => from === start);
    expect(decode(3, surfaceFixture('ms-rdprfx/tile-set.bin').subarray(start, end))).toEqual(
      example('coefficients.i16.gz', index),
    );
  });

  it('decodes what an encoder written after the specification encodes', () => {
    const small = fc.integer({ min: -3, max: 3 });
    const value = fc.oneof({ weight: 6, arbitrary: small }, fc.integer({ min: -16_000, max: 16_000 }));
    const part = fc.oneof(
      fc.array(value, { maxLength: 40 }),
      fc.nat(1500).map((count) => Array<number>(count).fill(0)),
    );
    fc.assert(
      fc.property(fc.constantFrom(1 as const, 3 as const), fc.array(part, { maxLength: 30 }), (mode, parts) => {
        const values = [...parts.flat(), ...Array<number>(COEFFICIENTS).fill(0)].slice(0, COEFFICIENTS);
        expect(decode(mode, encodeRlgr(mode, values))).toEqual(values);
      }),
      { numRuns: 60 },
    );
  });

  it('takes nothing from the bytes after a component', () => {
    const values = Array.from({ length: COEFFICIENTS }, (_, index) => ((index * 7919) % 11) - 5);
    const data = encodeRlgr(3, values);
    for (let length = 0; length < data.length; length += 13) {
      const decoded = decode(3, data.subarray(0, length));
      const last = decoded.findLastIndex((value) => value !== 0);
      expect(decoded.slice(0, last + 1)).toEqual(values.slice(0, last + 1));
    }
  });

  it('stays within its memory whatever the bits are', () => {
    fc.assert(
      fc.property(fc.constantFrom(1 as const, 3 as const), fc.uint8Array({ maxLength: 3000 }), (mode, data) => {
        decode(mode, data);
      }),
    );
    decode(1, new Uint8Array(65_535).fill(0xff));
    decode(3, new Uint8Array(65_535).fill(0x7f));
  });
});

describe('dequantisation', () => {
  it('gives each sub-band its shift', () => {
    const shifts = new Uint8Array(SHIFTS + 1);
    // LL3 6, LH3 7, HL3 8, HH3 9, LH2 10, HL2 11, HH2 12, LH1 13, HL1 14, HH1 15
    readShifts(Uint8Array.of(0, 0x76, 0x98, 0xba, 0xdc, 0xfe), 1, shifts, 1);
    const times = (count: number, shift: number): number[] => Array<number>(count).fill(shift);
    expect([...shifts.subarray(1)]).toEqual(
      [times(16, 13), times(16, 12), times(16, 14), times(4, 10), times(4, 9), times(4, 11), [7, 6, 8, 5]].flat(),
    );
  });
});

describe('the inverse wavelet transform', () => {
  it.each(COMPONENTS)('makes %s of the specification, 4.2.4.3, to within a sixteenth of a level', (_, start) => {
    const index = COMPONENTS.findIndex(([, from]) => from === start);
    const shifts = new Uint8Array(SHIFTS);
    readShifts(Uint8Array.of(0x66, 0x66, 0x77, 0x88, 0x98), 0, shifts, 0);
    const plane = Int16Array.from(
      example('coefficients.i16.gz', index),
      (value, at) => value << (shifts[at >> 6] ?? 0),
    );
    sumLl3(plane);
    inverseDwt(plane, 0, new Int16Array(COEFFICIENTS));
    const expected = example('components.i16.gz', index);
    const differences = expected.map((value, at) => Math.abs(value - (plane[at] ?? 0)));
    expect(Math.max(...differences)).toBeLessThanOrEqual(2);
  });

  it.each([
    ['all sub-bands', 0],
    ['nothing in level 1', 3072],
    ['nothing in levels 1 and 2', 3840],
    ['LL3 alone', 4032],
    ['LL3 but for its first value', 4033],
  ])('equals the lifting equations with %s', (_, first) => {
    const values = fc.array(fc.integer({ min: -600, max: 600 }), { minLength: COEFFICIENTS, maxLength: COEFFICIENTS });
    fc.assert(
      fc.property(values, (random) => {
        const coefficients = random.map((value, index) => (index < first ? 0 : value));
        const plane = Int16Array.from(coefficients);
        inverseDwt(plane, first, new Int16Array(COEFFICIENTS));
        expect([...plane]).toEqual(referenceDwt(coefficients));
      }),
      { numRuns: 5 },
    );
  });

  it('makes one colour of one value', () => {
    const plane = new Int16Array(COEFFICIENTS);
    plane[4032] = -77;
    sumLl3(plane);
    inverseDwt(plane, 4032, new Int16Array(COEFFICIENTS));
    expect([...plane]).toEqual(Array<number>(COEFFICIENTS).fill(-77));
  });
});

describe('the WebAssembly kernel of tiles', () => {
  const kernel = createWasmTileKernel();

  it('was built, and this machine runs it', () => {
    expect(kernel).not.toBeNull();
  });

  const sizes = { minLength: COEFFICIENTS, maxLength: COEFFICIENTS };
  it.each([
    ['desktops', fc.integer({ min: -2000, max: 2000 })],
    ['all that 16 bits hold', fc.oneof(fc.integer({ min: -32_768, max: 32_767 }), fc.constantFrom(-32_768, 32_767))],
  ])('equals its scalar twin bit for bit on values of %s', (_, value) => {
    if (kernel === null) throw new Error('no kernel');
    const scalar = createScalarTileKernel();
    const plane = fc.array(value, sizes);
    fc.assert(
      fc.property(plane, fc.constantFrom(0, 3072, 3840, 4032), (random, first) => {
        for (const index of [0, 1, 2] as const) {
          const values = random.map((_random, at) => (at < first ? 0 : (random[(at * (index + 1)) % 4096] ?? 0)));
          const start = values.findIndex((each) => each !== 0);
          for (const each of [kernel, scalar]) {
            each.planes[index].set(values);
            each.inverseDwt(index, start < 0 ? COEFFICIENTS : start);
          }
          expect(firstDifference(bytesOf(kernel.planes[index]), bytesOf(scalar.planes[index]))).toBe('equal');
        }
        kernel.convertToBgrx();
        scalar.convertToBgrx();
        expect(firstDifference(bytesOf(kernel.pixels), bytesOf(scalar.pixels))).toBe('equal');
      }),
      { numRuns: 20 },
    );
  });
});

function bytesOf(values: Int16Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
