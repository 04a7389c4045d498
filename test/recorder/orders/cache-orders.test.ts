/** Secondary orders: the worked examples of [MS-RDPEGDI] 4.2, and what becomes of them on the desktop. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeCacheBitmap } from '../../../recorder/orders/secondary/cache-bitmap.js';
import { decodeCacheBitmapRev2 } from '../../../recorder/orders/secondary/cache-bitmap-rev2.js';
import { decodeCacheBitmapRev3 } from '../../../recorder/orders/secondary/cache-bitmap-rev3.js';
import { decodeCacheBrush } from '../../../recorder/orders/secondary/cache-brush.js';
import { decodeCacheColorTable } from '../../../recorder/orders/secondary/cache-color-table.js';
import { decodeCacheGlyph, decodeCacheGlyphRev2 } from '../../../recorder/orders/secondary/cache-glyph.js';
import {
  readFourByteUnsigned,
  readTwoByteSigned,
  readTwoByteUnsigned,
} from '../../../recorder/orders/secondary/encodings.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { Writer } from '../../../src/rdp/wire/writer.js';
import { bytes, cacheBitmap, concat, Desktop, primary, secondary, words } from './support.js';

const EXAMPLES: Readonly<Record<string, string>> = {
  rev1: '03030000040200001001080100000010',
  rev2:
    '03da00a10c052040dcffff85ffff99d699d699d699d6068b99d699d699d6108408420842108499d699d699d699d6068499d6' +
    '99d699d6ffff166999d6066999d604cc8952036effff026e08420170084271ffffce18c601810842ce662902cd8952038810' +
    '8499d699d699d60000000000000000d899d603f80100000000f06699d6056a99d600c4cc8952036effff026e084201700842' +
    '71ffffce18c601810842ce662902cd8952030004d699d6c3806100a58040ec52005a002d0024001200240012005a002d00a5' +
    '805200c380610000000000cc8952036effff02cb18c684084208420842ffff',
  glyph:
    '03370010000307033100 0000f8ff05000800c0c0c0c0c0c0c0f83200 0000faff060008007ccccccccc7c0c783300 0000f8ff' +
    '070008007cc6c6c6c6c6c67c4c0067004f00',
  glyphRev2: '0304003701033400490303a0a0a0002200',
  brush: '03070000000700010808810 8aa55aa55aa55aa55',
  rev3:
    '033700300c08ff7f3550ecbc745265b7200000000500020028000000' +
    '5b4f45ff5b4f45ff5b4f45ff5b4f45ff5b4f45ff5b5045ff5b5045ff5b5045ff5b5045ff5b5045ff',
};

/** What follows the header. */
function body(name: string): Reader {
  return new Reader(bytes(EXAMPLES[name] ?? '').subarray(6), name);
}

describe('numbers of secondary orders', () => {
  it.each([
    ['00', 0],
    ['7f', 127],
    ['9a1b', 0x1a1b],
    ['ffff', 0x7fff],
  ])('unsigned in one or two bytes: %s', (hex, value) => {
    expect(readTwoByteUnsigned(new Reader(bytes(hex), 'test'))).toBe(value);
  });

  it.each([
    ['3f', 63],
    ['42', -2],
    ['da1b', -0x1a1b],
    ['bfff', 0x3fff],
  ])('signed in one or two bytes: %s', (hex, value) => {
    expect(readTwoByteSigned(new Reader(bytes(hex), 'test'))).toBe(value);
  });

  it.each([
    ['3f', 63],
    ['5a1b', 0x1a1b],
    ['9a1b1c', 0x1a_1b1c],
    ['da1b1c1d', 0x1a1b_1c1d],
  ])('unsigned in one to four bytes: %s', (hex, value) => {
    expect(readFourByteUnsigned(new Reader(bytes(hex), 'test'))).toBe(value);
  });
});

