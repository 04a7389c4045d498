/**
 * Decompression of MPPC in the forms that RDP uses, [MS-RDPBCGR] 3.1.8: RDP 4.0 with 8 KB of history (3.1.8.4.1) and
 * RDP 5.0 with 64 KB (3.1.8.4.2). Both keep what they decompressed as the history of what follows.
 */
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { copyMatch } from './copy-match.js';

const STRUCTURE = 'mppc';

/** A row of the copy-offset table: a prefix of `prefixBits`, then `valueBits` that are added to `base`. */
interface OffsetCode {
  readonly prefixBits: number;
  readonly prefix: number;
  readonly valueBits: number;
  readonly base: number;
}

/** What tells the two forms apart. */
export interface MppcForm {
  readonly historyBytes: number;
  readonly offsetCodes: readonly OffsetCode[];
  /** Longest length-of-match prefix, in leading ones. */
  readonly maxLengthOnes: number;
}

/** RDP 4.0, 3.1.8.4.1.2. */
export const MPPC_8K: MppcForm = {
  historyBytes: 8192,
  offsetCodes: [
    { prefixBits: 4, prefix: 0b1111, valueBits: 6, base: 0 },
    { prefixBits: 4, prefix: 0b1110, valueBits: 8, base: 64 },
    { prefixBits: 3, prefix: 0b110, valueBits: 13, base: 320 },
  ],
  maxLengthOnes: 11,
};

/** RDP 5.0, 3.1.8.4.2.2. */
export const MPPC_64K: MppcForm = {
  historyBytes: 65_536,
  offsetCodes: [
    { prefixBits: 5, prefix: 0b11111, valueBits: 6, base: 0 },
    { prefixBits: 5, prefix: 0b11110, valueBits: 8, base: 64 },
    { prefixBits: 4, prefix: 0b1110, valueBits: 11, base: 320 },
    { prefixBits: 3, prefix: 0b110, valueBits: 16, base: 2368 },
  ],
  maxLengthOnes: 14,
};

/** One direction's history. */
export class MppcDecompressor {
  readonly #form: MppcForm;
  readonly #history: Uint8Array;
  /** The offset code of each value of the next five bits; undefined for literals. */
  readonly #codes: readonly (OffsetCode | undefined)[];
  #historyOffset = 0;

  constructor(form: MppcForm) {
    this.#form = form;
    this.#history = new Uint8Array(form.historyBytes);
    this.#codes = Array.from({ length: 32 }, (_, bits) =>
      form.offsetCodes.find((code) => bits >> (5 - code.prefixBits) === code.prefix),
    );
  }

  /** PACKET_FLUSHED: the history is zeros again, and what follows goes to its front. */
  flush(): void {
    this.#history.fill(0);
    this.#historyOffset = 0;
  }

  /**
   * Decompresses one packet; `atFront` is PACKET_AT_FRONT. The result is a view of the history: it is valid until the
   * next call.
   * @throws DecodeError when the bits make no sense or the result does not fit into the history, which is then useless
   *   until `flush`.
   */
  decompress(data: Uint8Array, atFront: boolean): Uint8Array {
    const history = this.#history;
    const start = atFront ? 0 : this.#historyOffset;
    const end = data.length;
    let to = start;
    let at = 0;
    // The next `count` bits of the data are the highest of `bits`; those below are zeros.
    let bits = 0;
    let count = 0;
    for (;;) {
      for (; count <= 24 && at < end; count += 8, at += 1) bits |= (data[at] as number) << (24 - count);
      // Every code has eight bits or more: fewer are the padding of the last byte.
      if (count < 8) break;
      if (bits >= 0 || bits >>> 30 === 2) {
        if (to >= history.length) throw new DecodeError('invalid', STRUCTURE, at, 'literal beyond the history');
        // A zero and seven bits, or a one, a zero and seven bits.
        const literalBits = bits >= 0 ? 8 : 9;
        if (literalBits > count) throw new DecodeError('truncated', STRUCTURE, at, 'literal');
        history[to] = bits >= 0 ? bits >>> 24 : 0x80 | ((bits >>> 23) & 0x7f);
        to += 1;
        bits <<= literalBits;
        count -= literalBits;
        continue;
      }
      // All values of five bits that begin with two ones have a code.
      const code = this.#codes[bits >>> 27] as OffsetCode;
      const offsetBits = code.prefixBits + code.valueBits;
      if (offsetBits > count) throw new DecodeError('truncated', STRUCTURE, at, 'copy-offset');
      const copyOffset = code.base + ((bits << code.prefixBits) >>> (32 - code.valueBits));
      bits <<= offsetBits;
      count -= offsetBits;
      for (; count <= 24 && at < end; count += 8, at += 1) bits |= (data[at] as number) << (24 - count);
      const ones = Math.clz32(~bits);
      if (ones > this.#form.maxLengthOnes) throw new DecodeError('invalid', STRUCTURE, at, 'length-of-match');
      if (ones + 1 > count) throw new DecodeError('truncated', STRUCTURE, at, 'length-of-match');
      bits <<= ones + 1;
      count -= ones + 1;
      let length = 3;
      if (ones > 0) {
        for (; count <= 24 && at < end; count += 8, at += 1) bits |= (data[at] as number) << (24 - count);
        if (ones + 1 > count) throw new DecodeError('truncated', STRUCTURE, at, 'length-of-match');
        length = (2 << ones) + (bits >>> (31 - ones));
        bits <<= ones + 1;
        count -= ones + 1;
      }
      if (copyOffset === 0 || length > history.length - to) {
        throw new DecodeError('invalid', STRUCTURE, at, 'match beyond the history');
      }
      copyMatch(history, to, copyOffset, length);
      to += length;
    }
    this.#historyOffset = to;
    return history.subarray(start, to);
  }
}
