/**
 * When a target is asked to draw its desktop again: at once when something of the picture is lost, and while it stays lost
 * again and again, ever more seldom, because all that is asked for travels to the client as well.
 */
import type { Losses } from '../../contract/recorder-protocol.js';

/** Longer than a gap stays open that is over at once. */
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 30_000;

/** The requests of one connection. */
export class RedrawRequests {
  /** Gaps for which it was asked. */
  #answered: number;
  #notBeforeMs = 0;
  #pauseMs = FIRST_PAUSE_MS;

  /** `before`: gaps of earlier connections, whose picture is gone. */
  constructor(before: number) {
    this.#answered = before;
  }

  /** True when the target is to be asked now. */
  due({ opened, open }: Losses, nowMs: number): boolean {
    if (opened <= this.#answered && open === 0) {
      this.#pauseMs = FIRST_PAUSE_MS;
      return false;
    }
    if (nowMs < this.#notBeforeMs) return false;
    this.#answered = Math.max(this.#answered, opened);
    this.#notBeforeMs = nowMs + this.#pauseMs;
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
    return true;
  }
}
