/**
 * Decompression of RDP 6.0 bulk data, [MS-RDPEGDI] 3.1.8.1 ("NCRUSH"): Huffman codes, 64 KB of history, and a cache of
 * the copy-offsets used last.
 */
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { MAX_BULK_PACKET_BYTES } from '../../src/rdp/wire/limits.js';
import { copyMatch, createHistory } from './copy-match.js';
import {
  CODE_LENGTH_BITS,
  COPY_OFFSET_BASES,
  COPY_OFFSET_BITS,
  END_OF_STREAM,
  FIRST_CACHED_OFFSET,
  FIRST_COPY_OFFSET,
  LENGTH_OF_MATCH_BASES,
  LENGTH_OF_MATCH_BITS,
  LENGTH_OF_MATCH_CODES,
  LENGTH_OF_MATCH_MAX_BITS,
  LITERAL_OR_OFFSET_CODES,
  LITERAL_OR_OFFSET_MAX_BITS,
} from './ncrush-codes.js';
import { PaddedInput } from './padded-input.js';

const STRUCTURE = 'ncrush';

const HISTORY_BYTES = 65_536;
const HALF_HISTORY_BYTES = HISTORY_BYTES / 2;

const CODE_LENGTH_MASK = (1 << CODE_LENGTH_BITS) - 1;
const LITERAL_OR_OFFSET_MASK = (1 << LITERAL_OR_OFFSET_MAX_BITS) - 1;
const LENGTH_OF_MATCH_MASK = (1 << LENGTH_OF_MATCH_MAX_BITS) - 1;

/** One direction's history. */
export class NcrushDecompressor {
  readonly #history = createHistory(HISTORY_BYTES);
  /** The OffsetCache, the one used last first; 0 where there is none. */
  readonly #offsetCache = new Uint16Array(4);
  readonly #input = new PaddedInput(MAX_BULK_PACKET_BYTES);
  #historyOffset = 0;

  /** PACKET_FLUSHED: history and OffsetCache are as they were in the beginning. */
  flush(): void {
    this.#history.bytes.fill(0);
    this.#offsetCache.fill(0);
    this.#historyOffset = 0;
  }

  /**
   * Decompresses one packet; `atFront` is PACKET_AT_FRONT. The result is a view of the history: it is valid until the
   * next call.
   * @throws DecodeError when the bits make no sense or end before the end-of-stream code, or when the result does not fit
   *   into the history, which is then useless until `flush`.
   */
  decompress(data: Uint8Array, atFront: boolean): Uint8Array {
    if (data.length > MAX_BULK_PACKET_BYTES) throw new DecodeError('limit', STRUCTURE, 0, 'packet');
    if (atFront) this.#slideBack();
    this.#input.load(data);
    const start = this.#historyOffset;
    const to = this.#decodeTokens(data.length * 8);
    this.#historyOffset = to;
    return this.#history.bytes.subarray(start, to);
  }

  /** Decodes the input up to the end of the stream; the result is the offset behind what it wrote. */
  #decodeTokens(endBits: number): number {
    const history = this.#history.bytes;
    const input = this.#input.view;
    // Locals, which the loop reads faster than what another module exports.
    const codes = LITERAL_OR_OFFSET_CODES;
    const lengthCodes = LENGTH_OF_MATCH_CODES;
    let to = this.#historyOffset;
    // In bits. Behind it, 25 bits or more are read at a time.
    let position = 0;
    for (;;) {
      let bits = input.getUint32(position >>> 3, true) >>> (position & 7);
      const code = codes[bits & LITERAL_OR_OFFSET_MASK] as number;
      if (code === 0) throw new DecodeError('invalid', STRUCTURE, position >>> 3, 'code');
      position += code & CODE_LENGTH_MASK;
      if (position > endBits) throw new DecodeError('truncated', STRUCTURE, endBits >>> 3, 'code');
      const index = code >> CODE_LENGTH_BITS;
      if (index < END_OF_STREAM) {
        if (to >= HISTORY_BYTES)
          throw new DecodeError('invalid', STRUCTURE, position >>> 3, 'literal beyond the history');
        history[to] = index;
        to += 1;
        continue;
      }
      if (index === END_OF_STREAM) return to;
      let copyOffset: number;
      if (index < FIRST_CACHED_OFFSET) {
        bits = input.getUint32(position >>> 3, true) >>> (position & 7);
        const extraBits = COPY_OFFSET_BITS[index - FIRST_COPY_OFFSET] as number;
        copyOffset = (COPY_OFFSET_BASES[index - FIRST_COPY_OFFSET] as number) + (bits & ((1 << extraBits) - 1));
        position += extraBits;
        this.#remember(copyOffset);
      } else {
        copyOffset = this.#recall(index - FIRST_CACHED_OFFSET);
      }
      bits = input.getUint32(position >>> 3, true) >>> (position & 7);
      const lengthCode = lengthCodes[bits & LENGTH_OF_MATCH_MASK] as number;
      const lengthCodeBits = lengthCode & CODE_LENGTH_MASK;
      const lengthIndex = lengthCode >> CODE_LENGTH_BITS;
      if (lengthIndex >= LENGTH_OF_MATCH_BITS.length) {
        throw new DecodeError('invalid', STRUCTURE, position >>> 3, 'length-of-match');
      }
      const extraBits = LENGTH_OF_MATCH_BITS[lengthIndex] as number;
      const length =
        (LENGTH_OF_MATCH_BASES[lengthIndex] as number) + ((bits >>> lengthCodeBits) & ((1 << extraBits) - 1));
      position += lengthCodeBits + extraBits;
      if (position > endBits) throw new DecodeError('truncated', STRUCTURE, endBits >>> 3, 'match');
      if (copyOffset === 0 || length > HISTORY_BYTES - to) {
        throw new DecodeError('invalid', STRUCTURE, position >>> 3, 'match beyond the history');
      }
      copyMatch(this.#history, to, copyOffset, length);
      to += length;
    }
  }

  /** The 32,768 bytes received last become the first half of the history, and what follows goes behind them. */
  #slideBack(): void {
    const from = this.#historyOffset - HALF_HISTORY_BYTES;
    if (from < 0) throw new DecodeError('invalid', STRUCTURE, 0, 'history is not half full');
    this.#history.bytes.copyWithin(0, from, this.#historyOffset);
    this.#historyOffset = HALF_HISTORY_BYTES;
  }

  #remember(copyOffset: number): void {
    const cache = this.#offsetCache;
    cache[3] = cache[2] as number;
    cache[2] = cache[1] as number;
    cache[1] = cache[0] as number;
    cache[0] = copyOffset;
  }

  /** The entry changes places with the first. */
  #recall(entry: number): number {
    const cache = this.#offsetCache;
    const copyOffset = cache[entry] as number;
    cache[entry] = cache[0] as number;
    cache[0] = copyOffset;
    return copyOffset;
  }
}
