import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { XcrushDecompressor } from '../../../recorder/bulk/xcrush.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { Writer } from '../../../src/rdp/wire/writer.js';
import { compressedPackets, damage, fixture, packets, text } from './support.js';

interface Match {
  readonly length: number;
  readonly outputOffset: number;
  readonly historyOffset: number;
}

/** Level 1 without level 2. */
function compressed(matches: readonly Match[], literals: Uint8Array, flags = 0x01): Uint8Array {
  const writer = new Writer().u8(flags).u8(0).u16(matches.length);
  for (const { length, outputOffset, historyOffset } of matches) {
    writer.u16(length).u16(outputOffset).u32(historyOffset);
  }
  return writer.bytes(literals).finish();
}

function raw(literals: Uint8Array, flags = 0x02): Uint8Array {
  return Uint8Array.from([flags, 0, ...literals]);
}

const latin1 = (data: Uint8Array): string => Buffer.from(data).toString('latin1');

/** The matches of the specification's example, 3.1.8.2.2.1. */
const EXAMPLE = compressed(
  [
    { length: 9, outputOffset: 5, historyOffset: 3 },
    { length: 4, outputOffset: 14, historyOffset: 0 },
  ],
  text('klmnou'),
);

const COMPRESSED = packets('bulk_xcrush').filter(({ flags }) => (flags & 0x20) !== 0);
const LEVEL_1_ONLY = COMPRESSED.filter(({ data }) => ((data[1] ?? 0) & 0x20) === 0);

