/**
 * RFX_AVC444_BITMAP_STREAM and RFX_AVC444V2_BITMAP_STREAM, [MS-RDPEGFX] 2.2.4.5 and 2.2.4.6: a picture with all of its
 * chroma as two pictures with a quarter of it.
 */
import type { Reader } from '../../../src/rdp/wire/reader.js';
import { decodeAvc420BitmapStream, type Avc420BitmapStream } from './avc420-bitmap-stream.js';

const SIZE_MASK = 0x3fff_ffff;
const LC_SHIFT = 30;

/** The field LC. */
const LC = { both: 0, yuv420: 1, chroma420: 2 } as const;

export interface Avc444BitmapStream {
  /** The main view; null when it is that of a message before. */
  readonly yuv420: Avc420BitmapStream | null;
  /** The auxiliary view; null when there is none yet. */
  readonly chroma420: Avc420BitmapStream | null;
}

/** @throws DecodeError for lengths that reach beyond the data, and for an LC of 3. */
export function decodeAvc444BitmapStream(reader: Reader): Avc444BitmapStream {
  const info = reader.u32();
  const lc = info >>> LC_SHIFT;
  switch (lc) {
    case LC.both: {
      const first = reader.sub(info & SIZE_MASK, 'avc420EncodedBitstream1');
      const second = reader.sub(reader.remaining, 'avc420EncodedBitstream2');
      return { yuv420: decodeAvc420BitmapStream(first), chroma420: decodeAvc420BitmapStream(second) };
    }
    case LC.yuv420:
      return {
        yuv420: decodeAvc420BitmapStream(reader.sub(reader.remaining, 'avc420EncodedBitstream1')),
        chroma420: null,
      };
    case LC.chroma420:
      return {
        yuv420: null,
        chroma420: decodeAvc420BitmapStream(reader.sub(reader.remaining, 'avc420EncodedBitstream1')),
      };
    default:
      throw reader.error('invalid', 'LC');
  }
}
