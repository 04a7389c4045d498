/**
 * A desktop's BGRX pixels and the I420 planes that an encoder is given of them. The colours are BT.709 in limited range, and the encoders say
 * so in the video's usability information: players then agree on what they see.
 */

/** A rectangle in pixels. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Luma in full resolution, chroma in half of it both ways. Strides are in bytes. */
export interface I420Planes {
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  readonly yStride: number;
  readonly uvStride: number;
}

/** The pixels of a desktop, and the planes that are made of them. */
export interface Desktop {
  /** 4 bytes a pixel: blue, green, red, unused; rows follow one another without padding. */
  readonly pixels: Uint8Array;
  /** The same memory, one pixel each. */
  readonly words: Uint32Array;
  /** Of the padded size. An area means nothing before it was converted. */
  readonly planes: I420Planes;
  /** Brings an area of the planes up to date, one that `alignToChroma` returned. Nothing outside of it is touched. */
  convert(area: Rectangle): void;
}

/** Where one desktop at a time is kept. */
export interface DesktopMemory {
  readonly name: 'wasm-simd' | 'scalar';
  /** Begins a desktop, with any pixels. The one before is lost: nothing of it may be used any more. */
  begin(width: number, height: number): Desktop;
}

/** Rows of planes begin at multiples of it. An encoder whose do, too, copies many at a time. */
export const PLANE_ALIGNMENT = 64;

/** The strides of planes for a picture of this width. */
export function planeStrides(width: number): { readonly yStride: number; readonly uvStride: number } {
  const aligned = (bytes: number): number => Math.ceil(bytes / PLANE_ALIGNMENT) * PLANE_ALIGNMENT;
  return { yStride: aligned(width), uvStride: aligned(paddedSize(width) / 2) };
}

/** H.264 in 4:2:0 has even sizes: an odd picture gets one more column or row, a copy of its last. */
export function paddedSize(size: number): number {
  return size + (size & 1);
}

/** The smallest rectangle on even coordinates that covers `area` within the padded picture; null when none is left. */
export function alignToChroma(area: Rectangle, pictureWidth: number, pictureHeight: number): Rectangle | null {
  const x = Math.max(0, area.x) & ~1;
  const y = Math.max(0, area.y) & ~1;
  const right = Math.min(paddedSize(area.x + area.width), paddedSize(pictureWidth));
  const bottom = Math.min(paddedSize(area.y + area.height), paddedSize(pictureHeight));
  if (right <= x || bottom <= y) return null;
  return { x, y, width: right - x, height: bottom - y };
}
