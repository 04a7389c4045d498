/**
 * Bulk decompression of a session's output, [MS-RDPBCGR] 3.1.8.3 and [MS-RDPEGDI] 3.1.8. Fast-path and slow-path output
 * share one history in each direction, so one object serves a session.
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
import { NcrushDecompressor } from './ncrush.js';
import { XcrushDecompressor } from './xcrush.js';

const STRUCTURE = 'bulkData';

interface Decompressor {
  /** PACKET_FLUSHED; `lost` says that packets since the last one are missing. */
  flush(lost: boolean): void;
  decompress(data: Uint8Array, atFront: boolean): Uint8Array;
}

/** How each offered compressor is undone: an entry of the contract without one here does not compile, nor the reverse. */
const DECOMPRESSORS = {
  'mppc-8k': () => new MppcDecompressor(MPPC_8K),
  'mppc-64k': () => new MppcDecompressor(MPPC_64K),
  ncrush: () => new NcrushDecompressor(),
  xcrush: () => new XcrushDecompressor(),
} as const satisfies Record<BulkCompressor, () => Decompressor>;

const NAMES = new Map<number, BulkCompressor>(
  (Object.keys(DECOMPRESSORS) as BulkCompressor[]).map((name) => [BULK_COMPRESSORS[name], name]),
);

/** The compression histories of one direction of a session, one for each compressor that is used. */
export class BulkDecompressor {
  readonly #decompressors = new Map<BulkCompressor, Decompressor>();
  /** Compressors of whose data some is missing. */
  readonly #lost = new Set<BulkCompressor>();

  /** True after an error: what is compressed with a lost history cannot be understood until its sender begins afresh. */
  get poisoned(): boolean {
    return this.#lost.size > 0;
  }

  /** Marks all histories as unknown, for a caller that could not hand over a packet that belongs to one of them. */
  poison(): void {
    for (const name of NAMES.values()) this.#lost.add(name);
  }

  /**
   * Returns the data itself when `flags` lack PACKET_COMPRESSED, else a view of the decompressed bytes that is valid
   * until the next call. The flags are those of [MS-RDPBCGR] 3.1.8.2.1.
   * @throws DecodeError for data that cannot be decompressed and, until PACKET_FLUSHED, for all data after it that is
   *   compressed in the same way.
   */
  decompress(data: Uint8Array, flags: number): Uint8Array {
    if ((flags & (PACKET_COMPRESSED | PACKET_FLUSHED)) === 0) return data;
    const name = this.#nameOf(flags & COMPRESSION_TYPE_MASK);
    const decompressor = this.#decompressor(name);
    if ((flags & PACKET_FLUSHED) !== 0) {
      decompressor.flush(this.#lost.has(name));
      this.#lost.delete(name);
    }
    if ((flags & PACKET_COMPRESSED) === 0) return data;
    if (this.#lost.has(name)) throw new DecodeError('invalid', STRUCTURE, 0, 'history is lost until it is flushed');
    try {
      return decompressor.decompress(data, (flags & PACKET_AT_FRONT) !== 0);
    } catch (error) {
      this.#lost.add(name);
      throw error;
    }
  }

  #nameOf(type: number): BulkCompressor {
    const name = NAMES.get(type);
    if (name === undefined) {
      this.poison();
      throw new DecodeError('unsupported', STRUCTURE, 0, `compression type ${type}`);
    }
    return name;
  }

  #decompressor(name: BulkCompressor): Decompressor {
    let decompressor = this.#decompressors.get(name);
    if (decompressor === undefined) {
      decompressor = DECOMPRESSORS[name]();
      this.#decompressors.set(name, decompressor);
    }
    return decompressor;
  }
}
