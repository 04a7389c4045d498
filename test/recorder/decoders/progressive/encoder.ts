/**
 * Progressive RemoteFX as [MS-RDPEGFX] 3.2.8.1 words its encoder, one component at a time: wavelet transform,
 * quantisation, sub-band diffing, and entropy encoding in passes.
 */
import { encodeRlgr } from '../remotefx-messages.js';

export const COEFFICIENTS = 4096;

/** Sizes of HL1, LH1, HH1, HL2, LH2, HH2, HL3, LH3, HH3, LL3. */
const REDUCED_SIZES = [1023, 1023, 961, 272, 272, 256, 72, 72, 64, 81];
const ORIGINAL_SIZES = [1024, 1024, 1024, 256, 256, 256, 64, 64, 64, 64];

/** One factor for each band, in the order of the coefficients. */
export type Factors = readonly number[];

export const NO_FACTORS: Factors = Array.from({ length: 10 }, () => 0);

export function bandSizes(reduced: boolean): readonly number[] {
  return reduced ? REDUCED_SIZES : ORIGINAL_SIZES;
}

/** For each coefficient its band. */
function bandsOf(sizes: readonly number[]): number[] {
  return sizes.flatMap((size, band) => Array.from({ length: size }, () => band));
}

const LL3 = 9;

function atLeastOne(value: number | undefined): number {
  return value ?? 0;
}

/** One step of 5/3 lifting: low and high values. Extrapolates one value behind an even number if `reduced`. */
function lift(line: readonly number[], reduced: boolean): [low: number[], high: number[]] {
  const values = [...line];
  const last = values.length - 1;
  const extrapolate = reduced && values.length % 2 === 0;
  if (extrapolate) values.push(2 * atLeastOne(values[last]) - atLeastOne(values[last - 1]));
  const at = (index: number): number => {
    const end = values.length - 1;
    return atLeastOne(values[index < 0 ? -index : index > end ? 2 * end - index : index]);
  };
  const high: number[] = [];
  for (let i = 0; 2 * i + 1 < values.length; i += 1) {
    high.push((at(2 * i + 1) - ((at(2 * i) + at(2 * i + 2)) >> 1)) >> 1);
  }
  const detail = (index: number): number => atLeastOne(high[Math.min(Math.max(index, 0), high.length - 1)]);
  const low: number[] = [];
  for (let i = 0; 2 * i < values.length; i += 1) {
    const next = extrapolate && i === high.length ? 0 : detail(i);
    low.push(at(2 * i) + ((detail(i - 1) + next + 1) >> 1));
  }
  return [low, extrapolate ? high.slice(0, -1) : high];
}

function columnsOf(rows: readonly (readonly number[])[]): number[][] {
  return (rows[0] ?? []).map((_, x) => rows.map((row) => atLeastOne(row[x])));
}

/** Three levels of the forward transform of 64 x 64 values, linearised. */
export function forwardDwt(plane: readonly number[], reduced: boolean): number[] {
  const coefficients: number[] = [];
  let ll = Array.from({ length: 64 }, (_, y) => plane.slice(64 * y, 64 * y + 64));
  for (let level = 0; level < 3; level += 1) {
    const vertical = columnsOf(ll).map((column) => lift(column, reduced));
    const lowRows = columnsOf(vertical.map(([low]) => low)).map((row) => lift(row, reduced));
    const highRows = columnsOf(vertical.map(([, high]) => high)).map((row) => lift(row, reduced));
    coefficients.push(...lowRows.flatMap(([, high]) => high));
    coefficients.push(...highRows.flatMap(([low]) => low), ...highRows.flatMap(([, high]) => high));
    ll = lowRows.map(([low]) => low);
  }
  return [...coefficients, ...ll.flat()];
}

/** Quantises with factors of which 6 is a scale of 1, to nearest. */
export function quantise(coefficients: readonly number[], factors: Factors, sizes: readonly number[]): number[] {
  const bands = bandsOf(sizes);
  return coefficients.map((value, i) => {
    const shift = Math.max(atLeastOne(factors[atLeastOne(bands[i])]) - 1, 0);
    return shift === 0 ? value : (value + (1 << (shift - 1))) >> shift;
  });
}

