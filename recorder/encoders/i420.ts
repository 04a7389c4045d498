/**
 * I420 planes and what a converter from BGRX does to them. The colours are BT.709 in limited range, and the encoders say
 * so in the video's usability information: players then agree on what they see.
 */

/** A rectangle in pixels. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A picture of 4 bytes a pixel: blue, green, red, unused; rows follow one another without padding. */
export interface BgrxPicture {
  readonly pixels: Uint8Array;
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

/** Converts rectangles of a picture into planes of its padded size. Pixels outside of the rectangle are not touched. */
export interface BgrxConverter {
  readonly name: 'wasm-simd' | 'scalar';
  /** `area` is one that `alignToChroma` returned. */
  convert(picture: BgrxPicture, area: Rectangle, planes: I420Planes): void;
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
