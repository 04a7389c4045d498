/** What primary orders draw. */
import { describe, expect, it } from 'vitest';
import { bytes, cacheBitmap, color, concat, Desktop, opaqueRect, primary, secondary, words } from './support.js';

const LETTERS = { 0: '.', 0xff0000: 'r', 0x00ff00: 'g', 0x0000ff: 'b', 0xffffff: 'w' };
const RED = 0xff_0000;
const GREEN = 0x00_ff00;

const area = (x: number, y: number, width: number, height: number): Uint8Array => words(x, y, width, height);

describe('rectangles', () => {
  it('are of one colour, within the bounds and the desktop', () => {
    const desktop = new Desktop(5, 3).paint(
      opaqueRect(-1, 0, 3, 9, RED),
      opaqueRect(1, 1, 9, 9, GREEN, [2, 0, 3, 1]),
      opaqueRect(0, 0, 9, 9, 0x0000ff, [3, 2, 1, 0]),
      opaqueRect(0, 0, -2, 5, 0x0000ff),
    );
    expect(desktop.picture(LETTERS)).toEqual(['rr...', 'rrgg.', 'rr...']);
    expect(desktop.losses).toEqual([]);
  });

  it.each([
    [8, [7, 0, 0], 0x12_3456],
    [15, [0x00, 0x7c, 0], 0xff_0000],
    [16, [0xe0, 0x07, 0], 0x00_ff00],
    [24, [1, 2, 3], 0x01_0203],
    [32, [1, 2, 3], 0x01_0203],
  ])('have the colours of %i bits a pixel', (colorDepth, [first = 0, second = 0, third = 0], expected) => {
    const desktop = new Desktop(1, 1, { colorDepth });
    desktop.canvas.palette[7] = 0x12_3456;
    desktop.paint(opaqueRect(0, 0, 1, 1, (first << 16) | (second << 8) | third));
    expect(desktop.pixel(0, 0)).toBe(expected);
  });

  it('are changed by what is there alone (DstBlt)', () => {
    const desktop = new Desktop(3, 1, {}, 0xff00_ff00);
    desktop.paint(primary(0, 1, 0x1f, concat(area(0, 0, 2, 1), bytes('55'))));
    expect(desktop.pixel(0, 0)).toBe(0xff00ff);
    desktop.paint(primary(0, 1, 0x1f, concat(area(2, 0, 1, 1), bytes('ff'))));
    expect(desktop.pixel(2, 0)).toBe(0xffffff);
    desktop.paint(primary(0, 1, 0x1f, concat(area(0, 0, 1, 1), bytes('cc'))));
    expect(desktop.losses).toMatchObject([{ reason: 'invalid: DstBlt', area: { x: 0, y: 0, width: 1, height: 1 } }]);
  });
});

