import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DesktopPainter } from '../../src/demo/painter/desktop-painter.js';
import { glyphRows, hasGlyph } from '../../src/drawing/font.js';
import { contains, type Rectangle } from '../../src/drawing/raster.js';

const START_MS = 1_764_000_000_000;

describe('the typeface', () => {
  const printable = Array.from({ length: 95 }, (_unused, index) => String.fromCharCode(0x20 + index));

  it('has a different glyph for every printable ASCII character, and a column of space behind it', () => {
    const glyphs = new Map(printable.map((character) => [Array.from(glyphRows(character)).join(), character]));
    expect(glyphs.size).toBe(printable.length);
    for (const character of printable.filter((each) => each !== '_')) {
      expect(glyphRows(character).every((row) => (row & 0x81) === 0)).toBe(true);
    }
  });

  it('shows a question mark for what it does not have', () => {
    expect(hasGlyph('é')).toBe(false);
    expect(glyphRows('é')).toEqual(glyphRows('?'));
  });
});

describe('the demo desktop', () => {
  it('looks the same at a time no matter how often it was painted before', () => {
    const painted = new DesktopPainter(640, 480);
    for (let timeMs = START_MS; timeMs <= START_MS + 3000; timeMs += 170) painted.paint(timeMs);
    painted.paint(START_MS + 3000);
    const fresh = new DesktopPainter(640, 480);
    fresh.paint(START_MS + 3000);
    expect(painted.raster.pixels).toEqual(fresh.raster.pixels);
  });

  it('reports every pixel that changed as dirty', () => {
    const actions = fc.array(
      fc.record({ character: fc.constantFrom('a', 'Z', '\n', '\b', '~'), waitMs: fc.integer({ min: 0, max: 700 }) }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(actions, (list) => {
        const painter = new DesktopPainter(320, 240);
        let timeMs = START_MS;
        expect(painter.paint(timeMs)).toEqual([{ x: 0, y: 0, width: 320, height: 240 }]);
        for (const { character, waitMs } of list) {
          const before = painter.raster.pixels.slice();
          painter.type(character);
          painter.point(waitMs, 7, waitMs > 300 ? 'left' : '');
          timeMs += waitMs;
          const dirty = painter.paint(timeMs);
          expect(changedOutside(before, painter, dirty)).toBe(0);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('scrolls the terminal five times a second, ticks once a second, and is quiet in between', () => {
    const painter = new DesktopPainter(640, 480);
    painter.paint(START_MS);
    expect(painter.paint(START_MS + 199)).toEqual([]);
    const scrolled = painter.paint(START_MS + 200);
    expect(scrolled.length).toBe(1);
    expect(contains(painter.layout.terminal.content, scrolled[0]?.x ?? 0, scrolled[0]?.y ?? 0)).toBe(true);
    painter.paint(START_MS + 999);
    expect(painter.paint(START_MS + 1000)).toContainEqual(painter.layout.clock);
  });

  it('shows a typed character in one line of the notes window', () => {
    const painter = new DesktopPainter(640, 480);
    painter.paint(START_MS);
    painter.type('g');
    const dirty = painter.paint(START_MS);
    expect(dirty).toEqual([
      { x: expect.any(Number), y: painter.layout.notes.content.y + 6, width: expect.any(Number), height: 16 },
    ]);
  });

  it('keeps what is typed within bounds', () => {
    const painter = new DesktopPainter(320, 240);
    for (let count = 0; count < 20_000; count++) painter.type('w');
    expect(painter.notes.length).toBe(16_384);
  });

  it('changes the pointer over the notes', () => {
    const painter = new DesktopPainter(640, 480);
    expect(painter.pointerShape()).toBe('arrow');
    const { x, y } = painter.layout.notes.content;
    painter.point(x + 5, y + 5, '');
    expect(painter.pointerShape()).toBe('text');
  });
});

function changedOutside(before: Uint32Array, painter: DesktopPainter, dirty: readonly Rectangle[]): number {
  const { width, pixels } = painter.raster;
  let count = 0;
  for (let index = 0; index < pixels.length; index++) {
    if (pixels[index] === before[index]) continue;
    if (!dirty.some((area) => contains(area, index % width, Math.floor(index / width)))) count += 1;
  }
  return count;
}
