import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZgfxDecompressor } from '../../../recorder/zgfx/zgfx.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { MAX_GRAPHICS_MESSAGE_BYTES } from '../../../src/rdp/wire/limits.js';
import { Writer } from '../../../src/rdp/wire/writer.js';

const HISTORY_BYTES = 2_500_000;

const LIBFREERDP = ['159', '160', '161', '162', '163', '164', '165', '166'];

function fixture(name: string): Uint8Array {
  return readFileSync(new URL(`../../fixtures/zgfx/${name}`, import.meta.url));
}

/** The match tokens of the specification: prefix, bits of the value, smallest distance. */
const MATCHES = [
  ['10001', 5, 0],
  ['10010', 7, 32],
  ['10011', 9, 160],
  ['10100', 10, 672],
  ['10101', 12, 1696],
  ['101100', 14, 5792],
  ['101101', 15, 22_176],
  ['1011100', 18, 54_944],
  ['1011101', 20, 317_088],
  ['10111100', 20, 1_365_664],
  ['10111101', 21, 2_414_240],
] as const;

/** The literals that have a token of their own. */
const SHORT_LITERALS: Readonly<Record<string, number>> = {
  '11000': 0x00,
  '11001': 0x01,
  '110100': 0x02,
  '110101': 0x03,
  '110110': 0xff,
  '1101110': 0x04,
  '1101111': 0x05,
  '1110000': 0x06,
  '1110001': 0x07,
  '1110010': 0x08,
  '1110011': 0x09,
  '1110100': 0x0a,
  '1110101': 0x0b,
  '1110110': 0x3a,
  '1110111': 0x3b,
  '1111000': 0x3c,
  '1111001': 0x3d,
  '1111010': 0x3e,
  '1111011': 0x3f,
  '1111100': 0x40,
  '1111101': 0x80,
  '11111100': 0x0c,
  '11111101': 0x38,
  '11111110': 0x39,
  '11111111': 0x66,
};
const SHORT_TOKENS = new Map(Object.entries(SHORT_LITERALS).map(([token, byte]) => [byte, token]));

const binary = (value: number, bits: number): string => (bits === 0 ? '' : value.toString(2).padStart(bits, '0'));
const literal = (byte: number): string => SHORT_TOKENS.get(byte) ?? `0${binary(byte, 8)}`;

function distanceToken(distance: number): string {
  const row = MATCHES.findLast(([, , base]) => base <= distance) ?? MATCHES[0];
  return row[0] + binary(distance - row[2], row[1]);
}

function lengthToken(length: number): string {
  if (length === 3) return '0';
  const bits = Math.floor(Math.log2(length));
  return `${'1'.repeat(bits - 1)}0${binary(length - 2 ** bits, bits)}`;
}

const match = (distance: number, length: number): string => distanceToken(distance) + lengthToken(length);

/** A run of bytes that are not encoded, behind the bits `before`. */
function unencoded(before: string, run: Uint8Array): string {
  const head = `${before}1000100000${binary(run.length, 15)}`;
  return head.padEnd(Math.ceil(head.length / 8) * 8, '0') + [...run].map((byte) => binary(byte, 8)).join('');
}

/** RDP8_BULK_ENCODED_DATA of a bit stream; spaces are for the reader. */
function segment(bits: string): Uint8Array {
  const stream = bits.replaceAll(' ', '');
  const size = Math.ceil(stream.length / 8);
  const padded = stream.padEnd(size * 8, '0');
  const data = Array.from({ length: size }, (_, i) => Number.parseInt(padded.slice(i * 8, i * 8 + 8), 2));
  return Uint8Array.from([0x24, ...data, size * 8 - stream.length]);
}

const plain = (data: Uint8Array): Uint8Array => new Writer().u8(0x04).bytes(data).finish();
const single = (part: Uint8Array): Uint8Array => new Writer().u8(0xe0).bytes(part).finish();

function multipart(uncompressedSize: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer().u8(0xe1).u16(parts.length).u32(uncompressedSize);
  for (const part of parts) writer.u32(part.length).bytes(part);
  return writer.finish();
}

const decode = (bits: string): number[] => [...new ZgfxDecompressor().decompress(single(segment(bits)))];

/** Puts so many zeros into the history. */
function fill(zgfx: ZgfxDecompressor, length: number): void {
  for (let left = length; left > 0; left -= 65_535) {
    zgfx.decompress(single(plain(new Uint8Array(Math.min(left, 65_535)))));
  }
}

