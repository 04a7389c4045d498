/** The RemoteFX stream of a connection: what earlier messages said, and the memory that decoding takes. */
import { StreamHeaders } from './headers.js';
import { Region } from './region.js';
import { RLGR_SLACK_BYTES } from './rlgr.js';
import { TileDecoder } from './tile-decoder.js';
import { TileSet } from './tile-set.js';

const INITIAL_BYTES = 64 * 1024;

export class RemoteFxStream {
  readonly headers = new StreamHeaders();
  readonly region = new Region();
  readonly tileSet = new TileSet();
  readonly tileDecoder = new TileDecoder();
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);

  /** The message in hand, followed by the bytes that `decodeRlgr` may read beyond it. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** `bytes` for reading several at once. */
  get view(): DataView {
    return this.#view;
  }

  /** Copies a message into `bytes`. */
  load(data: Uint8Array): void {
    if (this.#bytes.length < data.length + RLGR_SLACK_BYTES) {
      this.#bytes = new Uint8Array(data.length + RLGR_SLACK_BYTES);
      this.#view = new DataView(this.#bytes.buffer);
    }
    this.#bytes.set(data);
    this.#bytes.fill(0, data.length, data.length + RLGR_SLACK_BYTES);
  }
}