describe('XCRUSH', () => {
  it('decodes the example of the specification', () => {
    const xcrush = new XcrushDecompressor();
    expect(latin1(xcrush.decompress(raw(text('abcdefghij'))))).toBe('abcdefghij');
    expect(latin1(xcrush.decompress(EXAMPLE))).toBe('klmnodefghijklabcdu');
    // The whole history, and again the byte before: the history's offset is 29 now.
    const whole = compressed([{ length: 29, outputOffset: 0, historyOffset: 0 }], text(''));
    expect(latin1(xcrush.decompress(whole))).toBe('abcdefghijklmnodefghijklabcdu');
  });

  it('follows the histories of bulk_xcrush as libfreerdp does', () => {
    const xcrush = new XcrushDecompressor();
    expect(COMPRESSED).toHaveLength(18);
    for (const { data, expected } of COMPRESSED) expect(Buffer.compare(xcrush.decompress(data), expected)).toBe(0);
  });

  it('goes back to the front of the level-1 history as libfreerdp does', () => {
    const xcrush = new XcrushDecompressor();
    const expected = new Reader(fixture('bulk_xcrush_wrap.sha256'), 'digests');
    let wraps = 0;
    for (const { flags, data } of compressedPackets('bulk_xcrush_wrap')) {
      expect(flags).toBe(0x23);
      if (((data[0] ?? 0) & 0x04) !== 0) wraps += 1;
      const result = xcrush.decompress(data);
      expect(result.length).toBe(expected.u32());
      expect(
        createHash('sha256')
          .update(result)
          .digest()
          .equals(Buffer.from(expected.bytes(32))),
      ).toBe(true);
    }
    expect(wraps).toBe(1);
    expect(expected.remaining).toBe(0);
  });

  it('repeats what a match itself writes, however long', () => {
    for (const period of [1, 2, 3, 64, 100]) {
      const first = Uint8Array.from({ length: period }, (_, i) => i);
      const match = { length: 40_000, outputOffset: period, historyOffset: 0 };
      const result = new XcrushDecompressor().decompress(compressed([match], first));
      expect(result).toHaveLength(period + 40_000);
      expect(result.every((byte, i) => byte === i % period)).toBe(true);
    }
  });

  it('ignores Level2ComprFlags without L1_INNER_COMPRESSION', () => {
    const data = raw(text('abc'));
    data[1] = 0xe1;
    expect(latin1(new XcrushDecompressor().decompress(data))).toBe('abc');
  });

  it('writes any matches where a plain model writes them', () => {
    const step = fc.record({ gap: fc.nat(100), length: fc.nat(3000), historyOffset: fc.nat(9000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.uint8Array({ maxLength: 100 }), (steps, rest) => {
        const model = new Uint8Array(60_000);
        const matches: Match[] = [];
        const literals: number[] = [];
        let to = 0;
        for (const { gap, length, historyOffset } of steps) {
          for (let i = 0; i < gap; i += 1, to += 1) literals.push((model[to] = (i * 7 + to) & 0xff));
          matches.push({ length, outputOffset: to, historyOffset });
          for (let i = 0; i < length; i += 1, to += 1) model[to] = model[historyOffset + i] ?? 0;
        }
        model.set(rest, to);
        literals.push(...rest);
        const result = new XcrushDecompressor().decompress(compressed(matches, Uint8Array.from(literals)));
        expect(Buffer.compare(result, model.subarray(0, to + rest.length))).toBe(0);
      }),
    );
  });

  it('refuses every truncation that is not of the last literals', () => {
    const needed = EXAMPLE.length - 1;
    for (let length = 0; length < needed; length += 1) {
      expect(() => new XcrushDecompressor().decompress(EXAMPLE.subarray(0, length))).toThrow(DecodeError);
    }
    const real = LEVEL_1_ONLY.find(({ data }) => ((data[0] ?? 0) & 0x01) !== 0)?.data;
    if (real === undefined) throw new Error('fixture is missing');
    const xcrush = new XcrushDecompressor();
    const detailsEnd = 4 + 8 * ((real[2] ?? 0) | ((real[3] ?? 0) << 8));
    expect(detailsEnd).toBeLessThan(real.length);
    for (let length = 0; length < detailsEnd; length += 1) {
      expect(() => xcrush.decompress(real.subarray(0, length))).toThrow(DecodeError);
    }
  });

  it('refuses lengths and offsets beyond output, literals and history', () => {
    const fresh = (data: Uint8Array) => new XcrushDecompressor().decompress(data);
    const match = { length: 1, outputOffset: 0, historyOffset: 0 };
    expect(() => fresh(compressed([{ ...match, historyOffset: 2_000_000 }], text('')))).toThrow(/beyond the history/);
    expect(() => fresh(compressed([{ ...match, historyOffset: 0xffff_ffff }], text('')))).toThrow(/beyond the history/);
    expect(fresh(compressed([{ ...match, historyOffset: 1_999_999 }], text('')))).toHaveLength(1);
    expect(() => fresh(compressed([{ ...match, outputOffset: 1 }], text('')))).toThrow(/Literals/);
    expect(() => fresh(compressed([{ ...match, length: 2 }, match], text('')))).toThrow(/MatchOutputOffset/);
    const twice = [
      { length: 65_535, outputOffset: 0, historyOffset: 9 },
      { length: 2, outputOffset: 65_535, historyOffset: 9 },
    ];
    expect(() => fresh(compressed(twice, text('')))).toThrow(/beyond/);
    expect(() => fresh(compressed(twice.slice(0, 1), text('ab')))).toThrow(/beyond/);
    expect(fresh(compressed(twice.slice(0, 1), text('a')))).toHaveLength(65_536);
    expect(() => fresh(raw(new Uint8Array(65_537)))).toThrow(/limit/);
    expect(() => fresh(raw(text('a'), 0x10))).toThrow(/Level1ComprFlags/);
  });

  it('never outgrows the level-1 history, and its end is as good as the rest', () => {
    const xcrush = new XcrushDecompressor();
    for (let at = 0; at + 65_536 <= 2_000_000; at += 65_536)
      xcrush.decompress(raw(new Uint8Array(65_536).fill(at / 65_536)));
    const left = 2_000_000 % 65_536;
    expect(() => xcrush.decompress(raw(new Uint8Array(left + 1)))).toThrow(/beyond the history/);
    expect(xcrush.decompress(raw(new Uint8Array(left).fill(99)))).toHaveLength(left);
    const tail = { length: 8, outputOffset: 0, historyOffset: 1_999_992 };
    expect(() => xcrush.decompress(compressed([tail], text('')))).toThrow(/beyond the history/);
    expect([...xcrush.decompress(compressed([tail], text(''), 0x05))]).toEqual(Array.from({ length: 8 }, () => 99));
  });

  it('understands level 2 again after lost packets only when level 2 is flushed, too', () => {
    const [first, ...others] = COMPRESSED.filter(({ data }) => ((data[1] ?? 0) & 0x20) !== 0);
    if (first === undefined) throw new Error('fixture is missing');
    expect((first.data[1] ?? 0) & 0x80).toBe(0);
    const xcrush = new XcrushDecompressor();
    xcrush.flush(false);
    expect(Buffer.compare(xcrush.decompress(first.data), first.expected)).toBe(0);
    xcrush.flush(true);
    for (const { data } of [first, ...others]) expect(() => xcrush.decompress(data)).toThrow(/level-2 history/);
    const flushed = first.data.slice();
    flushed[1] = (flushed[1] ?? 0) | 0x80;
    expect(Buffer.compare(xcrush.decompress(flushed), first.expected)).toBe(0);
  });

  it('meets damaged packets with bounded bytes or a DecodeError', () => {
    const all = [...compressedPackets('bulk_xcrush'), { data: EXAMPLE }].map(({ data }) => data);
    const edits = fc.array(fc.tuple(fc.oneof(fc.nat(40), fc.nat(5000)), fc.nat(255)), { minLength: 1, maxLength: 6 });
    const xcrush = new XcrushDecompressor();
    fc.assert(
      fc.property(fc.nat(all.length - 1), edits, (index, changes) => {
        try {
          const result = xcrush.decompress(damage(all[index] ?? EXAMPLE, changes));
          expect(result.length).toBeLessThanOrEqual(65_536);
          expect(result.byteOffset + result.length).toBeLessThanOrEqual(2_000_000);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
