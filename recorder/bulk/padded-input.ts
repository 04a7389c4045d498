/**
 * Input of a bit decoder, with zeros behind it: 32 bits can be read at every position, and one comparison for each token
 * finds that it ends too early.
 */

/** How far behind the end a decoder may read before it compares. */
const PADDING_BYTES = 16;

export class PaddedInput {
  readonly maxBytes: number;
  readonly bytes: Uint8Array;
  /** Of the same bytes. */
  readonly view: DataView;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
    this.bytes = new Uint8Array(maxBytes + PADDING_BYTES);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Takes `data` in place of what was there; the caller has compared its length with `maxBytes`. */
  load(data: Uint8Array): void {
    this.bytes.set(data);
    this.bytes.fill(0, data.length, data.length + PADDING_BYTES);
  }
}
