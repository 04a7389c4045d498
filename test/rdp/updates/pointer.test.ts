import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FastPathUpdateCode } from '../../../src/rdp/updates/fast-path-output.js';
import {
  decodeColorPointer,
  decodeLargePointer,
  decodeNewPointer,
  encodeColorPointer,
  encodeLargePointer,
  encodeNewPointer,
  pointerRowBytes,
} from '../../../src/rdp/updates/pointer-shape.js';
import {
  decodeFastPathPointerUpdate,
  decodePointerUpdate,
  encodeFastPathPointerUpdate,
  encodePointerUpdate,
  type PointerUpdate,
} from '../../../src/rdp/updates/pointer-updates.js';
import { MAX_POINTER_DIMENSION } from '../../../src/rdp/wire/limits.js';
import {
  decodeError,
  expectNoSurprise,
  expectTruncationsToFail,
  fixture,
  hex,
  read,
  readAll,
} from '../session/support.js';

const u16 = fc.integer({ min: 0, max: 0xffff });

function shape(xorBpp: fc.Arbitrary<number>) {
  return fc
    .record({
      xorBpp,
      cacheIndex: u16,
      hotSpotX: u16,
      hotSpotY: u16,
      width: fc.integer({ min: 0, max: 12 }),
      height: fc.integer({ min: 0, max: 12 }),
      color: fc.boolean(),
      mask: fc.boolean(),
    })
    .map(({ color, mask, ...place }) => ({
      ...place,
      xorMaskData: new Uint8Array(color ? pointerRowBytes(place.width, place.xorBpp) * place.height : 0).fill(3),
      andMaskData: new Uint8Array(mask ? pointerRowBytes(place.width, 1) * place.height : 0).fill(5),
    }));
}

const anyDepth = fc.constantFrom(1, 4, 8, 16, 24, 32);

const slowPath: fc.Arbitrary<PointerUpdate> = fc.oneof(
  fc.constant({ kind: 'hidden' } as const),
  fc.constant({ kind: 'default' } as const),
  fc.record({ kind: fc.constant('position' as const), xPos: u16, yPos: u16 }),
  fc.record({ kind: fc.constant('cached' as const), cacheIndex: u16 }),
  fc.record({ kind: fc.constant('color' as const), shape: shape(fc.constant(24)) }),
  fc.record({ kind: fc.constant('new' as const), shape: shape(anyDepth) }),
);
const fastPath: fc.Arbitrary<PointerUpdate> = fc.oneof(
  slowPath,
  fc.record({ kind: fc.constant('large' as const), shape: shape(anyDepth) }),
);

describe('pointer shapes of a Windows server', () => {
  it('are read in full and encoded to the same bytes', () => {
    for (const { file, decode, encode, place } of [
      {
        file: 'color_pointer_24bpp',
        decode: decodeColorPointer,
        encode: encodeColorPointer,
        place: { xorBpp: 24, cacheIndex: 0, hotSpotX: 3, hotSpotY: 11, width: 41, height: 39 },
      },
      {
        file: 'new_pointer_32bpp',
        decode: decodeNewPointer,
        encode: encodeNewPointer,
        place: { xorBpp: 32, cacheIndex: 0, hotSpotX: 3, hotSpotY: 3, width: 41, height: 39 },
      },
      {
        file: 'large_pointer_32bpp',
        decode: decodeLargePointer,
        encode: encodeLargePointer,
        place: { xorBpp: 32, cacheIndex: 12, hotSpotX: 2, hotSpotY: 0, width: 112, height: 112 },
      },
    ]) {
      const bytes = fixture(`ironrdp-pointer/${file}.bin`);
      const value = readAll(decode, bytes);
      expect(value, file).toMatchObject(place);
      expect(value.xorMaskData).toHaveLength(pointerRowBytes(place.width, place.xorBpp) * place.height);
      expect(value.andMaskData).toHaveLength(pointerRowBytes(place.width, 1) * place.height);
      expect(value.xorMaskData.buffer).toBe(bytes.buffer);
      expect(encode(value)).toEqual(bytes);
    }
  });

  it('fail when they are cut off', () => {
    expectTruncationsToFail(decodeNewPointer, fixture('ironrdp-pointer/new_pointer_32bpp.bin'));
    const cached = fixture('ironrdp-pointer/cached_pointer.bin');
    const decode = (bytes: Uint8Array) =>
      read((reader) => decodeFastPathPointerUpdate(FastPathUpdateCode.cachedPointer, reader), bytes);
    expect(decode(cached)).toEqual({ kind: 'cached', cacheIndex: 0 });
  });
});

