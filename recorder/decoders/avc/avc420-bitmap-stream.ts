/** RFX_AVC420_BITMAP_STREAM, [MS-RDPEGFX] 2.2.4.4: an H.264 picture and the rectangles of it that are to be drawn. */
import type { Reader } from '../../../src/rdp/wire/reader.js';

const RECT_BYTES = 8;
const QUANT_QUALITY_BYTES = 2;
const QP_MASK = 0x3f;
const PROGRESSIVE_FLAG = 0x80;

/** RDPGFX_AVC420_QUANT_QUALITY: informational. */
export interface Avc420QuantQuality {
  readonly qp: number;
  readonly progressive: boolean;
  /** 0 to 100. */
  readonly qualityVal: number;
}

export interface Avc420BitmapStream {
  /** Left, top, right and bottom (outside) of each rectangle, relative to the surface. */
  readonly regionRects: Int32Array;
  readonly quantQualityVals: readonly Avc420QuantQuality[];
  /** One access unit as a byte stream, ITU-T H.264 Annex B; a view. */
  readonly avc420EncodedBitstream: Uint8Array;
}

/** @throws DecodeError when the rectangles reach beyond the data, or the right or lower edge of one before the other. */
export function decodeAvc420BitmapStream(reader: Reader): Avc420BitmapStream {
  const numRegionRects = reader.u32();
  reader.need(numRegionRects * (RECT_BYTES + QUANT_QUALITY_BYTES));
  const regionRects = new Int32Array(4 * numRegionRects);
  for (let at = 0; at < regionRects.length; at += 4) {
    const left = reader.u16();
    const top = reader.u16();
    const right = reader.u16();
    const bottom = reader.u16();
    if (right < left || bottom < top) throw reader.error('invalid', 'regionRects');
    regionRects.set([left, top, right, bottom], at);
  }
  const quantQualityVals: Avc420QuantQuality[] = [];
  for (let i = 0; i < numRegionRects; i += 1) {
    const qpVal = reader.u8();
    const qualityVal = reader.u8();
    quantQualityVals.push({ qp: qpVal & QP_MASK, progressive: (qpVal & PROGRESSIVE_FLAG) !== 0, qualityVal });
  }
  return { regionRects, quantQualityVals, avc420EncodedBitstream: reader.rest() };
}
