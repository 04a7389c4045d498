import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COPY_OFFSET_BASES,
  COPY_OFFSET_BITS,
  LENGTH_OF_MATCH_BASES,
  LENGTH_OF_MATCH_BITS,
  LENGTH_OF_MATCH_CODES,
  LITERAL_OR_OFFSET_CODES,
} from '../../../recorder/bulk/ncrush-codes.js';
import { NcrushDecompressor } from '../../../recorder/bulk/ncrush.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { damage, packets } from './support.js';

const END: readonly [number, number] = [0x17ff, 13];
/** A code or extra bits: value and number of bits. */
type Bits = readonly [number, number];

/** Fills bytes from the least significant bit. */
function stream(...fields: readonly Bits[]): Uint8Array {
  const bits = fields.flatMap(([value, count]) => Array.from({ length: count }, (_, i) => (value >> i) & 1));
  const result = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, i) => (result[i >> 3] = (result[i >> 3] ?? 0) | (bit << (i & 7))));
  return result;
}

/** The code of an index in a decoding table. */
function code(table: Uint16Array, index: number): Bits {
  const at = table.findIndex((row) => row >> 4 === index && (row & 15) !== 0);
  return [at, (table[at] ?? 0) & 15];
}

const literal = (byte: number): Bits => code(LITERAL_OR_OFFSET_CODES, byte);

function copyOffset(offset: number): Bits[] {
  const index = COPY_OFFSET_BASES.findLastIndex((base) => base <= offset);
  const extra = offset - (COPY_OFFSET_BASES[index] ?? 0);
  return [code(LITERAL_OR_OFFSET_CODES, 257 + index), [extra, COPY_OFFSET_BITS[index] ?? 0]];
}

function lengthOfMatch(length: number): Bits[] {
  const index = length >= 770 ? 28 : LENGTH_OF_MATCH_BASES.subarray(0, 28).findLastIndex((base) => base <= length);
  const extra = length - (LENGTH_OF_MATCH_BASES[index] ?? 0);
  return [code(LENGTH_OF_MATCH_CODES, index), [extra, LENGTH_OF_MATCH_BITS[index] ?? 0]];
}

function decompress(...fields: readonly Bits[]): number[] {
  return [...new NcrushDecompressor().decompress(stream(...fields, END), false)];
}

