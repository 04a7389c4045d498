import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BITMAP_COMPRESSION,
  NO_BITMAP_COMPRESSION_HDR,
  decodeBitmapUpdate,
  encodeBitmapUpdate,
} from '../../../src/rdp/updates/bitmap-update.js';
import { decodeGraphicsUpdate, encodeSynchronizeUpdate } from '../../../src/rdp/updates/graphics-update.js';
import { decodePaletteUpdate, encodePaletteUpdate } from '../../../src/rdp/updates/palette-update.js';
import { decodeSurfaceCommands, encodeSurfaceCommands } from '../../../src/rdp/updates/surface-commands.js';
import { MAX_BITMAP_RECTANGLES } from '../../../src/rdp/wire/limits.js';
import { Writer } from '../../../src/rdp/wire/writer.js';
import { decodeError, expectNoSurprise, expectTruncationsToFail, hex, read, readAll } from '../session/support.js';

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });

const place = {
  destLeft: u16,
  destTop: u16,
  destRight: u16,
  destBottom: u16,
  width: u16,
  height: u16,
  bitsPerPixel: u16,
};
const stream = fc.uint8Array({ maxLength: 40 });

const bitmapData = fc.oneof(
  fc.record({
    ...place,
    flags: fc.constantFrom(0, NO_BITMAP_COMPRESSION_HDR, BITMAP_COMPRESSION | NO_BITMAP_COMPRESSION_HDR),
    bitmapDataStream: stream,
  }),
  fc
    .record({
      ...place,
      flags: fc.constant(BITMAP_COMPRESSION),
      bitmapComprHdr: fc.record({ cbCompMainBodySize: u16, cbScanWidth: u16, cbUncompressedSize: u16 }),
      bitmapDataStream: stream,
    })
    .map((data) => ({
      ...data,
      bitmapComprHdr: { ...data.bitmapComprHdr, cbCompMainBodySize: data.bitmapDataStream.length },
    })),
);

describe('bitmap update', () => {
  it('gives back what was encoded and fails on every truncation', () => {
    fc.assert(
      fc.property(fc.array(bitmapData, { maxLength: 5 }), (rectangles) => {
        const bytes = encodeBitmapUpdate(rectangles);
        expect(readAll(decodeBitmapUpdate, bytes)).toEqual(rectangles);
        expect(readAll(decodeGraphicsUpdate, bytes)).toEqual({ kind: 'bitmap', rectangles });
        expectTruncationsToFail(decodeBitmapUpdate, bytes);
      }),
      { numRuns: 60 },
    );
  });

  /** One rectangle of the given flags, length and bytes. */
  const update = (flags: number, bitmapLength: number, data: string) =>
    new Writer()
      .u16(1)
      .u16(1)
      .bytes(hex('0000 0000 0300 0100 0400 0200 1000'))
      .u16(flags)
      .u16(bitmapLength)
      .bytes(hex(data))
      .finish();

  it('takes the compression header off only where it is', () => {
    const header = '0000 0200 0400 1000';
    const [withHeader] = read(decodeBitmapUpdate, update(BITMAP_COMPRESSION, 10, `${header} aabb`));
    expect(withHeader?.bitmapComprHdr).toEqual({ cbCompMainBodySize: 2, cbScanWidth: 4, cbUncompressedSize: 16 });
    expect(withHeader?.bitmapDataStream).toEqual(hex('aabb'));
    const flags = BITMAP_COMPRESSION | NO_BITMAP_COMPRESSION_HDR;
    const [without] = read(decodeBitmapUpdate, update(flags, 10, `${header} aabb`));
    expect(without?.bitmapComprHdr).toBeUndefined();
    expect(without?.bitmapDataStream).toHaveLength(10);
    const [raw] = read(decodeBitmapUpdate, update(0, 10, `${header} aabb`));
    expect(raw?.bitmapDataStream).toHaveLength(10);
  });

  it('gives views of the bytes that were received', () => {
    const bytes = update(0, 2, 'aabb');
    expect(read(decodeBitmapUpdate, bytes)[0]?.bitmapDataStream.buffer).toBe(bytes.buffer);
  });

  it('refuses lengths that go beyond the rectangle or the update', () => {
    expect(decodeError(decodeBitmapUpdate, update(0, 3, 'aabb')).code).toBe('truncated');
    expect(decodeError(decodeBitmapUpdate, update(BITMAP_COMPRESSION, 7, '00000000000000')).code).toBe('truncated');
    const beyond = update(BITMAP_COMPRESSION, 10, '0000 0300 0400 1000 aabb');
    expect(decodeError(decodeBitmapUpdate, beyond).code).toBe('truncated');
  });

  it('does not begin to read rectangles that are not there or too many', () => {
    expect(decodeError(decodeBitmapUpdate, hex('0100 0010')).code).toBe('truncated');
    const count = MAX_BITMAP_RECTANGLES + 1;
    expect(decodeError(decodeBitmapUpdate, Uint8Array.of(1, 0, count & 0xff, count >> 8)).code).toBe('limit');
    expect(decodeError(decodeBitmapUpdate, hex('0200 0000')).code).toBe('invalid');
  });

  it('does not encode a header that flags denies, nor flags that lack their header', () => {
    const [compressed] = read(decodeBitmapUpdate, update(BITMAP_COMPRESSION, 8, '0000 0000 0400 1000'));
    if (compressed === undefined) throw new Error('no rectangle');
    expect(() => encodeBitmapUpdate([{ ...compressed, flags: 0 }])).toThrow(RangeError);
    const { bitmapComprHdr: _, ...bare } = compressed;
    expect(() => encodeBitmapUpdate([bare])).toThrow(RangeError);
    expect(() => encodeBitmapUpdate([{ ...bare, flags: 0, bitmapDataStream: new Uint8Array(0x10000) }])).toThrow(
      RangeError,
    );
  });
});