describe('brushes', () => {
  function patBlt(bRop: number, brush: Uint8Array, x = 0, y = 0): Uint8Array {
    const colors = concat(color(RED), color(GREEN));
    return primary(
      1,
      2,
      0x7ff | (brush.length > 4 ? 0x800 : 0),
      concat(area(x, y, 8, 8), Uint8Array.of(bRop), colors, brush),
    );
  }

  it('are solid in the foreground colour', () => {
    const desktop = new Desktop(8, 8).paint(patBlt(0xf0, bytes('00000000')));
    expect(desktop.picture(LETTERS)).toEqual(Array.from({ length: 8 }, () => 'gggggggg'));
  });

  it('are hollow, and then draw only what needs no brush', () => {
    const desktop = new Desktop(8, 8).paint(patBlt(0xf0, bytes('00000100')));
    expect(desktop.pixel(0, 0)).toBe(0);
    expect(desktop.paint(patBlt(0xff, bytes('00000100'))).pixel(0, 0)).toBe(0xffffff);
    expect(desktop.losses).toEqual([]);
  });

  it('are hatched with lines of the foreground colour', () => {
    const rows = (hatch: number): string[] =>
      new Desktop(8, 8).paint(patBlt(0xf0, Uint8Array.of(0, 0, 2, hatch))).picture(LETTERS);
    const [plain, line] = ['rrrrrrrr', 'gggggggg'];
    expect(rows(0)).toEqual([plain, plain, plain, line, plain, plain, plain, plain]);
    expect(rows(1)).toEqual(Array.from({ length: 8 }, () => 'rrrrgrrr'));
    expect(rows(2).map((row) => row.indexOf('g'))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(rows(3).map((row) => row.indexOf('g'))).toEqual([7, 6, 5, 4, 3, 2, 1, 0]);
    expect(rows(4)).toEqual(Array.from({ length: 8 }, (_, row) => (row === 3 ? line : 'rrrrgrrr')));
    expect(rows(5).slice(0, 2)).toEqual(['grrrrrrg', 'rgrrrrgr']);
  });

  it('have the pattern of the specification’s example, set bits in the background colour', () => {
    // A line from the top left to the bottom right: the top row is the last byte, the bottom row in BrushHatch.
    const desktop = new Desktop(8, 8).paint(patBlt(0xf0, bytes('0000 03 01 02040810204080')));
    expect(desktop.picture(LETTERS).map((row) => row.indexOf('r'))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(desktop.picture(LETTERS)[0]).toBe('rggggggg');
  });

  it('begin at their origin, wherever they are drawn', () => {
    const desktop = new Desktop(16, 8).paint(patBlt(0xf0, bytes('03ff 03 01 02040810204080'), 5, 0));
    // The pattern begins at y = -1 here: its second row is the first one shown, its set bit at 3 + 1 and eight pixels on.
    expect(desktop.picture(LETTERS)[0]).toBe('.....gggggggr...');
  });

  it('are cached, of one bit a pixel', () => {
    const cache = secondary(7, 0, bytes('0501080800 08 8000000000000001'));
    const desktop = new Desktop(8, 8).paint(cache, patBlt(0xf0, bytes('0000 81 05')));
    expect(desktop.losses).toEqual([]);
    const picture = desktop.picture(LETTERS);
    expect([picture[0], picture[3], picture[7]]).toEqual(['gggggggr', 'gggggggg', 'rggggggg']);
  });

  it.each([
    [24, 5, 'ff0000 00ff00 0000ff ffffff'],
    [32, 6, 'ff000000 00ff0000 0000ff00 ffffff00'],
    [16, 4, '1f00 e007 00f8 ffff'],
    [15, 4, '1f00 e003 007c ff7f'],
  ])('are cached in four colours of %i bits', (colorDepth, format, colors) => {
    const table = bytes(colors);
    // Indices 0, 1, 2, 3 twice in each row but the top one, which is of the last colour.
    const data = concat(bytes('1b1b'.repeat(7)), bytes('ffff'), table);
    const cache = secondary(7, 0, concat(Uint8Array.of(0, format, 8, 8, 0, data.length), data));
    const desktop = new Desktop(8, 8, { colorDepth }).paint(cache, patBlt(0xf0, Uint8Array.of(0, 0, 0x80 | format, 0)));
    expect(desktop.losses).toEqual([]);
    expect(desktop.picture(LETTERS)).toEqual(['wwwwwwww', ...Array.from({ length: 7 }, () => 'bgrwbgrw')]);
  });

  it('are cached in more colours as they are', () => {
    const data = new Uint8Array(192);
    data.set([0xff, 0, 0], 0);
    data.set([0, 0, 0xff], 189);
    const cache = secondary(7, 0, concat(Uint8Array.of(0, 5, 8, 8, 0, 192), data));
    const desktop = new Desktop(8, 8).paint(cache, patBlt(0xf0, Uint8Array.of(0, 0, 0x85, 0)));
    const picture = desktop.picture(LETTERS);
    expect([picture[0], picture[1], picture[7]]).toEqual(['.......r', '........', 'b.......']);
  });

  it('cost their area when they are not in the cache, or not known', () => {
    for (const brush of ['00008103', '00008503', '00000206', '00000400']) {
      const desktop = new Desktop(8, 8).paint(patBlt(0xf0, bytes(brush)));
      expect(desktop.losses).toMatchObject([{ reason: 'invalid: brush', area: { width: 8, height: 8 } }]);
    }
    const desktop = new Desktop(8, 8).paint(patBlt(0xc0, bytes('00000000')));
    expect(desktop.losses).toMatchObject([{ reason: 'invalid: PatBlt' }]);
  });

  it('combine with what is there', () => {
    const desktop = new Desktop(8, 8, {}, 0xffff_ff00).paint(patBlt(0x5a, bytes('00000000')));
    expect(desktop.pixel(0, 0)).toBe(0xff0000);
  });
});

describe('copies of the desktop', () => {
  const scrBlt = (x: number, y: number, width: number, height: number, bRop: number, fromX: number, fromY: number) =>
    primary(2, 1, 0x7f, concat(area(x, y, width, height), Uint8Array.of(bRop), words(fromX, fromY)));
  const start = (): Desktop => new Desktop(4, 3).paint(opaqueRect(0, 0, 2, 1, RED), opaqueRect(2, 1, 2, 1, GREEN));

  it.each([
    ['down', [0, 1, 4, 2, 0xcc, 0, 0], ['rr..', 'rr..', '..gg']],
    ['up', [0, 0, 4, 2, 0xcc, 0, 1], ['..gg', '....', '....']],
    ['right', [1, 0, 3, 3, 0xcc, 0, 0], ['rrr.', '...g', '....']],
    ['from outside', [0, 0, 4, 3, 0xcc, -2, -1], ['rr..', '..rr', '....']],
    ['to outside', [-1, 2, 4, 4, 0xcc, 0, 0], ['rr..', '..gg', 'r...']],
    ['inverted', [0, 0, 1, 1, 0x33, 3, 2], ['wr..', '..gg', '....']],
  ] as const)('%s', (_, [x, y, width, height, rop, fromX, fromY], expected) => {
    const desktop = start().paint(scrBlt(x, y, width, height, rop, fromX, fromY));
    expect(desktop.picture(LETTERS)).toEqual(expected);
    expect(desktop.losses).toEqual([]);
  });

  it('read all of the source before they combine it with what is there', () => {
    const desktop = new Desktop(4, 1).paint(opaqueRect(0, 0, 1, 1, RED), opaqueRect(1, 0, 1, 1, GREEN));
    desktop.paint(scrBlt(1, 0, 3, 1, 0x66, 0, 0));
    expect(desktop.pixel(1, 0)).toBe(0xffff00);
    expect(desktop.pixel(2, 0)).toBe(GREEN);
    expect(desktop.pixel(3, 0)).toBe(0);
  });
});

describe('lines', () => {
  const lineTo = (from: readonly [number, number], to: readonly [number, number], bRop2 = 0x0d, rgb = RED) =>
    primary(9, 2, 0x25e, concat(words(...from, ...to), Uint8Array.of(bRop2), color(rgb)));

  it.each([
    ['to the right', [0, 1], [3, 1], ['....', 'rrr.', '....']],
    ['to the left', [3, 1], [0, 1], ['....', '.rrr', '....']],
    ['down', [1, 0], [1, 3], ['.r..', '.r..', '.r..']],
    ['diagonally', [0, 0], [3, 3], ['r...', '.r..', '..r.']],
    ['beyond the desktop', [-2, -2], [9, 9], ['r...', '.r..', '..r.']],
    ['gently', [0, 0], [3, 1], ['rr..', '..r.', '....']],
    ['nowhere', [1, 1], [1, 1], ['....', '....', '....']],
  ] as const)('go %s, up to the pixel before their end', (_, from, to, expected) => {
    expect(new Desktop(4, 3).paint(lineTo(from, to)).picture(LETTERS)).toEqual(expected);
  });

  it('combine with what is there', () => {
    const desktop = new Desktop(4, 1, {}, 0xffff_ff00).paint(lineTo([0, 0], [4, 0], 0x07));
    expect(desktop.picture(LETTERS)).toEqual(['gggg']);
  });

  it('cost their area when their operation is not known', () => {
    const desktop = new Desktop(4, 3).paint(lineTo([3, 2], [1, 1], 0));
    expect(desktop.losses).toMatchObject([{ reason: 'invalid: LineTo', area: { x: 1, y: 1, width: 3, height: 2 } }]);
  });

  it('go on from point to point (Polyline)', () => {
    const polyline = (count: number, points: Uint8Array): Uint8Array =>
      primary(0x16, 1, 0x77, concat(words(0, 0), bytes('0d'), color(RED), Uint8Array.of(count, points.length), points));
    // Right by 3, down by 2, left by 3: of each point, what does not change is left out.
    const list = concat(Uint8Array.of(0b0110_0100), bytes('03 02 7d'));
    const desktop = new Desktop(4, 3).paint(polyline(3, list));
    expect(desktop.losses).toEqual([]);
    expect(desktop.picture(LETTERS)).toEqual(['rrrr', '...r', '.rrr']);
    const cut = new Desktop(4, 3).paint(polyline(200, list));
    expect(cut.losses).toMatchObject([{ reason: 'truncated: DeltaPoints' }]);
  });
});

describe('text', () => {
  /** A dot at the left and a bar of two below it; and a block of 2 x 2. */
  const glyphs = secondary(
    3,
    0,
    concat(Uint8Array.of(7, 2), words(1, 0, -2, 2, 2), bytes('80c0 0000'), words(2, 0, -2, 2, 2), bytes('c0c0 0000')),
  );

  interface TextOptions {
    readonly flAccel?: number;
    readonly ulCharInc?: number;
    readonly fOpRedundant?: number;
    readonly opaque?: readonly [number, number, number, number];
    readonly background?: readonly [number, number, number, number];
  }

  function glyphIndex(hex: string, options: TextOptions = {}): Uint8Array {
    const { flAccel = 3, ulCharInc = 0, fOpRedundant = 0, opaque = [0, 0, 0, 0], background = [0, 0, 8, 3] } = options;
    const text = bytes(hex);
    const fields = concat(
      Uint8Array.of(7, flAccel, ulCharInc, fOpRedundant),
      color(RED),
      color(GREEN),
      words(...background, ...opaque, 0, 2),
      Uint8Array.of(text.length),
      text,
    );
    return primary(0x1b, 3, 0x38_3fff, fields);
  }

  it('is glyphs at their distances', () => {
    const desktop = new Desktop(8, 3).paint(glyphs, glyphIndex('0100 0203 0102'));
    expect(desktop.losses).toEqual([]);
    expect(desktop.picture(LETTERS)).toEqual(['r..rrr..', 'rr.rrrr.', '........']);
  });

  it('has distances of more than 127', () => {
    const desktop = new Desktop(300, 3).paint(glyphs, glyphIndex('0100 02800001', { background: [0, 0, 300, 3] }));
    expect(desktop.pixel(256, 0)).toBe(RED);
    expect(desktop.pixel(255, 0)).toBe(0);
  });

  it('has glyphs at equal distances, or one after the other', () => {
    const fixed = new Desktop(8, 3).paint(glyphs, glyphIndex('0102', { ulCharInc: 4 }));
    expect(fixed.picture(LETTERS)[0]).toBe('r...rr..');
    const joined = new Desktop(8, 3).paint(glyphs, glyphIndex('010202', { flAccel: 0x23 }));
    expect(joined.picture(LETTERS)[0]).toBe('r.rrrr..');
  });

  it('goes down', () => {
    const down = new Desktop(8, 6).paint(glyphs, glyphIndex('0100 0203', { flAccel: 5, background: [0, 0, 8, 6] }));
    expect(down.picture(LETTERS).map((row) => row.slice(0, 2))).toEqual(['r.', 'rr', '..', 'rr', 'rr', '..']);
  });

  it('is drawn on an opaque rectangle, unless that is redundant', () => {
    const on = new Desktop(8, 3).paint(glyphs, glyphIndex('0100', { opaque: [0, 0, 4, 2] }));
    expect(on.picture(LETTERS)).toEqual(['rggg....', 'rrgg....', '........']);
    const off = new Desktop(8, 3).paint(glyphs, glyphIndex('0100', { opaque: [0, 0, 4, 2], fOpRedundant: 1 }));
    expect(off.picture(LETTERS)).toEqual(['r.......', 'rr......', '........']);
  });

  it('stays within its background', () => {
    const desktop = new Desktop(8, 3).paint(glyphs, glyphIndex('0100 0202', { background: [0, 1, 3, 3] }));
    expect(desktop.picture(LETTERS)).toEqual(['........', 'rrr.....', '........']);
  });

  it('is kept in fragments, and drawn from them', () => {
    const desktop = new Desktop(8, 3).paint(glyphs, glyphIndex('0100 0202 ff09 04'));
    const first = desktop.picture(LETTERS);
    expect(first[0]).toBe('r.rr....');
    desktop.paint(opaqueRect(0, 0, 8, 3, 0), glyphIndex('fe0900'));
    expect(desktop.picture(LETTERS)).toEqual(first);
    // A fragment behind another begins at a distance from the other's last glyph.
    desktop.paint(opaqueRect(0, 0, 8, 3, 0), glyphIndex('fe0900 fe0903'));
    expect(desktop.picture(LETTERS).slice(0, 2)).toEqual(['r.rr.r.r', 'rrrr.rrr']);
    expect(desktop.losses).toEqual([]);
  });

  it.each([
    ['a glyph that is not cached', '0900'],
    ['a fragment that is not cached', 'fe0100'],
    ['a fragment that is larger than what was sent', '0100 ff0109'],
    ['half an operation', '0100 ff01'],
    ['a glyph without its distance', '01'],
  ])('costs its background for %s', (_, hex) => {
    const desktop = new Desktop(9, 4).paint(glyphs, glyphIndex(hex));
    expect(desktop.losses).toMatchObject([{ codec: 'orders', area: { x: 0, y: 0, width: 8, height: 3 } }]);
    expect(desktop.losses[0]?.context).toBeUndefined();
  });

  it('is refused when it runs backwards', () => {
    const desktop = new Desktop(9, 4).paint(glyphs, glyphIndex('0100', { flAccel: 0x0b }));
    expect(desktop.losses).toMatchObject([{ reason: 'unsupported: text' }]);
  });

  it('of the specification’s FastGlyph example is an h, and stays in the cache', () => {
    const fastGlyph = bytes(
      '0d18fb7e0f8b00b1002c04bd00060003ffff008b00b1009300be000d00fe7f00800080bb001300014a060a808080b8c4848484848400006800',
    );
    const letters = { ...LETTERS, 0xffff00: 'y' };
    const shape = (desktop: Desktop): string[] =>
      desktop
        .picture(letters)
        .slice(177, 190)
        .map((row) => row.slice(139, 147));
    const desktop = new Desktop(1100, 200, {}, 0xff00_00ff).paint(fastGlyph);
    expect(desktop.losses).toEqual([]);
    const h = ['y.yyyyyy', 'y.yyyyyy', 'y.yyyyyy', 'y.y...yy', 'y..yyy.y', 'y.yyyy.y'];
    const stem = Array.from({ length: 4 }, () => 'y.yyyy.y');
    const blank = Array.from({ length: 3 }, () => 'yyyyyyyy');
    expect(shape(desktop)).toEqual([...h, ...stem, ...blank]);
    // The rectangle ends where the bounds do.
    const corners = [desktop.pixel(1068, 189), desktop.pixel(1069, 189), desktop.pixel(1068, 190)];
    expect(corners).toEqual([0xffff00, 0x0000ff, 0x0000ff]);
    const before = desktop.picture(letters).join();
    const again = primary(0x18, 2, 0x4000, bytes('0100'), [139, 177, 1068, 189]);
    desktop.paint(opaqueRect(0, 0, 1100, 200, 0x0000ff), again);
    expect(desktop.picture(letters).join()).toBe(before);
  });

  it('of FastIndex has the sides of its background where it says so', () => {
    const fast = (...op: readonly number[]): string[] => {
      const fields = concat(
        bytes('070003'),
        color(RED),
        color(GREEN),
        words(1, 0, 7, 3, ...op, -32_768, 2),
        bytes('020100'),
      );
      const desktop = new Desktop(8, 3).paint(glyphs, primary(0x13, 2, 0x7fff, fields));
      expect(desktop.losses).toEqual([]);
      return desktop.picture(LETTERS);
    };
    expect(fast(0, 0, 0, 0)).toEqual(['.r......', '.rr.....', '........']);
    expect(fast(0, 0x0f, 0, -32_768)).toEqual(['.rggggg.', '.rrgggg.', '.gggggg.']);
    expect(fast(0, 0x0d, 4, -32_768)).toEqual(['.rgg....', '.rrg....', '.ggg....']);
    expect(fast(2, 1, 5, 3)).toEqual(['.r......', '.rrgg...', '..ggg...']);
  });

  it('of 8 bits a pixel is in colours of the palette, and bitmaps in those of their table', () => {
    const table = new Uint8Array(256 * 4);
    table.set([0, 0, 255, 0], 4 * 5);
    const desktop = new Desktop(4, 1, { colorDepth: 8 });
    desktop.canvas.palette[5] = GREEN;
    const indexed = secondary(4, 3 << 3, concat(bytes('04 01 04 00'), bytes('05050505')));
    const memBlt = (tableIndex: number, x: number): Uint8Array =>
      primary(0x0d, 2, 0x1ff, concat(words(tableIndex << 8, x, 0, 2, 1), bytes('cc'), words(0, 0, 0)));
    const cacheTable = secondary(1, 0, concat(bytes('030001'), table));
    desktop.paint(cacheTable, indexed, memBlt(0, 0), memBlt(3, 2));
    expect(desktop.losses).toEqual([]);
    expect(desktop.picture(LETTERS)).toEqual(['ggrr']);
  });
});

it('a bitmap of another depth than the session’s is drawn in its own', () => {
  const desktop = new Desktop(1, 1, { colorDepth: 16 }).paint(
    cacheBitmap(0, 0, [[0x12_3456]]),
    primary(0x0d, 2, 0x1ff, concat(words(0, 0, 0, 1, 1), bytes('cc'), words(0, 0, 0))),
  );
  expect(desktop.pixel(0, 0)).toBe(0x12_3456);
});
