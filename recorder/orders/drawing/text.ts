/** GlyphIndex, FastIndex and FastGlyph: an opaque rectangle, and glyphs in one colour on it. */
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { intersection, union, type Rectangle } from '../../picture/rectangle.js';
import type { FastText } from '../primary/fast-index.js';
import type { GlyphIndex, TextFields } from '../primary/glyph-index.js';
import { decodeGlyphRev2, type Glyph } from '../secondary/cache-glyph.js';
import type { Drawing } from './drawing.js';

const SO_VERTICAL = 0x04;
const SO_REVERSED = 0x08;
const SO_CHAR_INC_EQUAL_BM_BASE = 0x20;

/** Operations among the glyph indices. */
const FRAGMENT_USE = 0xfe;
const FRAGMENT_ADD = 0xff;

/** In place of a coordinate of a fast order. */
const SAME_AS_BACKGROUND = -32_768;
/** Bits of opTop when opBottom is that value: which sides are the background's. */
const OPRECT_BOTTOM_ABSENT = 0x01;
const OPRECT_RIGHT_ABSENT = 0x02;
const OPRECT_TOP_ABSENT = 0x04;
const OPRECT_LEFT_ABSENT = 0x08;

/** Text with everything that orders leave out. */
interface Text {
  readonly fields: TextFields;
  readonly flAccel: number;
  readonly ulCharInc: number;
  /** Null where there is none. */
  readonly opaque: Rectangle | null;
  readonly x: number;
  readonly y: number;
}

export function drawGlyphIndex(order: GlyphIndex, drawing: Drawing): void {
  new TextDrawing(textOfGlyphIndex(order), drawing).draw(order.variableBytes);
}

export function drawFastIndex(order: FastText, drawing: Drawing): void {
  new TextDrawing(textOfFastOrder(order), drawing).draw(order.variableBytes);
}

export function drawFastGlyph(order: FastText, drawing: Drawing): void {
  const text = new TextDrawing(textOfFastOrder(order), drawing);
  const reader = new Reader(order.variableBytes, 'FastGlyph');
  // With or without a glyph behind it, the first byte is the index.
  const index = reader.peekU8();
  const cache = drawing.caches.glyphCache(order.cacheId);
  if (reader.remaining > 1) {
    cache.forget(index);
    cache.put(index, decodeGlyphRev2(reader));
  }
  text.drawOne(cache.get(index));
}

/** Where a text draws. */
export function areaOfGlyphIndex(order: GlyphIndex): Rectangle {
  return areaOf(textOfGlyphIndex(order));
}

/** Where a text or a glyph draws. */
export function areaOfFastOrder(order: FastText): Rectangle {
  return areaOf(textOfFastOrder(order));
}

function areaOf({ fields, opaque }: Text): Rectangle {
  const background = backgroundOf(fields);
  return opaque === null ? background : union(background, opaque);
}

function backgroundOf({ bkLeft, bkTop, bkRight, bkBottom }: TextFields): Rectangle {
  return { x: bkLeft, y: bkTop, width: Math.max(0, bkRight - bkLeft), height: Math.max(0, bkBottom - bkTop) };
}

function textOfGlyphIndex(order: GlyphIndex): Text {
  const { flAccel, ulCharInc, x, y, opLeft, opTop, opRight, opBottom } = order;
  const opaque = order.fOpRedundant === 0 ? between(opLeft, opTop, opRight, opBottom) : null;
  return { fields: order, flAccel, ulCharInc, opaque, x, y };
}

/** 2.2.2.2.1.1.2.14: what equals a side of the background is 0, absent or -32768. */
function textOfFastOrder(order: FastText): Text {
  const { bkLeft, bkTop, bkRight, bkBottom } = order;
  const flags = order.opBottom === SAME_AS_BACKGROUND ? order.opTop : 0;
  const left = order.opLeft === 0 || (flags & OPRECT_LEFT_ABSENT) !== 0 ? bkLeft : order.opLeft;
  const right = order.opRight === 0 || (flags & OPRECT_RIGHT_ABSENT) !== 0 ? bkRight : order.opRight;
  const top = (flags & OPRECT_TOP_ABSENT) === 0 ? order.opTop : bkTop;
  const bottom = (flags & OPRECT_BOTTOM_ABSENT) === 0 ? order.opBottom : bkBottom;
  return {
    fields: order,
    flAccel: order.fDrawing >> 8,
    ulCharInc: order.fDrawing & 0xff,
    opaque: between(left, top, right, bottom),
    x: order.x === SAME_AS_BACKGROUND ? bkLeft : order.x,
    y: order.y === SAME_AS_BACKGROUND ? bkTop : order.y,
  };
}

