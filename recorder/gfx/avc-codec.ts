/** H.264 as codecs of the graphics pipeline: each surface has one stream, in whichever of the codecs its pictures come. */
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { MAX_AVC_SURFACE_PIXELS, MAX_AVC_SURFACES } from '../../src/rdp/wire/limits.js';
import { type AvcCodec, AvcSurface, LostPictureError } from '../decoders/avc/avc-surface.js';
import type { H264Engine } from '../decoders/avc/h264-decoder.js';
import type { PixelTarget } from '../decoders/encoded-bitmap.js';
import type { GfxBitmap, GfxDecoder, GfxDrawn } from './gfx-decoder.js';

interface Stream {
  readonly avc: AvcSurface;
  readonly pixels: number;
}

class AvcCodecs implements GfxDecoder {
  readonly #engine: H264Engine;
  readonly #streams = new Map<number, Stream>();
  /** Surfaces that show nothing new before an IDR picture. */
  readonly #broken = new Set<number>();
  #pixels = 0;

  constructor(engine: H264Engine) {
    this.#engine = engine;
  }

  get poisoned(): boolean {
    return this.#broken.size > 0;
  }

  decode({ codec, data, surfaceId }: GfxBitmap, surface: PixelTarget): GfxDrawn {
    const stream = this.#streams.get(surfaceId) ?? this.#open(surfaceId, surface);
    this.#broken.add(surfaceId);
    try {
      // The registry has this under the names of these codecs only.
      const areas = stream.avc.decode(codec as AvcCodec, data, surface);
      this.#broken.delete(surfaceId);
      return { areas };
    } catch (error) {
      if (!(error instanceof LostPictureError)) throw error;
      // Only there does the surface differ from what was shown.
      return { areas: [], lost: error.areas.map((area) => ({ area, error })) };
    }
  }

  poison(): void {
    for (const [surfaceId, { avc }] of this.#streams) {
      avc.poison();
      this.#broken.add(surfaceId);
    }
  }

  deleteSurface(surfaceId: number): void {
    const stream = this.#streams.get(surfaceId);
    if (stream === undefined) return;
    stream.avc.close();
    this.#pixels -= stream.pixels;
    this.#streams.delete(surfaceId);
    this.#broken.delete(surfaceId);
  }

  close(): void {
    for (const surfaceId of this.#streams.keys()) this.deleteSurface(surfaceId);
  }

  #open(surfaceId: number, { width, height }: PixelTarget): Stream {
    const pixels = width * height;
    if (this.#streams.size >= MAX_AVC_SURFACES || this.#pixels + pixels > MAX_AVC_SURFACE_PIXELS) {
      throw new DecodeError('limit', 'avcSurface', 0, 'all surfaces');
    }
    const stream = { avc: new AvcSurface(this.#engine, width, height), pixels };
    this.#streams.set(surfaceId, stream);
    this.#pixels += pixels;
    return stream;
  }
}

/** The codecs of one opened channel. */
export function createAvcDecoder(engine: H264Engine): GfxDecoder {
  return new AvcCodecs(engine);
}
