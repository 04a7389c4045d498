/**
 * H.264 on one surface, [MS-RDPEGFX] 3.3.8.3: the bitmapData of an RDPGFX_WIRE_TO_SURFACE_PDU_1 with a codec of AVC420,
 * AVC444 or AVC444v2. All of a surface's pictures are one stream; only the rectangles of a message are drawn, which are
 * relative to the surface (the PDU's own rectangle may be empty).
 */
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { MAX_DESKTOPS_PER_UPDATE } from '../../../src/rdp/wire/limits.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { changedAreas } from '../changed-areas.js';
import type { PixelTarget, Placement } from '../encoded-bitmap.js';
import { decodeAvc420BitmapStream, type Avc420BitmapStream } from './avc420-bitmap-stream.js';
import { decodeAvc444BitmapStream, type Avc444BitmapStream } from './avc444-bitmap-stream.js';
import { ChromaRows } from './chroma-rows.js';
import type { H264Decoder, H264Engine, Yuv420Picture } from './h264-decoder.js';
import { MainView } from './main-view.js';
import { convertRow420, convertRow444 } from './yuv-to-bgrx.js';

/** The codecs that a surface may be sent in. */
export type AvcCodec = 'avc420' | 'avc444' | 'avc444v2';

/** Rectangles cut to a surface. */
interface Region {
  readonly edges: Int32Array;
  readonly count: number;
}

/** A message whose picture is lost, but not where it would have been. */
export class LostPictureError extends DecodeError {
  readonly areas: readonly Placement[];

  constructor(cause: DecodeError, areas: readonly Placement[]) {
    super(cause.code, cause.structure, cause.offset);
    this.message = cause.message;
    this.areas = areas;
  }
}

export class AvcSurface {
  readonly #width: number;
  readonly #height: number;
  readonly #decoder: H264Decoder;
  readonly #main = new MainView();
  readonly #rows = new ChromaRows();

  /** `close` is to be called when the surface is deleted: the decoder's memory is not the garbage collector's. */
  constructor(engine: H264Engine, width: number, height: number) {
    this.#width = width;
    this.#height = height;
    this.#decoder = engine.open(width, height);
  }

