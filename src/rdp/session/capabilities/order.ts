/** Order Capability Set, [MS-RDPBCGR] 2.2.7.1.3: the drawing orders that a client draws. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

/** Bits of orderFlags. */
export const NEGOTIATEORDERSUPPORT = 0x0002;
export const ZEROBOUNDSDELTASSUPPORT = 0x0008;
export const COLORINDEXSUPPORT = 0x0020;
export const SOLIDPATTERNBRUSHONLY = 0x0040;
export const ORDERFLAGS_EXTRA_FLAGS = 0x0080;

/** Bits of orderSupportExFlags. */
export const ORDERFLAGS_EX_CACHE_BITMAP_REV3_SUPPORT = 0x0002;
export const ORDERFLAGS_EX_ALTSEC_FRAME_MARKER_SUPPORT = 0x0004;

/** Negotiation indices: where orderSupport holds 1 for an order that is supported. */
export const OrderIndex = {
  dstBlt: 0x00,
  patBlt: 0x01,
  scrBlt: 0x02,
  memBlt: 0x03,
  mem3Blt: 0x04,
  drawNineGrid: 0x07,
  lineTo: 0x08,
  multiDrawNineGrid: 0x09,
  saveBitmap: 0x0b,
  multiDstBlt: 0x0f,
  multiPatBlt: 0x10,
  multiScrBlt: 0x11,
  multiOpaqueRect: 0x12,
  fastIndex: 0x13,
  polygonSc: 0x14,
  polygonCb: 0x15,
  polyline: 0x16,
  fastGlyph: 0x18,
  ellipseSc: 0x19,
  ellipseCb: 0x1a,
  glyphIndex: 0x1b,
} as const;

export const TERMINAL_DESCRIPTOR_BYTES = 16;
export const ORDER_SUPPORT_BYTES = 32;

export interface OrderCapability extends CapabilityTail {
  readonly kind: 'order';
  /** 16 bytes. */
  readonly terminalDescriptor: Uint8Array;
  readonly desktopSaveXGranularity: number;
  readonly desktopSaveYGranularity: number;
  readonly maximumOrderLevel: number;
  readonly numberFonts: number;
  readonly orderFlags: number;
  /** 32 bytes, indexed by `OrderIndex`. */
  readonly orderSupport: Uint8Array;
  readonly textFlags: number;
  readonly orderSupportExFlags: number;
  readonly desktopSaveSize: number;
  readonly textAnsiCodePage: number;
}

export function decodeOrderCapability(reader: Reader): OrderCapability {
  const terminalDescriptor = reader.bytes(TERMINAL_DESCRIPTOR_BYTES);
  reader.skip(4);
  const desktopSaveXGranularity = reader.u16();
  const desktopSaveYGranularity = reader.u16();
  reader.skip(2);
  const maximumOrderLevel = reader.u16();
  const numberFonts = reader.u16();
  const orderFlags = reader.u16();
  const orderSupport = reader.bytes(ORDER_SUPPORT_BYTES);
  const textFlags = reader.u16();
  const orderSupportExFlags = reader.u16();
  reader.skip(4);
  const desktopSaveSize = reader.u32();
  reader.skip(4);
  const textAnsiCodePage = reader.u16();
  reader.skip(2);
  return {
    kind: 'order',
    terminalDescriptor,
    desktopSaveXGranularity,
    desktopSaveYGranularity,
    maximumOrderLevel,
    numberFonts,
    orderFlags,
    orderSupport,
    textFlags,
    orderSupportExFlags,
    desktopSaveSize,
    textAnsiCodePage,
  };
}

/** Throws RangeError when terminalDescriptor or orderSupport have not their fixed length. */
export function writeOrderCapability(writer: Writer, set: OrderCapability): void {
  if (set.terminalDescriptor.length !== TERMINAL_DESCRIPTOR_BYTES) throw new RangeError('Order: terminalDescriptor');
  if (set.orderSupport.length !== ORDER_SUPPORT_BYTES) throw new RangeError('Order: orderSupport');
  writer.bytes(set.terminalDescriptor).u32(0);
  writer.u16(set.desktopSaveXGranularity).u16(set.desktopSaveYGranularity).u16(0);
  writer.u16(set.maximumOrderLevel).u16(set.numberFonts).u16(set.orderFlags).bytes(set.orderSupport);
  writer.u16(set.textFlags).u16(set.orderSupportExFlags).u32(0).u32(set.desktopSaveSize).u32(0);
  writer.u16(set.textAnsiCodePage).u16(0);
}
