/** Bitmap Capability Set, [MS-RDPBCGR] 2.2.7.1.2: desktop size, colour depth and what 32 bpp bitmaps may leave out. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

/** Bits of drawingFlags. */
export const DRAW_ALLOW_DYNAMIC_COLOR_FIDELITY = 0x02;
export const DRAW_ALLOW_COLOR_SUBSAMPLING = 0x04;
export const DRAW_ALLOW_SKIP_ALPHA = 0x08;

export interface BitmapCapability extends CapabilityTail {
  readonly kind: 'bitmap';
  /** Colour depth of the session, in the server's set. */
  readonly preferredBitsPerPixel: number;
  readonly receive1BitPerPixel: number;
  readonly receive4BitsPerPixel: number;
  readonly receive8BitsPerPixel: number;
  readonly desktopWidth: number;
  readonly desktopHeight: number;
  readonly desktopResizeFlag: number;
  readonly bitmapCompressionFlag: number;
  readonly highColorFlags: number;
  readonly drawingFlags: number;
  readonly multipleRectangleSupport: number;
}

export function decodeBitmapCapability(reader: Reader): BitmapCapability {
  const preferredBitsPerPixel = reader.u16();
  const receive1BitPerPixel = reader.u16();
  const receive4BitsPerPixel = reader.u16();
  const receive8BitsPerPixel = reader.u16();
  const desktopWidth = reader.u16();
  const desktopHeight = reader.u16();
  reader.skip(2);
  const desktopResizeFlag = reader.u16();
  const bitmapCompressionFlag = reader.u16();
  const highColorFlags = reader.u8();
  const drawingFlags = reader.u8();
  const multipleRectangleSupport = reader.u16();
  reader.skip(2);
  return {
    kind: 'bitmap',
    preferredBitsPerPixel,
    receive1BitPerPixel,
    receive4BitsPerPixel,
    receive8BitsPerPixel,
    desktopWidth,
    desktopHeight,
    desktopResizeFlag,
    bitmapCompressionFlag,
    highColorFlags,
    drawingFlags,
    multipleRectangleSupport,
  };
}

export function writeBitmapCapability(writer: Writer, set: BitmapCapability): void {
  writer.u16(set.preferredBitsPerPixel);
  writer.u16(set.receive1BitPerPixel).u16(set.receive4BitsPerPixel).u16(set.receive8BitsPerPixel);
  writer.u16(set.desktopWidth).u16(set.desktopHeight).u16(0).u16(set.desktopResizeFlag);
  writer.u16(set.bitmapCompressionFlag).u8(set.highColorFlags).u8(set.drawingFlags);
  writer.u16(set.multipleRectangleSupport).u16(0);
}
