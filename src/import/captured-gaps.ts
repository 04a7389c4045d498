/** What of a captured session could not be put into the trace, as gaps of its recording. [invariant 3] */
import type { Gap } from '../contract/manifest.js';
import type { CaptureLoss } from '../rdp/capture/capture-output.js';

/** Kinds of losses that are told apart; the rest of a capture that is damaged all over is one more. */
const MAX_KINDS = 32;

interface Losses {
  readonly codec: string;
  readonly reason: string;
  readonly startMs: number;
  bytes: number;
  pdus: number;
}

export class CapturedGaps {
  readonly #losses = new Map<string, Losses>();

  /** Something was lost at `mediaMs` of the session. */
  add({ codec, reason, bytes }: Pick<CaptureLoss, 'codec' | 'reason' | 'bytes'>, mediaMs: number): void {
    const known = this.#losses.get(`${codec}: ${reason}`);
    const full = known === undefined && this.#losses.size >= MAX_KINDS;
    const kind = full ? { codec: 'capture', reason: 'losses of many kinds' } : { codec, reason };
    const key = `${kind.codec}: ${kind.reason}`;
    const losses = this.#losses.get(key) ?? { ...kind, startMs: mediaMs, bytes: 0, pdus: 0 };
    losses.bytes += bytes;
    losses.pdus += 1;
    this.#losses.set(key, losses);
  }

  /** One for each kind of loss. What came later may have been built on what was lost, so each lasts to the end. */
  gaps(endMs: number): readonly Gap[] {
    return [...this.#losses.values()].map((losses) => ({
      ...losses,
      endMs: Math.max(endMs, losses.startMs),
      area: null,
    }));
  }
}