describe('ZGFX', () => {
  it.each(LIBFREERDP)('decompresses vector %s as libfreerdp does', (number) => {
    const result = new ZgfxDecompressor().decompress(fixture(`libfreerdp/zgfx_${number}.cmp`));
    expect(Buffer.compare(result, fixture(`libfreerdp/zgfx_${number}.raw`))).toBe(0);
  });

  it('follows the history of a Windows server', () => {
    const zgfx = new ZgfxDecompressor();
    for (let i = 0; i < 5; i += 1) {
      const result = zgfx.decompress(fixture(`ironrdp/encoded.${i}.bin`));
      expect(Buffer.compare(result, fixture(`ironrdp/decoded.${i}.bin`))).toBe(0);
    }
  });

  it('decodes the examples of the specification', () => {
    expect(decode('0 0100 1001')).toEqual([0x49]);
    expect(decode('0 0100 1001 10001 00001 110 001')).toEqual(Array.from({ length: 10 }, () => 0x49));
    const run = Array.from({ length: 44 }, (_, i) => i + 100);
    const matched = decode(`${run.map(literal).join('')} 10010 0001100 110 101`);
    expect(matched).toEqual([...run, ...run.slice(0, 13)]);
  });

  it('reads every literal, the shorter tokens too', () => {
    const all = Array.from({ length: 256 }, (_, i) => i);
    expect(decode(all.map(literal).join(''))).toEqual(all);
    expect(SHORT_TOKENS.size).toBe(25);
  });

  it.each(MATCHES)('finds both ends of the distances of the token %s', (_, bits, base) => {
    const mark = Uint8Array.from([1, 2, 3]);
    for (const distance of [Math.max(base, 1), Math.min(base + 2 ** bits - 1, HISTORY_BYTES)]) {
      const zgfx = new ZgfxDecompressor();
      fill(zgfx, 500);
      zgfx.decompress(single(plain(mark)));
      if (distance > 3) fill(zgfx, distance - 3);
      const expected = distance > 2 ? [1, 2, 3] : distance === 2 ? [2, 3, 2] : [3, 3, 3];
      expect([...zgfx.decompress(single(segment(match(distance, 3))))]).toEqual(expected);
    }
  });

  it('writes any tokens where a plain model writes them, in any segments', () => {
    const operation = fc.oneof(
      fc.nat(255),
      fc.uint8Array({ maxLength: 100 }),
      fc.record({
        distance: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 3000 })),
        length: fc.oneof(fc.integer({ min: 3, max: 70 }), fc.integer({ min: 3, max: 5000 })),
      }),
    );
    const part = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.array(operation, { maxLength: 12 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.boolean(), (segments, together) => {
        const model: number[] = [];
        const encoded = segments.map((content) => {
          const from = model.length;
          if (content instanceof Uint8Array) {
            model.push(...content);
            return { data: plain(content), expected: model.slice(from) };
          }
          let bits = '';
          for (const item of content) {
            if (typeof item === 'number') {
              bits += literal(item);
              model.push(item);
            } else if (item instanceof Uint8Array) {
              bits = unencoded(bits, item);
              model.push(...item);
            } else {
              bits += match(item.distance, item.length);
              for (let i = 0; i < item.length; i += 1) model.push(model.at(-item.distance) ?? 0);
            }
          }
          return { data: segment(bits), expected: model.slice(from) };
        });
        const zgfx = new ZgfxDecompressor();
        if (together) {
          const message = multipart(model.length, ...encoded.map(({ data }) => data));
          expect(Buffer.compare(zgfx.decompress(message), Uint8Array.from(model))).toBe(0);
        } else {
          for (const { data, expected } of encoded) {
            expect(Buffer.compare(zgfx.decompress(single(data)), Uint8Array.from(expected))).toBe(0);
          }
        }
      }),
    );
  });

  it('keeps the newest 2,500,000 bytes, however much goes through it', () => {
    const zgfx = new ZgfxDecompressor();
    const model = new Uint8Array(8_000_000);
    let to = 0;
    for (let n = 0; to + 70_000 < model.length; n += 1) {
      const block = Uint8Array.from({ length: 65_535 - n }, (_, i) => (Math.imul(n + 1, i + 7) >> 5) & 0xff);
      zgfx.decompress(single(plain(block)));
      model.set(block, to);
      to += block.length;
      for (const distance of [3, 65_536, 1_400_000, HISTORY_BYTES - 1, HISTORY_BYTES]) {
        if (distance > to) continue;
        const expected = model.slice(to - distance, to - distance + 3);
        expect(zgfx.decompress(single(segment(match(distance, 3))))).toEqual(expected);
        model.set(expected, to);
        to += 3;
      }
    }
  });

  it('takes unencoded runs from the next whole byte, and goes on behind them', () => {
    const run = Uint8Array.from({ length: 70 }, (_, i) => i * 3);
    for (const before of [[], [9], [9, 8], [0], [1, 2, 3, 4, 5, 6, 7]]) {
      const head = unencoded(before.map(literal).join(''), run) + literal(0x41);
      const bits = unencoded(head, Uint8Array.of()) + literal(0x42);
      expect(decode(bits)).toEqual([...before, ...run, 0x41, 0x42]);
    }
  });

  it('refuses every truncation of a multipart message', () => {
    const message = fixture('libfreerdp/zgfx_165.cmp');
    const zgfx = new ZgfxDecompressor();
    for (let length = 0; length < message.length; length += 1) {
      expect(() => zgfx.decompress(message.subarray(0, length))).toThrow(DecodeError);
    }
  });

  it('makes of a truncated single segment an error or the beginning of what it was', () => {
    const message = fixture('libfreerdp/zgfx_159.cmp');
    const whole = fixture('libfreerdp/zgfx_159.raw');
    const zgfx = new ZgfxDecompressor();
    let errors = 0;
    for (let length = 0; length < message.length; length += 1) {
      try {
        const result = zgfx.decompress(message.subarray(0, length));
        expect(Buffer.compare(result, whole.subarray(0, result.length))).toBe(0);
        expect(result.length).toBeLessThan(whole.length);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
        errors += 1;
      }
    }
    expect(errors).toBeGreaterThan(message.length * 0.9);
  });

  it.each([
    ['a token', literal(0x41) + literal(0x42)],
    ['a distance', literal(0x41) + distanceToken(2_400_000)],
    ['a match length prefix', literal(0x41) + match(1, 65_535).slice(0, 20)],
    ['a match length', literal(0x41) + match(1, 40_000)],
    ['the count of an unencoded run', '1000100000000000000000001'],
    ['an unencoded run', unencoded('', Uint8Array.of(1, 2, 3))],
  ])('refuses a stream that ends within %s', (_, bits) => {
    expect(() => decode(bits.slice(0, -1))).toThrow(/truncated/);
  });

  it('refuses what the specification reserves', () => {
    expect(() => decode('101111100 0000000000000000000000 0')).toThrow(/token/);
    expect(() => decode(`${literal(1)} 10001 00001 1111111111111110`)).toThrow(/match length/);
    expect(() => decode(`10111101 ${binary(HISTORY_BYTES + 1 - 2_414_240, 21)} 0`)).toThrow(/distance/);
    const trailer = single(segment(literal(1)));
    trailer[trailer.length - 1] = 8;
    expect(() => new ZgfxDecompressor().decompress(trailer)).toThrow(/trailer/);
    expect(() => new ZgfxDecompressor().decompress(Uint8Array.of(0xe2, 0x04))).toThrow(/descriptor/);
    expect(() => new ZgfxDecompressor().decompress(Uint8Array.of(0xe0, 0x21, 0, 0))).toThrow(/unsupported/);
    for (const short of [[], [0xe0], [0xe0, 0x24], [0xe1, 1, 0]]) {
      expect(() => new ZgfxDecompressor().decompress(Uint8Array.from(short))).toThrow(/truncated/);
    }
  });

  it('lets no segment become more than 65,535 bytes', () => {
    const full = literal(1) + match(1, 65_534);
    expect(decode(full)).toHaveLength(65_535);
    expect(() => decode(full + literal(1))).toThrow(/limit/);
    expect(() => decode(full + match(1, 3))).toThrow(/limit/);
    expect(() => decode(unencoded(full, Uint8Array.of(1)))).toThrow(/limit/);
    expect(new ZgfxDecompressor().decompress(single(plain(new Uint8Array(65_535))))).toHaveLength(65_535);
    expect(() => new ZgfxDecompressor().decompress(single(plain(new Uint8Array(65_536))))).toThrow(/limit/);
  });

  it('believes no count or size that the message cannot hold', () => {
    const zgfx = new ZgfxDecompressor();
    const claim = (segmentCount: number, uncompressedSize: number, size: number): Uint8Array =>
      new Writer().u8(0xe1).u16(segmentCount).u32(uncompressedSize).u32(size).u8(0x04).u8(1).finish();
    expect([...zgfx.decompress(claim(1, 1, 2))]).toEqual([1]);
    expect(() => zgfx.decompress(claim(65_535, MAX_GRAPHICS_MESSAGE_BYTES + 1, 2))).toThrow(/limit/);
    expect(() => zgfx.decompress(claim(1, 65_536, 2))).toThrow(/uncompressedSize/);
    expect(() => zgfx.decompress(claim(65_535, MAX_GRAPHICS_MESSAGE_BYTES, 2))).toThrow(/truncated/);
    expect(() => zgfx.decompress(claim(1, 1, 0xffff_ffff))).toThrow(/truncated/);
    expect(() => zgfx.decompress(claim(1, 0, 2))).toThrow(/uncompressedSize/);
    expect(() => zgfx.decompress(claim(1, 2, 2))).toThrow(/uncompressedSize/);
    expect(() => zgfx.decompress(multipart(1, plain(Uint8Array.of(1)), Uint8Array.of()))).toThrow(/truncated/);
    expect(zgfx.decompress(multipart(0))).toHaveLength(0);
  });

  it('refuses after an error what refers to the time before it, until the channel is opened again', () => {
    const zgfx = new ZgfxDecompressor();
    zgfx.decompress(single(plain(Uint8Array.of(1, 2, 3, 4))));
    expect(zgfx.poisoned).toBe(false);
    expect(() => zgfx.decompress(Uint8Array.of(0xe0, 0x24))).toThrow(DecodeError);
    expect(zgfx.poisoned).toBe(true);
    expect(() => zgfx.decompress(single(segment(match(4, 3))))).toThrow(/lost/);
    const later = single(segment(literal(7) + literal(8) + match(2, 4)));
    expect([...zgfx.decompress(later)]).toEqual([7, 8, 7, 8, 7, 8]);
    expect([...zgfx.decompress(single(segment(match(6, 3))))]).toEqual([7, 8, 7]);
    expect(() => zgfx.decompress(single(segment(match(10, 3))))).toThrow(/lost/);
    // That error lost its own bytes in turn.
    expect(() => zgfx.decompress(single(segment(match(1, 3))))).toThrow(/lost/);
    zgfx.reset();
    expect(zgfx.poisoned).toBe(false);
    expect([...zgfx.decompress(single(segment(match(HISTORY_BYTES, 3))))]).toEqual([0, 0, 0]);
  });

  it('is whole again when 2,500,000 bytes have come since an error', () => {
    const zgfx = new ZgfxDecompressor();
    zgfx.poison();
    fill(zgfx, HISTORY_BYTES - 1);
    expect(zgfx.poisoned).toBe(true);
    expect([...zgfx.decompress(single(plain(Uint8Array.of(5))))]).toEqual([5]);
    expect(zgfx.poisoned).toBe(false);
    expect([...zgfx.decompress(single(segment(match(HISTORY_BYTES, 3))))]).toEqual([0, 0, 0]);
  });

  it('loses the segments of a multipart message with the one that fails', () => {
    const zgfx = new ZgfxDecompressor();
    const good = plain(Uint8Array.of(1, 2, 3));
    expect(() => zgfx.decompress(multipart(6, good, Uint8Array.of(0x24, 9)))).toThrow(DecodeError);
    expect(() => zgfx.decompress(single(segment(match(3, 3))))).toThrow(/lost/);
  });

  it('meets damaged messages with bounded bytes or a DecodeError', () => {
    const all = LIBFREERDP.map((number) => fixture(`libfreerdp/zgfx_${number}.cmp`));
    const edits = fc.array(fc.tuple(fc.oneof(fc.nat(20), fc.nat(5000)), fc.nat(255)), { minLength: 1, maxLength: 6 });
    const zgfx = new ZgfxDecompressor();
    fc.assert(
      fc.property(fc.nat(all.length - 1), edits, (index, changes) => {
        const message = (all[index] ?? new Uint8Array(0)).slice();
        for (const [position, byte] of changes) message[position % message.length] = byte;
        try {
          expect(zgfx.decompress(message).length).toBeLessThanOrEqual(
            message[0] === 0xe0 ? 65_535 : MAX_GRAPHICS_MESSAGE_BYTES,
          );
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          expect(zgfx.poisoned).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
