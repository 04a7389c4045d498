/**
 * Frames to segments. A segment that is stored already is followed without encoding; any other is encoded and stored when
 * it ends. Which of the two it is, is known when it begins.
 */
import { paddedSize } from '../encoders/i420.js';
import type { EncoderEngine, VideoEncoder } from '../encoders/video-encoder.js';
import type { PacedFrame } from '../pacing/frame-pacer.js';
import { FramePainter, wholeOf } from './frame-painter.js';
import type { PictureSource } from './picture-source.js';
import type { PlannedSegment, VideoStore } from './video-store.js';

interface OpenSegment extends Omit<PlannedSegment, 'endMs'> {
  readonly frameTimesMs: number[];
  /** Null while a stored segment is followed. */
  readonly encoder: VideoEncoder | null;
}

export class SegmentRecorder {
  readonly #engine: EncoderEngine;
  readonly #store: VideoStore;
  readonly #painter = new FramePainter();
  #encoder: VideoEncoder | null = null;
  #segment: OpenSegment | null = null;
  #framesPaced = 0;

  constructor(engine: EncoderEngine, store: VideoStore) {
    this.#engine = engine;
    this.#store = store;
  }

  get framesPaced(): number {
    return this.#framesPaced;
  }

  /** Takes a frame of the picture as it is. */
  async frame(paced: PacedFrame, part: number, picture: PictureSource): Promise<void> {
    const { timeMs, begins } = paced;
    if (begins !== null) {
      await this.end(timeMs);
      this.#segment = await this.#begin(timeMs, begins === 'file', part, picture);
    }
    const segment = this.#segment;
    if (segment === null) throw new RangeError('a frame without a segment');
    this.#framesPaced += 1;
    segment.frameTimesMs.push(timeMs);
    if (segment.encoder === null) {
      // What a picture calls a change is counted from the frame before: both ways look at it at the same times.
      if (picture.hasDirty()) picture.render(() => undefined);
      return;
    }
    this.#painter.paint(segment.encoder, picture);
    await segment.encoder.encode({ ptsMs: timeMs, refine: this.#refinement(paced, picture) });
  }

  /** A keyframe is sharp all over: parts that do not change may not be painted again for a long time. */
  #refinement({ begins, refine }: PacedFrame, picture: PictureSource) {
    if (begins === null && !refine) return [];
    const coarse = this.#painter.takeCoarse();
    return begins === null ? coarse : [wholeOf(picture)];
  }

  /** The segment ends at `endMs`. */
  async end(endMs: number): Promise<void> {
    const segment = this.#segment;
    if (segment === null) return;
    this.#segment = null;
    const { encoder, ...plan } = segment;
    if (encoder === null) this.#store.adopt({ ...plan, endMs });
    else await this.#store.store({ ...plan, endMs }, await encoder.finishSegment());
  }

  async #begin(startMs: number, newFile: boolean, part: number, picture: PictureSource): Promise<OpenSegment> {
    const width = paddedSize(picture.width);
    const height = paddedSize(picture.height);
    const encoder = this.#store.nextIsStored ? null : await this.#encoderFor(width, height);
    return { part, width, height, startMs, newFile, frameTimesMs: [], encoder };
  }

  async #encoderFor(width: number, height: number): Promise<VideoEncoder> {
    if (this.#encoder?.width === width && this.#encoder.height === height) return this.#encoder;
    await this.#encoder?.close();
    this.#encoder = this.#engine.open(width, height);
    return this.#encoder;
  }

  async close(): Promise<void> {
    await this.#encoder?.close();
    this.#encoder = null;
  }
}