describe('secondary orders of the specification’s examples', () => {
  it('Cache Bitmap of revision 1', () => {
    const order = decodeCacheBitmap(0x0400, true, body('rev1'));
    const place = { cacheId: 0, cacheIndex: 0, bitmapWidth: 16, bitmapHeight: 1, bitsPerPixel: 8 };
    expect(order).toEqual({ ...place, compressed: true, bitmapDataStream: bytes('10') });
    // Sixteen times the first colour of the table.
    const desktop = new Desktop(16, 1, { colorDepth: 8 }, 0xff12_3456);
    desktop.canvas.palette[0] = 0x00aa_bbcc;
    desktop.paint(bytes(EXAMPLES['rev1'] ?? ''), memBlt(0, 0, 0, 0, 16, 1));
    expect(desktop.losses).toEqual([]);
    expect(desktop.picture({ 0xaabbcc: 'a' })).toEqual(['a'.repeat(16)]);
  });

  it('Cache Bitmap of revision 2', () => {
    const order = decodeCacheBitmapRev2(0x0ca1, true, body('rev2'));
    const place = { cacheId: 1, cacheIndex: 0x7fff, bitmapWidth: 32, bitmapHeight: 32, bitsPerPixel: 16 };
    expect(order).toMatchObject({ ...place, compressed: true });
    expect(order.bitmapDataStream.length).toBe(220);
    const desktop = new Desktop(32, 32, { colorDepth: 16 });
    desktop.paint(bytes(EXAMPLES['rev2'] ?? ''), memBlt(1, 0x7fff, 0, 0, 32, 32));
    expect(desktop.losses).toEqual([]);
    // The decompressed data of the example: 5-6-5, the lowest row first.
    const pixels = Uint16Array.from({ length: 32 * 32 }, (_, index) => {
      const rgb = desktop.pixel(index % 32, 31 - Math.floor(index / 32));
      return ((rgb >> 8) & 0xf800) | ((rgb >> 5) & 0x7e0) | ((rgb >> 3) & 0x1f);
    });
    expect(createHash('sha256').update(pixels).digest('hex')).toBe(
      '2e4b84ed5dd63f43455c66726b9079772948c2f1b3047aee7c3ddd87f80faa6d',
    );
  });

  it('Cache Bitmap of revision 3', () => {
    const order = decodeCacheBitmapRev3(0x0c30, body('rev3'));
    expect(order).toMatchObject({ cacheId: 0, cacheIndex: 0x7fff });
    expect(order.bitmapData).toMatchObject({ bpp: 32, codecId: 0, width: 5, height: 2 });
    const desktop = new Desktop(5, 2).paint(bytes(EXAMPLES['rev3'] ?? ''), memBlt(0, 0x7fff, 0, 0, 5, 2));
    expect(desktop.losses).toEqual([]);
    // Bottom-up, as uncompressed bitmaps are.
    expect(desktop.picture({ 0x45505b: 'x', 0x454f5b: '.' })).toEqual(['xxxxx', '.....']);
  });

  it('Cache Glyph of both revisions', () => {
    const { cacheId, glyphs } = decodeCacheGlyph(body('glyph'));
    expect(cacheId).toBe(7);
    expect(glyphs.map(({ cacheIndex, x, y, cx, cy }) => ({ cacheIndex, x, y, cx, cy }))).toEqual([
      { cacheIndex: 49, x: 0, y: -8, cx: 5, cy: 8 },
      { cacheIndex: 50, x: 0, y: -6, cx: 6, cy: 8 },
      { cacheIndex: 51, x: 0, y: -8, cx: 7, cy: 8 },
    ]);
    expect(glyphs[1]?.aj).toEqual(bytes('7ccccccccc7c0c78'));
    expect(decodeCacheGlyphRev2(0x0137, body('glyphRev2'))).toEqual({
      cacheId: 7,
      glyphs: [{ cacheIndex: 52, x: 0, y: -9, cx: 3, cy: 3, aj: bytes('a0a0a0') }],
    });
  });

  it('Cache Brush', () => {
    const { pixels, ...brush } = decodeCacheBrush(body('brush'));
    expect(brush).toEqual({ cacheEntry: 0, pixelBytes: 0 });
    const rows = Array.from({ length: 8 }, (_, row) => pixels.slice(8 * row, 8 * row + 8).join(''));
    expect(rows).toEqual(Array.from({ length: 4 }, () => ['01010101', '10101010']).flat());
  });

  it('Cache Color Table', () => {
    const table = concat(bytes('000001'), bytes('00000000 00008000 00800000 ff8040aa'), new Uint8Array(252 * 4));
    const { cacheIndex, colorTable } = decodeCacheColorTable(new Reader(table, 'test'));
    expect(cacheIndex).toBe(0);
    expect(Array.from(colorTable.slice(0, 4))).toEqual([0, 0x80_0000, 0x00_8000, 0x40_80ff]);
    expect(() => decodeCacheColorTable(new Reader(bytes('00ff00'), 'test'))).toThrow(/invalid/);
    for (const length of [0, 2, 3, 500, table.length - 1]) {
      expect(() => decodeCacheColorTable(new Reader(table.subarray(0, length), 'test'))).toThrow(DecodeError);
    }
  });

  it.each([
    ['rev1', (reader: Reader) => decodeCacheBitmap(0x0400, true, reader)],
    ['rev2', (reader: Reader) => decodeCacheBitmapRev2(0x0ca1, true, reader)],
    ['rev3', (reader: Reader) => decodeCacheBitmapRev3(0x0c30, reader)],
    ['brush', decodeCacheBrush],
  ] as const)('%s is refused at every length but its own', (name, decode) => {
    const order = bytes(EXAMPLES[name] ?? '');
    expect(() => decode(new Reader(order, name, 6))).not.toThrow();
    for (let length = 6; length < order.length; length += 1) {
      expect(() => decode(new Reader(order, name, 6, length))).toThrow(DecodeError);
    }
  });

  it('glyphs are refused at every length that cuts their bits', () => {
    const order = bytes(EXAMPLES['glyph'] ?? '');
    for (let length = 6; length < order.length - 6; length += 1) {
      expect(() => decodeCacheGlyph(new Reader(order, 'glyph', 6, length))).toThrow(DecodeError);
    }
  });
});

