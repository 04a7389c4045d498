/** What the recorder needs of a picture: apply records, know what changed, and look at the pixels. */
import type { TraceEvent, TraceRecord } from '../../src/contract/trace.js';
import type { Desktop, Rectangle } from '../encoders/i420.js';

/** PDUs of a record that did not become pixels. */
export interface Drop {
  readonly codec: string;
  readonly area: Rectangle | null;
  readonly reason: string;
  readonly bytes: number;
  readonly pdus: number;
  /** What follows in this context cannot be relied on either, until it is reset. */
  readonly context: string | null;
}

/** What a record was and did. `pdus` and `bytes` include what was dropped. */
export interface Applied {
  readonly pdus: number;
  readonly bytes: number;
  readonly changed: boolean;
  readonly drops: readonly Drop[];
  /** What the record says of the session that nobody but the recorder can read, because it was compressed. */
  readonly told?: readonly TraceEvent[];
}

/** One connection's picture. */
export interface PictureSource {
  readonly width: number;
  readonly height: number;
  /** False until something has been drawn. */
  readonly hasPicture: boolean;
  /** Counts the sizes that the picture has had. */
  readonly generation: number;
  /** Contexts that are broken now: what builds on them cannot be relied on before they are reset. */
  readonly brokenContexts: ReadonlySet<string>;
  /**
   * True when `apply` of this record, which is to be the next, begins a picture of another size: what was shown up to now
   * is to be looked at before.
   */
  resizes(record: TraceRecord): boolean;
  apply(record: TraceRecord): Applied;
  hasDirty(): boolean;
  /** Lends the desktop, pointer drawn in, and what changed since the last call. */
  render(consume: (desktop: Desktop, dirty: readonly Rectangle[]) => void): void;
}