  /**
   * Decodes one message and draws its rectangles on `target`, which has the surface's size. Returns what was drawn.
   * @throws DecodeError for a malformed message or a picture that does not decode (`LostPictureError` when its rectangles
   * are known): nothing is drawn, and nothing decodes before the next IDR picture.
   */
  decode(codec: AvcCodec, data: Uint8Array, target: PixelTarget): readonly Placement[] {
    if (target.width !== this.#width || target.height !== this.#height) throw new RangeError('size of the target');
    try {
      const reader = new Reader(data, codec);
      if (codec === 'avc420') return this.#drawAvc420(decodeAvc420BitmapStream(reader), target);
      return this.#drawAvc444(decodeAvc444BitmapStream(reader), codec === 'avc444' ? 1 : 2, target);
    } catch (error) {
      this.poison();
      throw error;
    }
  }

  /** A message was lost before it came here: nothing decodes before the next IDR picture. */
  poison(): void {
    this.#decoder.poison();
    this.#main.clear();
  }

  close(): void {
    this.#decoder.close();
  }

  #drawAvc420(stream: Avc420BitmapStream, target: PixelTarget): Placement[] {
    const region = this.#region(stream);
    return within([region], () => {
      this.#decoder.decode(stream.avc420EncodedBitstream, (picture) => {
        assertInside(region, picture);
        draw420(picture, region, target);
      });
    });
  }

  #drawAvc444({ yuv420, chroma420 }: Avc444BitmapStream, version: 1 | 2, target: PixelTarget): Placement[] {
    const main = yuv420 === null ? null : this.#region(yuv420);
    const auxiliary = chroma420 === null ? null : this.#region(chroma420);
    const regions = [main, auxiliary === null || (main !== null && isSame(main, auxiliary)) ? null : auxiliary];
    return within(
      regions.filter((region) => region !== null),
      () => this.#drawViews({ yuv420, chroma420 }, { main, auxiliary }, version, target),
    );
  }

  #drawViews(
    { yuv420, chroma420 }: Avc444BitmapStream,
    { main, auxiliary }: { readonly main: Region | null; readonly auxiliary: Region | null },
    version: 1 | 2,
    target: PixelTarget,
  ): void {
    if (yuv420 !== null && main !== null) {
      this.#decoder.decode(yuv420.avc420EncodedBitstream, (picture) => {
        assertInside(main, picture);
        this.#main.copy(picture, main.edges, main.count);
      });
    }
    if (chroma420 !== null && auxiliary !== null) {
      this.#decoder.decode(chroma420.avc420EncodedBitstream, (picture) => {
        if (picture.width !== this.#main.width || picture.height !== this.#main.height) {
          throw new DecodeError('invalid', 'avc444', 0, 'size of the auxiliary view');
        }
        assertInside(auxiliary, picture);
        // What the auxiliary view covers as well is drawn once.
        if (main !== null && !isSame(main, auxiliary)) draw420(this.#main, main, target);
        this.#draw444(version, picture, auxiliary, target);
      });
    } else if (main !== null) {
      draw420(this.#main, main, target);
    }
  }

  #region({ regionRects }: Avc420BitmapStream): Region {
    const edges = new Int32Array(regionRects.length);
    let count = 0;
    let pixelsLeft = MAX_DESKTOPS_PER_UPDATE * this.#width * this.#height;
    for (let at = 0; at < regionRects.length; at += 4) {
      const [left = 0, top = 0, endX = 0, endY = 0] = regionRects.subarray(at, at + 4);
      const right = Math.min(endX, this.#width);
      const bottom = Math.min(endY, this.#height);
      if (right <= left || bottom <= top) continue;
      pixelsLeft -= (right - left) * (bottom - top);
      if (pixelsLeft < 0) throw new DecodeError('limit', 'avc420MetaData', 0, 'pixels of all rectangles');
      edges.set([left, top, right, bottom], 4 * count);
      count += 1;
    }
    return { edges, count };
  }

  #draw444(version: 1 | 2, auxiliary: Yuv420Picture, { edges, count }: Region, { words, width }: PixelTarget): void {
    const main = this.#main;
    const rows = this.#rows;
    for (let at = 0; at < 4 * count; at += 4) {
      const [left = 0, top = 0, right = 0, bottom = 0] = edges.subarray(at, at + 4);
      // Chroma is calculated for whole squares of four pixels and drawn where the rectangle is.
      for (let y = top & ~1; y < bottom; y += 2) {
        rows.fill(version, main, auxiliary, y, left & ~1, (right + 1) & ~1);
        const from = y * main.yStride + left;
        const to = y * width + left;
        const columns = right - left;
        if (y >= top) convertRow444(main.y, from, rows.u0, rows.v0, left, words, to, columns);
        if (y + 1 >= bottom) continue;
        convertRow444(main.y, from + main.yStride, rows.u1, rows.v1, left, words, to + width, columns);
      }
    }
  }
}

/** Draws in regions; gives where, or throws `LostPictureError` for a picture that does not decode. */
function within(regions: readonly Region[], draw: () => void): Placement[] {
  const areas = regions.flatMap(({ edges, count }) => changedAreas(edges, count));
  try {
    draw();
  } catch (error) {
    throw error instanceof DecodeError && areas.length > 0 ? new LostPictureError(error, areas) : error;
  }
  return areas;
}

function draw420(picture: Yuv420Picture, { edges, count }: Region, { words, width }: PixelTarget): void {
  const { y, u, v, yStride, uvStride } = picture;
  for (let at = 0; at < 4 * count; at += 4) {
    const [left = 0, top = 0, right = 0, bottom = 0] = edges.subarray(at, at + 4);
    for (let row = top; row < bottom; row += 1) {
      const chroma = (row >> 1) * uvStride;
      convertRow420(y, row * yStride, u, v, chroma, words, row * width + left, left, right - left);
    }
  }
}

/** @throws DecodeError when a rectangle reaches beyond the picture that is to fill it. */
function assertInside({ edges, count }: Region, { width, height }: Yuv420Picture): void {
  for (let at = 0; at < 4 * count; at += 4) {
    const [, , right = 0, bottom = 0] = edges.subarray(at, at + 4);
    if (right > width || bottom > height) throw new DecodeError('invalid', 'avc420MetaData', 0, 'regionRects');
  }
}

function isSame(a: Region, b: Region): boolean {
  return a.count === b.count && a.edges.subarray(0, 4 * a.count).every((edge, i) => edge === b.edges[i]);
}
