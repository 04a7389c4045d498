/** Cache Glyph of revision 1, [MS-RDPEGDI] 2.2.2.2.1.2.5, and of revision 2, 2.2.2.2.1.2.6. */
import { MAX_GLYPH_DIMENSION } from '../../../src/rdp/wire/limits.js';
import type { Reader } from '../../../src/rdp/wire/reader.js';
import { readTwoByteSigned, readTwoByteUnsigned } from './encodings.js';

/** Bits of extraFlags in revision 2: 4 of cacheId, 4 of flags, 8 of cGlyphs. */
export const GLYPH_ORDER_REV2 = 0x0020;

export interface Glyph {
  readonly cacheIndex: number;
  /** From the point that the glyph is drawn at to its bitmap's top left corner. */
  readonly x: number;
  readonly y: number;
  readonly cx: number;
  readonly cy: number;
  /** Rows of whole bytes, top-down; the highest bit is the leftmost pixel. */
  readonly aj: Uint8Array;
}

export interface CacheGlyph {
  readonly cacheId: number;
  readonly glyphs: readonly Glyph[];
}

export function decodeCacheGlyph(reader: Reader): CacheGlyph {
  const cacheId = reader.u8();
  const cGlyphs = reader.u8();
  const glyphs = Array.from({ length: cGlyphs }, () => {
    const place = { cacheIndex: reader.u16(), x: reader.i16(), y: reader.i16() };
    return readBitmap(place, reader.u16(), reader.u16(), reader);
  });
  return { cacheId, glyphs };
}

export function decodeCacheGlyphRev2(extraFlags: number, reader: Reader): CacheGlyph {
  const glyphs = Array.from({ length: extraFlags >> 8 }, () => decodeGlyphRev2(reader));
  return { cacheId: extraFlags & 0x0f, glyphs };
}

/** TS_CACHE_GLYPH_DATA_REV2, which FastGlyph has as well. */
export function decodeGlyphRev2(reader: Reader): Glyph {
  const place = { cacheIndex: reader.u8(), x: readTwoByteSigned(reader), y: readTwoByteSigned(reader) };
  return readBitmap(place, readTwoByteUnsigned(reader), readTwoByteUnsigned(reader), reader);
}

function readBitmap(place: Pick<Glyph, 'cacheIndex' | 'x' | 'y'>, cx: number, cy: number, reader: Reader): Glyph {
  if (cx > MAX_GLYPH_DIMENSION || cy > MAX_GLYPH_DIMENSION) throw reader.error('limit', 'glyph size');
  const bytes = Math.ceil(cx / 8) * cy;
  const aj = reader.bytes(bytes).slice();
  // Padded to a multiple of four bytes; some servers leave that out behind the last glyph.
  reader.skip(Math.min(-bytes & 3, reader.remaining));
  return { ...place, cx, cy, aj };
}