function between(left: number, top: number, right: number, bottom: number): Rectangle | null {
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}

class TextDrawing {
  readonly #drawing: Drawing;
  readonly #text: Text;
  readonly #background: Rectangle;
  readonly #color: number;
  #x: number;
  #y: number;

  /** Throws "unsupported" for text that runs to the left or up: servers of today send it as bitmaps. */
  constructor(text: Text, drawing: Drawing) {
    if ((text.flAccel & SO_REVERSED) !== 0) throw new DecodeError('unsupported', 'text', 0, 'SO_REVERSED');
    this.#drawing = drawing;
    this.#text = text;
    this.#background = backgroundOf(text.fields);
    this.#color = drawing.color(text.fields.backColor);
    this.#x = text.x;
    this.#y = text.y;
  }

  /** Draws the rectangle, and glyphs and fragments as VariableBytes names them. */
  draw(variableBytes: Uint8Array): void {
    this.#fillOpaque();
    const { fragments } = this.#drawing.caches;
    const reader = new Reader(variableBytes, 'text');
    let start = 0;
    while (reader.remaining > 0) {
      const operation = reader.u8();
      if (operation === FRAGMENT_ADD) {
        const end = reader.offset - 1;
        const index = reader.u8();
        const size = reader.u8();
        if (size > end - start) throw reader.error('invalid', 'size of a fragment');
        fragments.put(index, variableBytes.slice(end - size, end));
        start = reader.offset;
      } else if (operation === FRAGMENT_USE) {
        const fragment = fragments.get(reader.u8());
        // Some servers leave the last distance out.
        if (reader.remaining > 0) this.#advance(this.#readDistance(reader));
        this.#drawGlyphs(fragment);
        start = reader.offset;
      } else {
        this.#drawIndexed(operation, reader);
      }
    }
  }

  /** Draws the rectangle and one glyph. */
  drawOne(glyph: Glyph): void {
    this.#fillOpaque();
    this.#drawGlyph(glyph);
  }

  #fillOpaque(): void {
    const { opaque, fields } = this.#text;
    if (opaque !== null) this.#drawing.fill(opaque, this.#drawing.color(fields.foreColor));
  }

  /** A fragment holds glyphs alone. */
  #drawGlyphs(fragment: Uint8Array): void {
    const reader = new Reader(fragment, 'fragment');
    while (reader.remaining > 0) this.#drawIndexed(reader.u8(), reader);
  }

  #drawIndexed(index: number, reader: Reader): void {
    // A glyph that is not visible takes its time as well.
    this.#drawing.spend(1);
    this.#advance(this.#readDistance(reader));
    const glyph = this.#drawing.caches.glyphCache(this.#text.fields.cacheId).get(index);
    this.#drawGlyph(glyph);
    const { flAccel, ulCharInc } = this.#text;
    if (ulCharInc !== 0) this.#advance(ulCharInc);
    else if ((flAccel & SO_CHAR_INC_EQUAL_BM_BASE) !== 0) {
      this.#advance((flAccel & SO_VERTICAL) === 0 ? glyph.cx : glyph.cy);
    }
  }

  /** Pixels from the glyph before; none are sent where all glyphs, or their bitmaps, say how far it is. */
  #readDistance(reader: Reader): number {
    const { flAccel, ulCharInc } = this.#text;
    if (ulCharInc !== 0 || (flAccel & SO_CHAR_INC_EQUAL_BM_BASE) !== 0) return 0;
    const distance = reader.u8();
    return (distance & 0x80) === 0 ? distance : reader.u16();
  }

  #advance(distance: number): void {
    if ((this.#text.flAccel & SO_VERTICAL) === 0) this.#x += distance;
    else this.#y += distance;
  }

  #drawGlyph({ x, y, cx, cy, aj }: Glyph): void {
    const left = this.#x + x;
    const top = this.#y + y;
    const area = intersection({ x: left, y: top, width: cx, height: cy }, this.#background);
    if (area === null) return;
    const { words, width } = this.#drawing.framebuffer;
    const rowBytes = Math.ceil(cx / 8);
    this.#drawing.change(area, (inside) => {
      for (let row = inside.y; row < inside.y + inside.height; row += 1) {
        for (let column = inside.x; column < inside.x + inside.width; column += 1) {
          const byte = aj[(row - top) * rowBytes + ((column - left) >> 3)] ?? 0;
          if ((byte & (0x80 >> ((column - left) & 7))) !== 0) words[row * width + column] = this.#color;
        }
      }
    });
  }
}