const towardsZero = (value: number, bits: number): number => (value < 0 ? -(-value >> bits) : value >> bits);

/** Encodes the quantised coefficients of one component in passes and knows what the decoder has. */
export class ComponentEncoder {
  readonly #bands: number[];
  /** What the decoder has: "Ref". */
  reference: number[];
  #remaining: number[] = [];
  #sent: number[] = [];
  #positions: Factors = NO_FACTORS;

  constructor(sizes: readonly number[]) {
    this.#bands = bandsOf(sizes);
    this.reference = this.#bands.map(() => 0);
  }

  /** The first pass, down to the bit positions of a chunk. */
  first(quantised: readonly number[], positions: Factors, difference: boolean): Uint8Array {
    if (!difference) this.reference = this.reference.map(() => 0);
    const data = quantised.map((value, i) => value - atLeastOne(this.reference[i]));
    const entries: number[] = [];
    let previous = 0;
    this.#sent = data.map((value, i) => {
      const band = atLeastOne(this.#bands[i]);
      const bits = atLeastOne(positions[band]);
      const chunk = band === LL3 ? value >> bits : towardsZero(value, bits);
      entries.push(band === LL3 ? chunk - previous : chunk);
      if (band === LL3) previous = chunk;
      return chunk * 2 ** bits;
    });
    this.#remaining = data.map((value, i) => value - atLeastOne(this.#sent[i]));
    this.#positions = positions;
    this.#acknowledge(this.#sent);
    return encodeRlgr(1, entries);
  }

  /** An upgrade pass: the SRL code and the raw bits. */
  upgrade(positions: Factors): { readonly srl: Uint8Array; readonly raw: Uint8Array } {
    const srl = new SrlEncoder();
    let raw = '';
    const chunks = this.#remaining.map((value, i) => {
      const band = atLeastOne(this.#bands[i]);
      const position = atLeastOne(positions[band]);
      const bits = atLeastOne(this.#positions[band]) - position;
      if (bits === 0) return 0;
      const chunk = towardsZero(value, position);
      if (band === LL3 || this.#sent[i] !== 0) raw += Math.abs(chunk).toString(2).padStart(bits, '0');
      else srl.add(chunk, bits);
      return chunk * 2 ** position;
    });
    this.#remaining = this.#remaining.map((value, i) => value - atLeastOne(chunks[i]));
    this.#sent = this.#sent.map((value, i) => value + atLeastOne(chunks[i]));
    this.#positions = positions;
    this.#acknowledge(chunks);
    return { srl: srl.finish(), raw: toBytes(raw) };
  }

  #acknowledge(chunks: readonly number[]): void {
    this.reference = this.reference.map((value, i) => value + atLeastOne(chunks[i]));
  }
}

/** Simplified run-length code, 3.1.8.1.5. */
export class SrlEncoder {
  #bits = '';
  #kp = 8;
  #zeros = 0;

  add(value: number, bits: number): void {
    if (value === 0) {
      this.#zeros += 1;
      return;
    }
    this.#run();
    this.#bits += value < 0 ? '1' : '0';
    const magnitude = Math.abs(value);
    this.#bits += '0'.repeat(magnitude - 1);
    if (magnitude < 2 ** bits - 1) this.#bits += '1';
  }

  #run(): void {
    while (this.#zeros >= 1 << (this.#kp >> 3)) {
      this.#zeros -= 1 << (this.#kp >> 3);
      this.#bits += '0';
      this.#kp = Math.min(this.#kp + 4, 80);
    }
    const k = this.#kp >> 3;
    this.#bits += `1${k > 0 ? this.#zeros.toString(2).padStart(k, '0') : ''}`;
    this.#kp = Math.max(this.#kp - 6, 0);
    this.#zeros = 0;
  }

  /** The bytes; the specification's example leaves the zero byte out that its text asks for. */
  finish(): Uint8Array {
    if (this.#zeros > 0) this.#run();
    return toBytes(this.#bits);
  }
}

export function toBytes(bits: string): Uint8Array {
  return Uint8Array.from(bits.match(/.{1,8}/g) ?? [], (byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
}
