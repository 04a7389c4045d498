/**
 * Trailing fields that may be missing, as several structures of [MS-RDPBCGR] have them: a structure ends before one of
 * them, and then all that follow are missing too. Missing is null.
 */
import type { Reader } from '../wire/reader.js';
import type { Writer } from '../wire/writer.js';

/** Reads optional fields in order. A field that has begun must be whole, else "truncated". */
export class OptionalReader {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  #read<T>(read: (reader: Reader) => T): T | null {
    return this.#reader.remaining === 0 ? null : read(this.#reader);
  }

  u8(): number | null {
    return this.#read((reader) => reader.u8());
  }

  u16(): number | null {
    return this.#read((reader) => reader.u16());
  }

  u32(): number | null {
    return this.#read((reader) => reader.u32());
  }

  bytes(count: number): Uint8Array | null {
    return this.#read((reader) => reader.bytes(count));
  }

  /** A field of the caller's own layout. */
  field<T>(read: (reader: Reader) => T): T | null {
    return this.#read(read);
  }
}

/** Writes optional fields in order. Throws RangeError when a field follows a missing one. */
export class OptionalWriter {
  readonly #writer: Writer;
  readonly #structure: string;
  #ended = false;

  constructor(writer: Writer, structure: string) {
    this.#writer = writer;
    this.#structure = structure;
  }

  /** True when `value` is there to be written. */
  #present<T>(value: T | null): value is T {
    if (value === null) {
      this.#ended = true;
      return false;
    }
    if (this.#ended) throw new RangeError(`${this.#structure}: a field follows a missing one`);
    return true;
  }

  u8(value: number | null): this {
    if (this.#present(value)) this.#writer.u8(value);
    return this;
  }

  u16(value: number | null): this {
    if (this.#present(value)) this.#writer.u16(value);
    return this;
  }

  u32(value: number | null): this {
    if (this.#present(value)) this.#writer.u32(value);
    return this;
  }

  /** A field of a fixed size; throws RangeError when the value has another. */
  bytes(value: Uint8Array | null, sizeBytes: number): this {
    if (!this.#present(value)) return this;
    if (value.length !== sizeBytes) throw new RangeError(`${this.#structure}: ${value.length} bytes, not ${sizeBytes}`);
    this.#writer.bytes(value);
    return this;
  }

  /** A field of the caller's own layout. */
  field<T>(value: T | null, write: (writer: Writer, value: T) => void): this {
    if (this.#present(value)) write(this.#writer, value);
    return this;
  }
}
