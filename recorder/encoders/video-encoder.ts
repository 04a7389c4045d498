/**
 * What a video encoder is to the recorder. It works segment by segment: every frame gives exactly one sample, in order
 * (no B-frames), and a segment's samples come back from `finishSegment`. Times are the caller's; the encoder passes them
 * through. One test suite holds every implementation to this.
 */
import type { EncoderDescription } from '../../src/contract/manifest.js';
import type { ParameterSets } from '../video/annexb.js';
import type { I420Planes, Rectangle } from './i420.js';

/** How a frame is to be encoded. */
export interface FrameOptions {
  /** Milliseconds; increases from frame to frame. */
  readonly ptsMs: number;
  /** Where the picture has settled and is worth more bits; an encoder without regions of interest ignores it. */
  readonly refine: readonly Rectangle[];
}

/** One encoded frame: length-prefixed slices, without parameter sets. */
export interface EncodedSample {
  readonly ptsMs: number;
  readonly data: Uint8Array;
}

/** Samples of one segment. The first is an IDR picture, after which nothing before it is needed; no other one is. */
export interface EncodedSegment {
  readonly parameterSets: ParameterSets;
  readonly samples: readonly EncodedSample[];
}

/** An encoder for pictures of one size. */
export interface VideoEncoder {
  /** Even width and height of the planes. */
  readonly width: number;
  readonly height: number;
  /**
   * Takes over areas of planes of the encoder's size; their numbers are even. The encoder keeps what it took over before,
   * so what changed is enough.
   */
  paint(planes: I420Planes, areas: readonly Rectangle[]): void;
  /** Encodes what it has taken over. @throws EncoderError */
  encode(options: FrameOptions): Promise<void>;
  /** Ends the segment and returns its samples, one for each frame since the last call. @throws EncoderError */
  finishSegment(): Promise<EncodedSegment>;
  /** Gives up memory and processes; safe to call twice. */
  close(): Promise<void>;
}

/** A way to encode and to check what was encoded. */
export interface EncoderEngine {
  readonly description: EncoderDescription;
  /** @param width Even. @param height Even. */
  open(width: number, height: number): VideoEncoder;
  /** Decodes one segment from its keyframe on and returns the number of pictures. @throws EncoderError */
  countPictures(segment: EncodedSegment): Promise<number>;
}

/** The encoder is missing, died, or did not do what was asked of it. */
export class EncoderError extends Error {
  override readonly name = 'EncoderError';
  readonly code: 'encoder-missing' | 'encoder-failed' | 'decode-failed';

  constructor(code: EncoderError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