describe('palette update', () => {
  it('gives back what was encoded and fails on every truncation', () => {
    const paletteEntries = Uint8Array.from({ length: 768 }, (_, index) => index);
    const bytes = encodePaletteUpdate({ paletteEntries });
    expect(readAll(decodePaletteUpdate, bytes)).toEqual({ paletteEntries });
    expect(readAll(decodeGraphicsUpdate, bytes)).toEqual({ kind: 'palette', paletteEntries });
    expectTruncationsToFail(decodePaletteUpdate, bytes);
  });

  it('has 256 colours', () => {
    expect(decodeError(decodePaletteUpdate, hex('0200 0000 ffffffff')).code).toBe('invalid');
    expect(decodeError(decodePaletteUpdate, hex('0100 0000 00010000')).code).toBe('invalid');
    expect(() => encodePaletteUpdate({ paletteEntries: new Uint8Array(3) })).toThrow(RangeError);
  });
});

describe('slow-path graphics update', () => {
  it('tells orders and synchronization apart', () => {
    expect(readAll(decodeGraphicsUpdate, hex('0000 ffff 0300 ffff 0a0b'))).toEqual({
      kind: 'orders',
      numberOrders: 3,
      orderData: hex('0a0b'),
    });
    expect(readAll(decodeGraphicsUpdate, encodeSynchronizeUpdate())).toEqual({ kind: 'synchronize' });
    expect(decodeError(decodeGraphicsUpdate, hex('0400')).code).toBe('invalid');
    expectTruncationsToFail(decodeGraphicsUpdate, hex('0000 ffff 0300 ffff'));
  });

  it('ends in a value or a DecodeError on any bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), fc.uint8Array({ maxLength: 80 }), (type, data) => {
        expectNoSurprise(decodeGraphicsUpdate, Uint8Array.from([type, 0, ...data]));
      }),
      { numRuns: 500 },
    );
  });
});

describe('surface commands', () => {
  const surfaceBits = fc.record({
    kind: fc.constantFrom('set-surface-bits' as const, 'stream-surface-bits' as const),
    destLeft: u16,
    destTop: u16,
    destRight: u16,
    destBottom: u16,
    bitmap: fc.record(
      {
        bpp: u8,
        codecId: u8,
        width: u16,
        height: u16,
        exBitmapDataHeader: fc.uint8Array({ minLength: 24, maxLength: 24 }),
        bitmapData: stream,
      },
      { requiredKeys: ['bpp', 'codecId', 'width', 'height', 'bitmapData'] },
    ),
  });
  const frameMarker = fc.record({ kind: fc.constant('frame-marker' as const), frameAction: u16, frameId: u32 });

  it('give back what was encoded', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(surfaceBits, frameMarker), { maxLength: 6 }), (commands) => {
        expect(readAll(decodeSurfaceCommands, encodeSurfaceCommands(commands))).toEqual(commands);
      }),
    );
  });

  it('fail on every truncation', () => {
    const [bits] = fc.sample(surfaceBits, { numRuns: 1, seed: 3 });
    if (bits === undefined) throw new Error('no sample');
    const header = new Uint8Array(24);
    for (const bitmap of [bits.bitmap, { ...bits.bitmap, exBitmapDataHeader: header }]) {
      // An update without any command is complete.
      expectTruncationsToFail(decodeSurfaceCommands, encodeSurfaceCommands([{ ...bits, bitmap }]), [0]);
    }
  });

  it('have the layout of the specification', () => {
    const bytes = hex('0600 0100 0200 0500 0400 20 01 00 03 0400 0200 02000000');
    const withHeader = Uint8Array.from([...bytes, ...new Uint8Array(24).fill(7), 0xaa, 0xbb]);
    expect(readAll(decodeSurfaceCommands, withHeader)).toEqual([
      {
        kind: 'stream-surface-bits',
        destLeft: 1,
        destTop: 2,
        destRight: 5,
        destBottom: 4,
        bitmap: {
          bpp: 32,
          codecId: 3,
          width: 4,
          height: 2,
          exBitmapDataHeader: new Uint8Array(24).fill(7),
          bitmapData: hex('aabb'),
        },
      },
    ]);
  });

  it('accept a frame marker without its id at the end, which clients accept', () => {
    expect(read(decodeSurfaceCommands, hex('0400 0100'))).toEqual([
      { kind: 'frame-marker', frameAction: 1, frameId: 0 },
    ]);
  });

  it('refuse lengths beyond the update and commands of unknown length', () => {
    const lying = hex('0100 0000 0000 0100 0100 20 00 00 00 0100 0100 ffffffff 00000000');
    expect(decodeError(decodeSurfaceCommands, lying).code).toBe('truncated');
    for (const type of ['0000', '0200', '0500', 'ffff']) {
      expect(decodeError(decodeSurfaceCommands, hex(`${type} 0000 00000000`)).code).toBe('invalid');
    }
  });

  it('end in a value or a DecodeError on any bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 4, 6), fc.uint8Array({ maxLength: 80 }), (type, data) => {
        expectNoSurprise(decodeSurfaceCommands, Uint8Array.from([type, 0, ...data]));
      }),
      { numRuns: 500 },
    );
  });
});