describe('pointer updates', () => {
  it('give back what was encoded on the slow path, and fail on every truncation', () => {
    fc.assert(
      fc.property(slowPath, (update) => {
        const bytes = encodePointerUpdate(update);
        expect(readAll(decodePointerUpdate, bytes)).toEqual(update);
        expectTruncationsToFail(decodePointerUpdate, bytes);
      }),
      { numRuns: 80 },
    );
  });

  it('give back what was encoded on the fast path', () => {
    fc.assert(
      fc.property(fastPath, (update) => {
        const { updateCode, data } = encodeFastPathPointerUpdate(update);
        expect(readAll((reader) => decodeFastPathPointerUpdate(updateCode, reader), data)).toEqual(update);
      }),
    );
  });

  it('have the layout of the specification', () => {
    expect(read(decodePointerUpdate, hex('0300 0000 0a00 1400'))).toEqual({ kind: 'position', xPos: 10, yPos: 20 });
    expect(read(decodePointerUpdate, hex('0100 0000 007f0000'))).toEqual({ kind: 'default' });
    expect(read(decodePointerUpdate, hex('0100 0000 00000000'))).toEqual({ kind: 'hidden' });
  });

  it('leave padding behind the masks alone', () => {
    const value = { xorBpp: 24, cacheIndex: 1, hotSpotX: 0, hotSpotY: 0, width: 1, height: 1 };
    const masks = { xorMaskData: hex('01020300'), andMaskData: hex('8000') };
    const bytes = Uint8Array.from([...encodeColorPointer({ ...value, ...masks }), 0]);
    expect(read(decodeColorPointer, bytes)).toEqual({ ...value, ...masks });
  });

  it('refuse shapes that are too large, masks that are too short or not there, and unknown types', () => {
    const tooWide = hex(`0000 0000 0000 ${(MAX_POINTER_DIMENSION + 1).toString(16).padStart(4, '0')} 0100 0000 0000`);
    tooWide.set([(MAX_POINTER_DIMENSION + 1) & 0xff, (MAX_POINTER_DIMENSION + 1) >> 8], 6);
    expect(decodeError(decodeColorPointer, tooWide).code).toBe('limit');
    expect(decodeError(decodeColorPointer, hex('0000 0000 0000 0200 0200 0000 0800 0000000000000000')).code).toBe(
      'invalid',
    );
    expect(decodeError(decodeColorPointer, hex('0000 0000 0000 0200 0200 0000 1000 0000')).code).toBe('truncated');
    expect(decodeError(decodeLargePointer, hex('2000 0000 0000 0000 0100 0100 00000000 ffffffff')).code).toBe(
      'truncated',
    );
    expect(decodeError(decodePointerUpdate, hex('0200 0000 00000000')).code).toBe('invalid');
    expect(decodeError(decodePointerUpdate, hex('0100 0000 01000000')).code).toBe('invalid');
    expect(read((reader) => decodeFastPathPointerUpdate(FastPathUpdateCode.bitmap, reader), hex('00'))).toBeNull();
  });

  it('are not encoded where there is no form for them', () => {
    const small = { xorBpp: 32, cacheIndex: 0, hotSpotX: 0, hotSpotY: 0, width: 0, height: 0 };
    const none = { xorMaskData: new Uint8Array(0), andMaskData: new Uint8Array(0) };
    expect(() => encodePointerUpdate({ kind: 'large', shape: { ...small, ...none } })).toThrow(RangeError);
    expect(() => encodeColorPointer({ ...small, ...none })).toThrow(RangeError);
    expect(() => encodeNewPointer({ ...small, ...none, xorMaskData: new Uint8Array(0x10000) })).toThrow(RangeError);
  });

  it('end in a value or a DecodeError on any bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 3, 6, 7, 8), fc.uint8Array({ maxLength: 60 }), (type, data) => {
        expectNoSurprise(decodePointerUpdate, Uint8Array.from([type, 0, 0, 0, ...data]));
      }),
      { numRuns: 500 },
    );
  });
});
