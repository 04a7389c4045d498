/**
 * The history of RDP 8.0 bulk compression and the decoder of one segment, [MS-RDPEGFX] 3.1.9.1.2. What is decompressed
 * stands in a line: the newest 2,500,000 bytes move to the front when the end is near, so that matches and results are
 * never wrapped around.
 */
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { copyForward, copyFrom } from '../bulk/copy-match.js';
import { DISTANCE_BASES, DISTANCE_BITS, LENGTH_BITS, MATCH, TOKEN_BITS, TOKENS } from './zgfx-tokens.js';

const STRUCTURE = 'zgfx';

/** The longest distance of a match. */
export const HISTORY_BYTES = 2_500_000;

/** What a segment may become. */
export const MAX_SEGMENT_BYTES = 65_535;

/** How much goes behind the history before it moves to the front again. */
const ROOM_BYTES = 32 * MAX_SEGMENT_BYTES;

const LENGTH_MASK = (1 << LENGTH_BITS) - 1;
const MATCH_INDEX_MASK = (MATCH >> LENGTH_BITS) - 1;

/** Longest match length prefix, in leading ones. */
const MAX_LENGTH_ONES = 14;

/** Distance 0 announces bytes that are not encoded; their count has so many bits. */
const UNENCODED_COUNT_BITS = 15;

export class ZgfxHistory {
  readonly #bytes = new Uint8Array(HISTORY_BYTES + ROOM_BYTES);
  #end = HISTORY_BYTES;
  /** How many of the newest bytes are what the sender has there too. */
  #known = HISTORY_BYTES;

  /** True while the sender may refer to bytes that are not known. */
  get incomplete(): boolean {
    return this.#known < HISTORY_BYTES;
  }

  /** The history is zeros, as in the beginning. */
  reset(): void {
    this.#bytes.fill(0);
    this.#end = HISTORY_BYTES;
    this.#known = HISTORY_BYTES;
  }

  /** Bytes are missing from here on: nothing before them can be found by its distance any longer. */
  lose(): void {
    this.#known = 0;
  }

  /** Appends bytes as they are; the result is a view, valid until the next call. The caller has checked the length. */
  append(raw: Uint8Array): Uint8Array {
    this.#makeRoom();
    this.#bytes.set(raw, this.#end);
    return this.#advance(this.#end + raw.length);
  }

  /**
   * Decodes the bit stream `data[at...end)`, whose last byte says how many bits before it are not used. The result is a
   * view, valid until the next call.
   * @throws DecodeError; the caller then calls `lose`.
   */
  decode(data: Uint8Array, at: number, end: number): Uint8Array {
    if (at >= end) throw new DecodeError('truncated', STRUCTURE, at, 'trailer');
    const unusedBits = data[end - 1] as number;
    if (unusedBits > 7) throw new DecodeError('invalid', STRUCTURE, end - 1, 'trailer');
    this.#makeRoom();
    return this.#advance(this.#decodeTokens(data, at, end - 1, unusedBits));
  }

  #decodeTokens(data: Uint8Array, first: number, end: number, unusedBits: number): number {
    const bytes = this.#bytes;
    const start = this.#end;
    const limit = start + MAX_SEGMENT_BYTES;
    // The front of the bytes that a match may refer to.
    const front = start - this.#known;
    let to = start;
    let at = first;
    // The next `count` bits are the highest of `bits`; the unused ones of the last byte are counted, too.
    let bits = 0;
    let count = 0;
    for (;;) {
      for (; count <= 24 && at < end; count += 8, at += 1) bits |= (data[at] as number) << (24 - count);
      if (at === end && count <= unusedBits) break;
      const token = TOKENS[bits >>> (32 - TOKEN_BITS)] as number;
      const tokenBits = token & LENGTH_MASK;
      if (tokenBits === 0) throw new DecodeError('invalid', STRUCTURE, at, 'token');
      if (at === end && tokenBits > count - unusedBits) throw new DecodeError('truncated', STRUCTURE, at, 'token');
      bits <<= tokenBits;
      count -= tokenBits;
      if (token < MATCH) {
        if (to >= limit) throw new DecodeError('limit', STRUCTURE, at, 'literal beyond the segment');
        bytes[to] = token >> LENGTH_BITS;
        to += 1;
        continue;
      }
      const match = (token >> LENGTH_BITS) & MATCH_INDEX_MASK;
      for (; count <= 24 && at < end; count += 8, at += 1) bits |= (data[at] as number) << (24 - count);
      const distanceBits = DISTANCE_BITS[match] as number;
      if (at === end && distanceBits > count - unusedBits)
        throw new DecodeError('truncated', STRUCTURE, at, 'distance');
      const distance = (DISTANCE_BASES[match] as number) + (bits >>> (32 - distanceBits));
      bits <<= distanceBits;
      count -= distanceBits;
      for (; count <= 24 && at < end; count += 8, at += 1) bits |= (data[at] as number) << (24 - count);
      if (distance === 0) {
        if (at === end && UNENCODED_COUNT_BITS > count - unusedBits) {
          throw new DecodeError('truncated', STRUCTURE, at, 'unencoded count');
        }
        const length = bits >>> (32 - UNENCODED_COUNT_BITS);
        // The run begins with the next byte of which no bit has been taken.
        at -= (count - UNENCODED_COUNT_BITS) >> 3;
        bits = 0;
        count = 0;
        if (length * 8 > (end - at) * 8 - unusedBits) throw new DecodeError('truncated', STRUCTURE, at, 'unencoded');
        if (length > limit - to) throw new DecodeError('limit', STRUCTURE, at, 'unencoded beyond the segment');
        copyFrom(data, at, bytes, to, length);
        at += length;
        to += length;
        continue;
      }
      const ones = Math.clz32(~bits);
      if (ones > MAX_LENGTH_ONES) throw new DecodeError('invalid', STRUCTURE, at, 'match length');
      if (at === end && ones + 1 > count - unusedBits)
        throw new DecodeError('truncated', STRUCTURE, at, 'match length');
      bits <<= ones + 1;
      count -= ones + 1;
      let length = 3;
      if (ones > 0) {
        for (; count <= 24 && at < end; count += 8, at += 1) bits |= (data[at] as number) << (24 - count);
        if (at === end && ones + 1 > count - unusedBits)
          throw new DecodeError('truncated', STRUCTURE, at, 'match length');
        length = (2 << ones) + (bits >>> (31 - ones));
        bits <<= ones + 1;
        count -= ones + 1;
      }
      if (distance > HISTORY_BYTES) throw new DecodeError('invalid', STRUCTURE, at, 'distance');
      if (to - distance < front) throw new DecodeError('invalid', STRUCTURE, at, 'match with history that is lost');
      if (length > limit - to) throw new DecodeError('limit', STRUCTURE, at, 'match beyond the segment');
      copyForward(bytes, to, to - distance, length);
      to += length;
    }
    return to;
  }

  /** Moves the history to the front unless a whole segment fits behind it. */
  #makeRoom(): void {
    if (this.#end + MAX_SEGMENT_BYTES <= this.#bytes.length) return;
    this.#bytes.copyWithin(0, this.#end - HISTORY_BYTES, this.#end);
    this.#end = HISTORY_BYTES;
  }

  #advance(to: number): Uint8Array {
    const from = this.#end;
    this.#end = to;
    this.#known = Math.min(this.#known + to - from, HISTORY_BYTES);
    return this.#bytes.subarray(from, to);
  }
}
