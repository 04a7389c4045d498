import { DecodeError, type DecodeErrorCode } from './errors.js';

/**
 * A bounds-checked cursor over a view of received bytes. It never copies: `bytes()` returns a view of the same memory.
 * Every read past the end throws `DecodeError` ("truncated") with the structure's name and the offset.
 */
export class Reader {
  readonly data: Uint8Array;
  readonly structure: string;
  #offset: number;
  readonly #end: number;
  readonly #view: DataView;

  /** Reads `data` from `start` (inclusive) to `end` (exclusive); `structure` names what is decoded in errors. */
  constructor(data: Uint8Array, structure: string, start = 0, end = data.length) {
    this.data = data;
    this.structure = structure;
    this.#offset = start;
    this.#end = end;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  /** Offset of the next byte from the start of `data`. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes left. */
  get remaining(): number {
    return this.#end - this.#offset;
  }

  /** Makes an error that points at the current offset, for the caller to throw. */
  error(code: DecodeErrorCode, detail?: string): DecodeError {
    return new DecodeError(code, this.structure, this.#offset, detail);
  }

  /** Throws "truncated" unless `count` bytes are left. */
  need(count: number): void {
    if (count < 0 || count > this.#end - this.#offset) throw this.error('truncated', `${count} bytes needed`);
  }

  #take(count: number): number {
    this.need(count);
    const at = this.#offset;
    this.#offset = at + count;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  /** The next byte without taking it. */
  peekU8(): number {
    this.need(1);
    return this.#view.getUint8(this.#offset);
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u16be(): number {
    return this.#view.getUint16(this.#take(2), false);
  }

  i16(): number {
    return this.#view.getInt16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u32be(): number {
    return this.#view.getUint32(this.#take(4), false);
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  /** A view of the next `count` bytes. */
  bytes(count: number): Uint8Array {
    const at = this.#take(count);
    return this.data.subarray(at, at + count);
  }

  /** A view of all that is left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  skip(count: number): void {
    this.#take(count);
  }

  /** A reader of the next `count` bytes alone, named for what they hold; offsets stay those of `data`. */
  sub(count: number, structure: string): Reader {
    const at = this.#take(count);
    return new Reader(this.data, structure, at, at + count);
  }

  /** Throws "invalid" when bytes are left over. */
  end(): void {
    if (this.remaining !== 0) throw this.error('invalid', `${this.remaining} bytes left over`);
  }
}
