/**
 * Bulk decompression of a session's output, [MS-RDPBCGR] 3.1.8.3. Fast-path and slow-path output share one history in
 * each direction, so one object serves a session.
 */
import { BULK_COMPRESSORS, type BulkCompressor } from '../../src/contract/capability-table.js';
import {
  COMPRESSION_TYPE_MASK,
  PACKET_AT_FRONT,
  PACKET_COMPRESSED,
  PACKET_FLUSHED,
} from '../../src/rdp/session/share-data.js';
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { MPPC_64K, MPPC_8K, MppcDecompressor } from './mppc.js';

const STRUCTURE = 'bulkData';

interface Decompressor {
  flush(): void;
  decompress(data: Uint8Array, atFront: boolean): Uint8Array;
}

/** How each offered compressor is undone: an entry of the contract without one here does not compile, nor the reverse. */
const DECOMPRESSORS = {
  'mppc-8k': () => new MppcDecompressor(MPPC_8K),
  'mppc-64k': () => new MppcDecompressor(MPPC_64K),
} as const satisfies Record<BulkCompressor, () => Decompressor>;

const NAMES = new Map<number, BulkCompressor>(
  (Object.keys(DECOMPRESSORS) as BulkCompressor[]).map((name) => [BULK_COMPRESSORS[name], name]),
);

/** The compression history of one direction of a session. */
export class BulkDecompressor {
  readonly #decompressors = new Map<BulkCompressor, Decompressor>();
  #poisoned = false;

  /** True after an error: nothing compressed can be understood until the sender begins a history afresh. */
  get poisoned(): boolean {
    return this.#poisoned;
  }

  /** Marks the history as unknown, for a caller that could not hand over a packet that belongs to it. */
  poison(): void {
    this.#poisoned = true;
  }

  /**
   * Returns the data itself when `flags` lack PACKET_COMPRESSED, else a view of the decompressed bytes that is valid
   * until the next call. The flags are those of [MS-RDPBCGR] 3.1.8.2.1.
   * @throws DecodeError for data that cannot be decompressed and, until PACKET_FLUSHED, for all compressed data after it.
   */
  decompress(data: Uint8Array, flags: number): Uint8Array {
    if ((flags & (PACKET_COMPRESSED | PACKET_FLUSHED)) === 0) return data;
    const decompressor = this.#decompressor(flags & COMPRESSION_TYPE_MASK);
    if ((flags & PACKET_FLUSHED) !== 0) {
      decompressor.flush();
      this.#poisoned = false;
    }
    if ((flags & PACKET_COMPRESSED) === 0) return data;
    if (this.#poisoned) throw new DecodeError('invalid', STRUCTURE, 0, 'history is lost until it is flushed');
    try {
      return decompressor.decompress(data, (flags & PACKET_AT_FRONT) !== 0);
    } catch (error) {
      this.#poisoned = true;
      throw error;
    }
  }

  #decompressor(type: number): Decompressor {
    const name = NAMES.get(type);
    if (name === undefined) {
      this.#poisoned = true;
      throw new DecodeError('unsupported', STRUCTURE, 0, `compression type ${type}`);
    }
    let decompressor = this.#decompressors.get(name);
    if (decompressor === undefined) {
      decompressor = DECOMPRESSORS[name]();
      this.#decompressors.set(name, decompressor);
    }
    return decompressor;
  }
}