describe('bitmap caches', () => {
  const letters = { 0: '.', 0xff0000: 'r', 0x00ff00: 'g', 0x0000ff: 'b' };
  const rows = [
    [0xff0000, 0x00ff00, 0x0000ff],
    [0x0000ff, 0x0000ff, 0xff0000],
  ];

  it('give what was put in, from any part of it', () => {
    const desktop = new Desktop(5, 3).paint(cacheBitmap(1, 7, rows), memBlt(1, 7, 1, 0, 3, 2));
    expect(desktop.picture(letters)).toEqual(['.rgb.', '.bbr.', '.....']);
    const part = new Desktop(5, 3).paint(cacheBitmap(1, 7, rows), memBlt(1, 7, 0, 1, 2, 1, { nXSrc: 1, nYSrc: 1 }));
    expect(part.picture(letters)).toEqual(['.....', 'br...', '.....']);
  });

  it('leave alone what a bitmap does not cover', () => {
    const desktop = new Desktop(5, 3).paint(cacheBitmap(0, 0, rows), memBlt(0, 0, 3, -1, 9, 9));
    expect(desktop.picture(letters)).toEqual(['...bb', '.....', '.....']);
    expect(desktop.losses).toEqual([]);
  });

  it('combine with what is there', () => {
    const desktop = new Desktop(3, 2, {}, 0xff00_00ff);
    desktop.paint(cacheBitmap(0, 0, rows), memBlt(0, 0, 0, 0, 3, 2, { bRop: 0x66 }));
    expect(desktop.pixel(0, 0)).toBe(0xff00ff);
    expect(desktop.pixel(2, 0)).toBe(0);
  });

  it('cost the area of what is drawn from an empty entry, and nothing behind it', () => {
    const desktop = new Desktop(4, 2).paint(
      memBlt(0, 5, 0, 0, 2, 2),
      cacheBitmap(0, 5, rows),
      memBlt(0, 5, 2, 0, 1, 2),
    );
    expect(desktop.losses).toMatchObject([
      { codec: 'orders', reason: 'invalid: bitmap', area: { x: 0, y: 0, width: 2, height: 2 } },
    ]);
    expect(desktop.picture(letters)).toEqual(['??r.', '??b.']);
  });

  it('are empty where a bitmap could not be decoded, instead of what was there before', () => {
    const broken = secondary(5, 0 | (5 << 3) | (8 << 7), concat(bytes('0302 4003 8005'), bytes('ff ff ff')));
    const desktop = new Desktop(3, 2).paint(cacheBitmap(0, 5, rows), broken, memBlt(0, 5, 0, 0, 3, 2));
    expect(desktop.losses.map(({ reason }) => reason)).toEqual([
      expect.stringMatching('interleavedRle'),
      'invalid: bitmap',
    ]);
  });

  it('are all empty when a cache order cannot be read: nobody knows what it was about', () => {
    const cut = secondary(4, 5 << 3, bytes('03'));
    const desktop = new Desktop(3, 2).paint(cacheBitmap(0, 5, rows), cut, memBlt(0, 5, 0, 0, 3, 2));
    expect(desktop.losses).toMatchObject([
      { reason: 'truncated: cache order', area: null, dataBytes: 6 },
      { reason: 'invalid: bitmap' },
    ]);
  });

  it('have the entries that the client announced, and one for what is not cached', () => {
    const orderCaches = { bitmaps: [2], glyphs: [], brushes: false };
    const desktop = new Desktop(3, 2, { orderCaches });
    desktop.paint(cacheBitmap(0, 1, rows), cacheBitmap(0, 0x7fff, rows));
    expect(desktop.losses).toEqual([]);
    desktop.paint(cacheBitmap(0, 2, rows), cacheBitmap(1, 0, rows));
    expect(desktop.losses.map(({ reason }) => reason)).toEqual(['invalid: CacheBitmap', 'invalid: CacheBitmap']);
  });

  it('hold no more pixels than they may, and have room again where something is replaced', () => {
    const side = 1448;
    // A bitmap that is left black: one run of the background is all that there is of it.
    const black = (index: number): Uint8Array => {
      const runs = new Writer();
      for (let left = side * side; left > 0; left -= 0xffff) runs.u8(0xf0).u16(Math.min(left, 0xffff));
      const data = runs.finish();
      const size = [0x80 | (side >> 8), side & 0xff, 0x80 | (side >> 8), side & 0xff];
      const head = [...size, 0x40 | (data.length >> 8), data.length & 0xff, index];
      return secondary(5, (3 << 3) | (8 << 7), concat(Uint8Array.from(head), data));
    };
    const desktop = new Desktop(3, 2).paint(black(0), black(1), black(1), black(0));
    expect(desktop.losses).toEqual([]);
    desktop.paint(black(2));
    expect(desktop.losses).toMatchObject([{ reason: 'limit: CacheBitmap' }]);
  });
});

function memBlt(
  cacheId: number,
  cacheIndex: number,
  x: number,
  y: number,
  width: number,
  height: number,
  { bRop = 0xcc, nXSrc = 0, nYSrc = 0 } = {},
): Uint8Array {
  const fields = concat(words(cacheId, x, y, width, height), Uint8Array.of(bRop), words(nXSrc, nYSrc, cacheIndex));
  return primary(0x0d, 2, 0x1ff, fields);
}
