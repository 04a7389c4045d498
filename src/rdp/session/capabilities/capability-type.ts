/** Types of capability sets, [MS-RDPBCGR] 2.2.1.13.1.1.1, and what all decoded sets have in common. */
import type { Reader } from '../../wire/reader.js';

export const CapabilityType = {
  general: 0x01,
  bitmap: 0x02,
  order: 0x03,
  bitmapCache: 0x04,
  control: 0x05,
  activation: 0x07,
  pointer: 0x08,
  share: 0x09,
  colorCache: 0x0a,
  sound: 0x0c,
  input: 0x0d,
  font: 0x0e,
  brush: 0x0f,
  glyphCache: 0x10,
  offscreenCache: 0x11,
  bitmapCacheHostSupport: 0x12,
  bitmapCacheRev2: 0x13,
  virtualChannel: 0x14,
  drawNineGrid: 0x15,
  drawGdiPlus: 0x16,
  rail: 0x17,
  window: 0x18,
  desktopComposition: 0x19,
  multifragmentUpdate: 0x1a,
  largePointer: 0x1b,
  surfaceCommands: 0x1c,
  bitmapCodecs: 0x1d,
  frameAcknowledge: 0x1e,
} as const;

/** A part of every decoded set. */
export interface CapabilityTail {
  /** What the sender put behind the fields that the specification knows; encoded again unchanged. */
  readonly extra?: Uint8Array;
}

/** Skips padding at the end of a set; some senders leave it out. */
export function skipPadding(reader: Reader, count: number): void {
  reader.skip(Math.min(count, reader.remaining));
}
