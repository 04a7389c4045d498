/** Encoded fields of primary drawing orders, [MS-RDPEGDI] 2.2.2.2.1.1.1. */
import type { Reader } from '../../../src/rdp/wire/reader.js';

/** Reads the fields of one order. */
export class FieldReader {
  readonly #reader: Reader;
  readonly #delta: boolean;

  /** `delta` is TS_DELTA_COORDINATES of the order. */
  constructor(reader: Reader, delta: boolean) {
    this.#reader = reader;
    this.#delta = delta;
  }

  /** COORD_FIELD: a difference to the last value, or a new value. */
  coord(last: number): number {
    // Sums beyond 16 bits wrap, as they do in the 16-bit fields of clients.
    return this.#delta ? ((last + this.i8()) << 16) >> 16 : this.#reader.i16();
  }

  u8(): number {
    return this.#reader.u8();
  }

  i8(): number {
    return (this.#reader.u8() << 24) >> 24;
  }

  u16(): number {
    return this.#reader.u16();
  }

  i16(): number {
    return this.#reader.i16();
  }

  /** TS_COLOR: three bytes, the first one lowest. What they mean is up to the colour depth: see `colors.ts`. */
  color(): number {
    const low = this.#reader.u16();
    return low | (this.#reader.u8() << 16);
  }

  /** A copy, since fields outlive the update that they came in. */
  bytes(count: number): Uint8Array {
    return this.#reader.bytes(count).slice();
  }

  /** VARIABLE1_FIELD, copied. */
  variable(): Uint8Array {
    return this.bytes(this.u8());
  }
}
