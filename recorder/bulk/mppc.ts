/**
 * Decompression of MPPC in the forms that RDP uses, [MS-RDPBCGR] 3.1.8: RDP 4.0 with 8 KB of history (3.1.8.4.1) and
 * RDP 5.0 with 64 KB (3.1.8.4.2). Both keep what they decompressed as the history of what follows.
 */
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { MAX_BULK_PACKET_BYTES } from '../../src/rdp/wire/limits.js';
import { copyMatch, createHistory, type History } from './copy-match.js';
import { PaddedInput } from './padded-input.js';

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
  readonly #history: History;
  readonly #input = new PaddedInput(MAX_BULK_PACKET_BYTES);
  /** The offset code of each value of the next five bits: bits of its prefix and its value, and its base. */
  readonly #prefixBits = new Uint8Array(32);
  readonly #valueBits = new Uint8Array(32);
  readonly #bases = new Uint16Array(32);
  #historyOffset = 0;

  constructor(form: MppcForm) {
    this.#form = form;
    this.#history = createHistory(form.historyBytes);
    for (let bits = 0; bits < 32; bits += 1) {
      const code = form.offsetCodes.find(({ prefixBits, prefix }) => bits >> (5 - prefixBits) === prefix);
      this.#prefixBits[bits] = code?.prefixBits ?? 0;
      this.#valueBits[bits] = code?.valueBits ?? 0;
      this.#bases[bits] = code?.base ?? 0;
    }
  }

  /** PACKET_FLUSHED: the history is zeros again, and what follows goes to its front. */
  flush(): void {
    this.#history.bytes.fill(0);
    this.#historyOffset = 0;
  }

  /**
   * Decompresses one packet; `atFront` is PACKET_AT_FRONT. The result is a view of the history: it is valid until the
   * next call.
   * @throws DecodeError when the bits make no sense or the result does not fit into the history, which is then useless
   *   until `flush`.
   */
  decompress(data: Uint8Array, atFront: boolean): Uint8Array {
    if (data.length > MAX_BULK_PACKET_BYTES) throw new DecodeError('limit', STRUCTURE, 0, 'packet');
    this.#input.load(data);
    const start = atFront ? 0 : this.#historyOffset;
    const to = this.#decodeTokens(start, data.length * 8);
    this.#historyOffset = to;
    return this.#history.bytes.subarray(start, to);
  }

  /** Decodes the input, the history from `start` on; the result is the offset behind what it wrote. */
  #decodeTokens(start: number, endBits: number): number {
    const history = this.#history.bytes;
    const input = this.#input.view;
    const { maxLengthOnes } = this.#form;
    let to = start;
    // In bits. Behind it, 25 bits or more are read at a time.
    let position = 0;
    // Every code has eight bits or more: fewer are the padding of the last byte.
    while (endBits - position >= 8) {
      let bits = input.getUint32(position >>> 3) << (position & 7);
      if (bits >= 0 || bits >>> 30 === 2) {
        if (to >= history.length) throw invalid(position, 'literal beyond the history');
        // A zero and seven bits, or a one, a zero and seven bits.
        history[to] = bits >= 0 ? bits >>> 24 : 0x80 | ((bits >>> 23) & 0x7f);
        to += 1;
        position += bits >= 0 ? 8 : 9;
        if (position > endBits) throw truncated(endBits, 'literal');
        continue;
      }
      // All values of five bits that begin with two ones have a code.
      const code = bits >>> 27;
      const prefixBits = this.#prefixBits[code] as number;
      const valueBits = this.#valueBits[code] as number;
      const copyOffset = (this.#bases[code] as number) + ((bits << prefixBits) >>> (32 - valueBits));
      position += prefixBits + valueBits;
      if (position > endBits) throw truncated(endBits, 'copy-offset');
      bits = input.getUint32(position >>> 3) << (position & 7);
      const ones = Math.clz32(~bits);
      if (ones > maxLengthOnes) throw invalid(position, 'length-of-match');
      position += ones + 1;
      let length = 3;
      if (ones > 0) {
        bits = input.getUint32(position >>> 3) << (position & 7);
        length = (2 << ones) + (bits >>> (31 - ones));
        position += ones + 1;
      }
      if (position > endBits) throw truncated(endBits, 'length-of-match');
      if (copyOffset === 0 || length > history.length - to) throw invalid(position, 'match beyond the history');
      copyMatch(this.#history, to, copyOffset, length);
      to += length;
    }
    return to;
  }
}

function invalid(bit: number, detail: string): DecodeError {
  return new DecodeError('invalid', STRUCTURE, bit >>> 3, detail);
}

function truncated(bit: number, detail: string): DecodeError {
  return new DecodeError('truncated', STRUCTURE, bit >>> 3, detail);
}
