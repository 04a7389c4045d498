import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeSegmentedData,
  encodeSegmentedData,
  wrapUncompressed,
  type SegmentedData,
} from '../../../src/rdp/gfx/segmented-data.js';
import { decodeError, expectNoSurprise, hex, read, readAll } from '../session/support.js';

const segment = fc.uint8Array({ minLength: 1, maxLength: 20 });
const segmented: fc.Arbitrary<SegmentedData> = fc.oneof(
  segment.map((only) => ({ uncompressedSize: null, segments: [only] })),
  fc.record({
    uncompressedSize: fc.integer({ min: 0, max: 0xffff_ffff }),
    segments: fc.array(segment, { maxLength: 4 }),
  }),
);

describe('segmented data', () => {
  it('gives back what was encoded, and fails on truncations', () => {
    fc.assert(
      fc.property(segmented, (value) => {
        const bytes = encodeSegmentedData(value);
        expect(readAll(decodeSegmentedData, bytes)).toEqual(value);
        // A single segment goes on to the end of its message.
        const firstCut = value.uncompressedSize === null ? 1 : bytes.length;
        for (let length = 0; length < firstCut; length++) {
          expect(decodeError(decodeSegmentedData, bytes.slice(0, length)).code).toBe('truncated');
        }
      }),
    );
  });

  it('ends in a value or a DecodeError whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => expectNoSurprise(decodeSegmentedData, bytes)));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expectNoSurprise(decodeSegmentedData, Uint8Array.of(0xe1, ...bytes));
      }),
    );
  });

  it('refuses hostile counts, sizes, descriptors, and what is left over', () => {
    expect(decodeError(decodeSegmentedData, hex('e1 ffff 00000000')).code).toBe('limit');
    expect(decodeError(decodeSegmentedData, hex('e1 0100 00000000 ffffffff 00')).code).toBe('truncated');
    expect(decodeError(decodeSegmentedData, hex('e1 0100 01000000 01000000 04 00')).code).toBe('invalid');
    expect(decodeError(decodeSegmentedData, hex('e2 04 00')).code).toBe('invalid');
  });

  it('wraps what is not compressed in segments of the longest size', () => {
    for (const length of [0, 1, 65_535, 65_536, 200_000]) {
      const data = Uint8Array.from({ length }, (_, index) => index * 7);
      const { uncompressedSize, segments } = read(decodeSegmentedData, wrapUncompressed(data));
      expect(uncompressedSize).toBe(length > 65_535 ? length : null);
      expect(segments.every((bytes) => bytes[0] === 0x04)).toBe(true);
      expect(Buffer.concat(segments.map((bytes) => bytes.subarray(1))).equals(data)).toBe(true);
    }
  });
});
