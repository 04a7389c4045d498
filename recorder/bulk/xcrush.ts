/**
 * Decompression of RDP 6.1 bulk data, [MS-RDPEGDI] 3.1.8.2 ("XCRUSH"): a packet is an RDP61_COMPRESSED_DATA, 2.2.2.4.1. Its
 * level 1 names long matches in 2,000,000 bytes of history; what is left is compressed again by RDP 5.0 (level 2).
 */
import { PACKET_AT_FRONT, PACKET_COMPRESSED, PACKET_FLUSHED } from '../../src/rdp/session/share-data.js';
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { MAX_BULK_PACKET_BYTES } from '../../src/rdp/wire/limits.js';
import { copyForward, createHistory } from './copy-match.js';
import { MPPC_64K, MppcDecompressor } from './mppc.js';

const STRUCTURE = 'xcrush';

const HISTORY_BYTES = 2_000_000;

/** Bits of Level1ComprFlags. */
const L1_COMPRESSED = 0x01;
const L1_NO_COMPRESSION = 0x02;
const L1_PACKET_AT_FRONT = 0x04;
const L1_INNER_COMPRESSION = 0x10;

/** Level1ComprFlags and Level2ComprFlags. */
const FLAGS_BYTES = 2;
const MATCH_COUNT_BYTES = 2;
/** RDP61_MATCH_DETAILS, 2.2.2.4.1.1. */
const MATCH_DETAILS_BYTES = 8;

/** One direction's histories. */
export class XcrushDecompressor {
  readonly #level2 = new MppcDecompressor(MPPC_64K);
  #level2Lost = false;
  /** The level-1 history, and behind it the literals of the packet in hand, so that both are copied within one array. */
  readonly #history = createHistory(HISTORY_BYTES + MAX_BULK_PACKET_BYTES);
  #historyOffset = 0;
  /** Behind it, the history is zeros. */
  #touched = 0;

  /**
   * PACKET_FLUSHED: the level-1 history is zeros again. Level 2 has a PACKET_FLUSHED of its own: when packets are missing
   * (`lost`), what it sends cannot be understood before that.
   */
  flush(lost: boolean): void {
    this.#history.bytes.fill(0, 0, this.#touched);
    this.#historyOffset = 0;
    this.#touched = 0;
    if (lost) this.#level2Lost = true;
  }

  /**
   * Decompresses one packet. The result is a view of the history: it is valid until the next call. PACKET_AT_FRONT means
   * nothing here: each level has its own.
   * @throws DecodeError when the structure is damaged or the result does not fit into the history, which is then useless
   *   until `flush`.
   */
  decompress(data: Uint8Array): Uint8Array {
    if (data.length < FLAGS_BYTES) throw new DecodeError('truncated', STRUCTURE, data.length, 'flags');
    const level1Flags = data[0] as number;
    const level2Flags = data[1] as number;
    const body = data.subarray(FLAGS_BYTES);
    const inner = (level1Flags & L1_INNER_COMPRESSION) !== 0 ? this.#undoLevel2(body, level2Flags) : body;
    if (inner.length > MAX_BULK_PACKET_BYTES) throw new DecodeError('limit', STRUCTURE, FLAGS_BYTES, 'level-1 data');
    // The offset goes back and nothing else: servers go on referring to what the history holds behind it.
    if ((level1Flags & L1_PACKET_AT_FRONT) !== 0) this.#historyOffset = 0;
    // Also when it throws, this is as far as it writes.
    this.#touched = Math.max(this.#touched, Math.min(this.#historyOffset + MAX_BULK_PACKET_BYTES, HISTORY_BYTES));
    if ((level1Flags & L1_NO_COMPRESSION) !== 0) return this.#append(inner);
    if ((level1Flags & L1_COMPRESSED) !== 0) return this.#expand(inner);
    throw new DecodeError('invalid', STRUCTURE, 0, 'Level1ComprFlags');
  }

  #undoLevel2(data: Uint8Array, flags: number): Uint8Array {
    if ((flags & PACKET_FLUSHED) !== 0) {
      this.#level2.flush();
      this.#level2Lost = false;
    }
    if ((flags & PACKET_COMPRESSED) === 0) return data;
    if (this.#level2Lost) throw new DecodeError('invalid', STRUCTURE, 1, 'level-2 history is lost until it is flushed');
    return this.#level2.decompress(data, (flags & PACKET_AT_FRONT) !== 0);
  }

  /** L1_NO_COMPRESSION: all literals. */
  #append(literals: Uint8Array): Uint8Array {
    const start = this.#historyOffset;
    const to = start + literals.length;
    if (to > HISTORY_BYTES) throw new DecodeError('invalid', STRUCTURE, 0, 'literals beyond the history');
    this.#history.bytes.set(literals, start);
    this.#historyOffset = to;
    return this.#history.bytes.subarray(start, to);
  }

  /** L1_COMPRESSED: MatchCount, MatchDetails in the order of the output, and the literals between the matches. */
  #expand(data: Uint8Array): Uint8Array {
    if (data.length < MATCH_COUNT_BYTES) throw new DecodeError('truncated', STRUCTURE, 0, 'MatchCount');
    const detailsEnd = MATCH_COUNT_BYTES + u16(data, 0) * MATCH_DETAILS_BYTES;
    if (detailsEnd > data.length) throw new DecodeError('truncated', STRUCTURE, 0, 'MatchDetails');
    const history = this.#history;
    history.bytes.set(data.subarray(detailsEnd), HISTORY_BYTES);
    const literalsEnd = HISTORY_BYTES + data.length - detailsEnd;
    let literalsAt = HISTORY_BYTES;
    const start = this.#historyOffset;
    const limit = Math.min(start + MAX_BULK_PACKET_BYTES, HISTORY_BYTES);
    let to = start;
    for (let at = MATCH_COUNT_BYTES; at < detailsEnd; at += MATCH_DETAILS_BYTES) {
      const matchLength = u16(data, at);
      const literals = start + u16(data, at + 2) - to;
      const matchHistoryOffset = u16(data, at + 4) + u16(data, at + 6) * 0x1_0000;
      if (literals < 0) throw new DecodeError('invalid', STRUCTURE, at, 'MatchOutputOffset');
      if (literals > literalsEnd - literalsAt) throw new DecodeError('truncated', STRUCTURE, at, 'Literals');
      if (literals + matchLength > limit - to || matchHistoryOffset + matchLength > HISTORY_BYTES) {
        throw new DecodeError('invalid', STRUCTURE, at, 'match beyond the history');
      }
      copyForward(history, to, literalsAt, literals);
      literalsAt += literals;
      to += literals;
      copyForward(history, to, matchHistoryOffset, matchLength);
      to += matchLength;
    }
    const literals = literalsEnd - literalsAt;
    if (literals > limit - to) throw new DecodeError('invalid', STRUCTURE, 0, 'literals beyond the history');
    copyForward(history, to, literalsAt, literals);
    to += literals;
    this.#historyOffset = to;
    return history.bytes.subarray(start, to);
  }
}

function u16(data: Uint8Array, at: number): number {
  return (data[at] as number) | ((data[at + 1] as number) << 8);
}
