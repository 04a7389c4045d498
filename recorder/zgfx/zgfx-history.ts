/**
 * The history of RDP 8.0 bulk compression and the decoder of one segment, [MS-RDPEGFX] 3.1.9.1.2. What is decompressed
 * stands in a line: the newest 2,500,000 bytes move to the front when the end is near, so that matches and results are
 * never wrapped around.
 */
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { copyForward, copyFrom, createHistory } from '../bulk/copy-match.js';
import { PaddedInput } from '../bulk/padded-input.js';
import { DISTANCE_BASES, DISTANCE_BITS, LENGTH_BITS, MATCH, TOKEN_BITS, TOKENS } from './zgfx-tokens.js';

const STRUCTURE = 'zgfx';

/** The longest distance of a match. */
export const HISTORY_BYTES = 2_500_000;

/** What a segment may become. */
export const MAX_SEGMENT_BYTES = 65_535;

/**
 * The longest bit stream that is read. What it becomes has a limit of its own; a stream that is twice as long is no
 * compression.
 */
const MAX_STREAM_BYTES = 2 * 65_536;

/** How much goes behind the history before it moves to the front again. */
const ROOM_BYTES = 32 * MAX_SEGMENT_BYTES;

const LENGTH_MASK = (1 << LENGTH_BITS) - 1;
const MATCH_INDEX_MASK = (MATCH >> LENGTH_BITS) - 1;

/** Longest match length prefix, in leading ones. */
const MAX_LENGTH_ONES = 14;

/** Distance 0 announces bytes that are not encoded; their count has so many bits. */
const UNENCODED_COUNT_BITS = 15;

export class ZgfxHistory {
  readonly #history = createHistory(HISTORY_BYTES + ROOM_BYTES);
  readonly #bytes = this.#history.bytes;
  readonly #input = new PaddedInput(MAX_STREAM_BYTES);
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
    const endBits = (end - 1 - at) * 8 - unusedBits;
    if (unusedBits > 7 || endBits < 0) throw new DecodeError('invalid', STRUCTURE, end - 1, 'trailer');
    if (end - at > this.#input.maxBytes) throw new DecodeError('limit', STRUCTURE, at, 'segment');
    this.#input.load(data.subarray(at, end - 1));
    this.#makeRoom();
    return this.#advance(this.#decodeTokens(endBits));
  }

  /** Decodes so many bits of the input; the result is the end of what they wrote. Offsets in errors are the segment's. */
  #decodeTokens(endBits: number): number {
    const bytes = this.#bytes;
    const input = this.#input.view;
    // A local, which the loop reads faster than what another module exports.
    const tokens = TOKENS;
    const limit = this.#end + MAX_SEGMENT_BYTES;
    // The front of the bytes that a match may refer to.
    const front = this.#end - this.#known;
    let to = this.#end;
    // In bits. Behind it, 25 bits or more are read at a time.
    let position = 0;
    while (position < endBits) {
      let bits = input.getUint32(position >>> 3) << (position & 7);
      const token = tokens[bits >>> (32 - TOKEN_BITS)] as number;
      if (token === 0) throw new DecodeError('invalid', STRUCTURE, position >>> 3, 'token');
      position += token & LENGTH_MASK;
      if (token < MATCH) {
        if (position > endBits) throw new DecodeError('truncated', STRUCTURE, endBits >>> 3, 'token');
        if (to >= limit) throw new DecodeError('limit', STRUCTURE, position >>> 3, 'literal beyond the segment');
        bytes[to] = token >> LENGTH_BITS;
        to += 1;
        continue;
      }
      const match = (token >> LENGTH_BITS) & MATCH_INDEX_MASK;
      bits = input.getUint32(position >>> 3) << (position & 7);
      const distanceBits = DISTANCE_BITS[match] as number;
      const distance = (DISTANCE_BASES[match] as number) + (bits >>> (32 - distanceBits));
      position += distanceBits;
      bits = input.getUint32(position >>> 3) << (position & 7);
      if (distance === 0) {
        const length = bits >>> (32 - UNENCODED_COUNT_BITS);
        // The run begins with the next whole byte.
        const run = (position + UNENCODED_COUNT_BITS + 7) >>> 3;
        position = (run + length) * 8;
        if (position > endBits) throw new DecodeError('truncated', STRUCTURE, endBits >>> 3, 'unencoded');
        if (length > limit - to) throw new DecodeError('limit', STRUCTURE, run, 'unencoded beyond the segment');
        copyFrom(this.#input.bytes, run, bytes, to, length);
        to += length;
        continue;
      }
      const ones = Math.clz32(~bits);
      if (ones > MAX_LENGTH_ONES) throw new DecodeError('invalid', STRUCTURE, position >>> 3, 'match length');
      position += ones + 1;
      let length = 3;
      if (ones > 0) {
        bits = input.getUint32(position >>> 3) << (position & 7);
        length = (2 << ones) + (bits >>> (31 - ones));
        position += ones + 1;
      }
      if (position > endBits) throw new DecodeError('truncated', STRUCTURE, endBits >>> 3, 'match');
      if (distance > HISTORY_BYTES) throw new DecodeError('invalid', STRUCTURE, position >>> 3, 'distance');
      if (to - distance < front) {
        throw new DecodeError('invalid', STRUCTURE, position >>> 3, 'match with history that is lost');
      }
      if (length > limit - to) throw new DecodeError('limit', STRUCTURE, position >>> 3, 'match beyond the segment');
      copyForward(this.#history, to, to - distance, length);
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