describe('NCRUSH', () => {
  it('has the codes of the specification', () => {
    expect(literal(0)).toEqual([0x0004, 6]);
    expect(literal(131)).toEqual([0x02a7, 10]);
    expect(literal(255)).toEqual([0x0059, 7]);
    expect(code(LITERAL_OR_OFFSET_CODES, 256)).toEqual(END);
    expect(code(LITERAL_OR_OFFSET_CODES, 263)).toEqual([0x0034, 6]);
    expect(code(LITERAL_OR_OFFSET_CODES, 292)).toEqual([0x0065, 7]);
    expect(code(LENGTH_OF_MATCH_CODES, 0)).toEqual([0x0001, 4]);
    expect(code(LENGTH_OF_MATCH_CODES, 21)).toEqual([0x009f, 8]);
    expect(code(LENGTH_OF_MATCH_CODES, 31)).toEqual([0x01ff, 9]);
    expect([COPY_OFFSET_BASES[31], COPY_OFFSET_BITS[31]]).toEqual([49_152, 14]);
    expect([LENGTH_OF_MATCH_BASES[27], LENGTH_OF_MATCH_BITS[27]]).toEqual([514, 8]);
    expect([LENGTH_OF_MATCH_BASES[29], LENGTH_OF_MATCH_BITS[29]]).toEqual([2, 14]);
  });

  it('decodes the examples of the specification', () => {
    const twelve = Array.from({ length: 12 }, (_, i) => literal(i));
    // Copy-offset 8 is 110100 00, copy-offset 11 is 110100 11; length-of-match 2 is 0001.
    expect(decompress(...twelve, [0x34, 6], [0, 2], [0x1, 4]).slice(12)).toEqual([4, 5]);
    expect(decompress(...twelve, [0x34, 6], [3, 2], [0x1, 4]).slice(12)).toEqual([1, 2]);
    // Length-of-match 117 is 111011111 0011.
    const long = decompress(...twelve, [0x34, 6], [3, 2], [0x1df, 9], [3, 4]);
    expect(long.slice(12)).toEqual(Array.from({ length: 117 }, (_, i) => 1 + (i % 11)));
  });

  it.each([
    ['bulk_ncrush', 40, 0],
    ['bulk_ncrush_slide', 60, 5],
  ])('follows the history of %s as libfreerdp does', (name, count, slides) => {
    const ncrush = new NcrushDecompressor();
    const all = packets(name);
    expect(all).toHaveLength(count);
    expect(all.filter(({ flags }) => (flags & 0x40) !== 0)).toHaveLength(slides);
    for (const { flags, data, expected } of all) {
      if ((flags & 0x80) !== 0) ncrush.flush();
      if ((flags & 0x20) === 0) continue;
      expect(Buffer.compare(ncrush.decompress(data, (flags & 0x40) !== 0), expected)).toBe(0);
    }
  });

  it('remembers the last four copy-offsets, and one that is used again changes places with the first', () => {
    const letters = Array.from({ length: 8 }, (_, i) => literal(0x61 + i));
    const match = (offset: number): Bits[] => [...copyOffset(offset), ...lengthOfMatch(2)];
    const again = (slot: number): Bits[] => [code(LITERAL_OR_OFFSET_CODES, 289 + slot), ...lengthOfMatch(2)];
    const offsets = [...match(2), ...match(3), ...match(4), ...match(5), ...match(6)];
    // 6 5 4 3; slot 2 is 4, which leaves 4 5 6 3; slot 3 is 3, which leaves 3 5 6 4; slot 0 is 3.
    const plain = decompress(...letters, ...offsets, ...match(4), ...match(3), ...match(3));
    expect(decompress(...letters, ...offsets, ...again(2), ...again(3), ...again(0))).toEqual(plain);
  });

  it('refuses a cached copy-offset that is not there, and forgets them when the history is flushed', () => {
    const cached = stream(literal(1), code(LITERAL_OR_OFFSET_CODES, 289), ...lengthOfMatch(2), END);
    const ncrush = new NcrushDecompressor();
    expect(() => ncrush.decompress(cached, false)).toThrow(/beyond the history/);
    ncrush.flush();
    ncrush.decompress(stream(literal(7), ...copyOffset(1), ...lengthOfMatch(2), END), false);
    expect([...ncrush.decompress(cached, false)]).toEqual([1, 1, 1]);
    ncrush.flush();
    expect(() => ncrush.decompress(cached, false)).toThrow(/beyond the history/);
  });

  it('writes any literals and matches where a plain model writes them', () => {
    const operation = fc.oneof(
      fc.nat(255),
      fc.record({
        offset: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 65_535 })),
        length: fc.oneof(fc.integer({ min: 2, max: 130 }), fc.integer({ min: 2, max: 9000 })),
      }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        const model = new Uint8Array(65_536);
        const fields: Bits[] = [];
        let to = 0;
        for (const item of operations) {
          if (typeof item === 'number') {
            fields.push(literal(item));
            model[to] = item;
            to += 1;
          } else if (to + item.length <= 65_536) {
            fields.push(...copyOffset(item.offset), ...lengthOfMatch(item.length));
            for (let i = 0; i < item.length; i += 1, to += 1) model[to] = model[(to - item.offset) & 0xffff] ?? 0;
          }
        }
        const result = new NcrushDecompressor().decompress(stream(...fields, END), false);
        expect(Buffer.compare(result, model.subarray(0, to))).toBe(0);
      }),
    );
  });

  it('refuses every truncation of a packet', () => {
    const first = packets('bulk_ncrush').find(({ flags }) => (flags & 0x20) !== 0);
    if (first === undefined) throw new Error('fixture is missing');
    for (const data of [first.data, stream(literal(1), ...copyOffset(1), ...lengthOfMatch(16_385), END)]) {
      expect(() => new NcrushDecompressor().decompress(data, false)).not.toThrow();
      for (let length = 0; length < data.length; length += 1) {
        expect(() => new NcrushDecompressor().decompress(data.subarray(0, length), false)).toThrow(DecodeError);
      }
    }
  });

  it('refuses codes that mean nothing', () => {
    expect(() => decompress([0x1fff, 13])).toThrow(/invalid/);
    // Length-of-match codes 30 and 31.
    expect(() => decompress(literal(1), ...copyOffset(1), [0x00ff, 9])).toThrow(/length-of-match/);
    expect(() => decompress(literal(1), ...copyOffset(1), [0x01ff, 9])).toThrow(/length-of-match/);
    // Copy-offset 0.
    expect(() => decompress(literal(1), ...copyOffset(0), ...lengthOfMatch(2))).toThrow(/beyond the history/);
  });

  it('fills the history and nothing beyond it', () => {
    const match = [...copyOffset(1), ...lengthOfMatch(16_385)];
    const almost = [literal(1), ...match, ...match, ...match, ...copyOffset(1), ...lengthOfMatch(16_380)];
    expect(decompress(...almost)).toHaveLength(65_536);
    expect(() => decompress(...almost, literal(1))).toThrow(/literal beyond/);
    expect(() => decompress(...almost, ...copyOffset(1), ...lengthOfMatch(2))).toThrow(/match beyond/);
  });

  it('cannot slide back a history that is not half full', () => {
    expect(() => new NcrushDecompressor().decompress(stream(END), true)).toThrow(DecodeError);
  });

  it('meets damaged packets with bytes or a DecodeError', () => {
    const all = packets('bulk_ncrush_slide');
    const edits = fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.nat(all.length - 1), edits, fc.boolean(), (index, changes, atFront) => {
        const ncrush = new NcrushDecompressor();
        try {
          const result = ncrush.decompress(damage(all[index]?.data ?? new Uint8Array(0), changes), atFront);
          expect(result.length).toBeLessThanOrEqual(65_536);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
