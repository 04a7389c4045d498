/** Where playing goes on when idle spans are skipped. */
import type { TimeSpan } from '../../src/contract/time-line.js';

/** Of every idle span this much is shown at its beginning and at its end, so that the eye can follow. */
const SHOWN_BEFORE_MS = 700;
const SHOWN_AFTER_MS = 500;

/** The session time to jump to from `sessionMs`, or null when there is nothing to skip. */
export function idleJump(idle: readonly TimeSpan[], sessionMs: number): number | null {
  const span = idle.find(({ startMs, endMs }) => sessionMs >= startMs + SHOWN_BEFORE_MS && sessionMs < endMs);
  if (span === undefined || span.endMs - SHOWN_AFTER_MS - sessionMs < 500) return null;
  return span.endMs - SHOWN_AFTER_MS;
}
