/**
 * When a frame is taken of the picture, and where the video is cut. A function of trace time alone: the same records give
 * the same frames at the same times however they arrive, so a recording that is taken up again goes on as if nothing had
 * happened.
 *
 * 1. A change is shown `SETTLE_MS` after it, when the update it belongs to is likely complete, but not sooner after the
 *    frame before it than the spacing: 100 ms in the first second of activity, 200 ms to the third, then 400 ms.
 *    Activity begins with a change after a quiet second.
 * 2. `REFINE_AFTER_MS` after the last change, one frame refines what settled. It shows what is still waiting, too. So does
 *    the last frame of a size or a part, sooner than that.
 * 3. While nothing changes, the picture is repeated every second: no sample is longer, which browsers need to seek.
 * 4. A segment ends after `CHANGES_PER_SEGMENT` changes, when an active picture has been still for `IDLE_MS`, or when a
 *    still one changes; not before `MIN_SEGMENT_MS`, and at `MAX_SEGMENT_MS` in any case. The frame that finds it so begins
 *    the next one: sample durations are contiguous.
 * 5. Another size begins another file.
 *
 * A frame that is due at a record's own time shows that record's effect.
 */

export const SETTLE_MS = 40;
export const REFINE_AFTER_MS = 300;
export const REPEAT_MS = 1000;
export const QUIET_MS = 1000;
export const IDLE_MS = 3000;
export const MIN_SEGMENT_MS = 10_000;
export const MAX_SEGMENT_MS = 60_000;
export const CHANGES_PER_SEGMENT = 60;

/** A frame to take of the picture as it is. */
export interface PacedFrame {
  readonly timeMs: number;
  /** `segment`: it begins a segment, with a keyframe. `file`: and a file. */
  readonly begins: 'segment' | 'file' | null;
  /** Everything that changed since the last refinement has settled. */
  readonly refine: boolean;
}

/** Spacing of frames for activity that began so long ago. */
export function spacingMs(activeForMs: number): number {
  if (activeForMs < 1000) return 100;
  return activeForMs < 3000 ? 200 : 400;
}

/** Paces one part of a session. Times given to it never decrease. */
export class FramePacer {
  /** First change that no frame has shown. */
  #waitingSinceMs: number | null = null;
  #lastChangeMs: number | null = null;
  #activeSinceMs = 0;
  #lastFrameMs: number | null = null;
  #segmentStartMs = 0;
  #changes = 0;
  /** The segment began when the picture was still. */
  #idle = false;
  #unrefined = false;
  #newFile = true;

  /** Frames that are due before `timeMs`. Take them before a record of that time is applied. */
  *advance(timeMs: number): Iterable<PacedFrame> {
    for (let dueMs = this.#nextDue(); dueMs !== null && dueMs < timeMs; dueMs = this.#nextDue()) {
      yield this.#frame(dueMs);
    }
  }

  /** The picture changed at `timeMs`. */
  change(timeMs: number): void {
    if (this.#lastChangeMs === null || timeMs - this.#lastChangeMs >= QUIET_MS) this.#activeSinceMs = timeMs;
    this.#lastChangeMs = timeMs;
    this.#waitingSinceMs ??= timeMs;
    this.#unrefined = true;
    this.#changes += 1;
  }

  /** The picture has got another size, and is shown in a file of its own. Flush first. */
  resize(timeMs: number): void {
    this.#newFile = true;
    this.#lastChangeMs = null;
    this.change(timeMs);
  }

  /**
   * Shows what is waiting, and refines what is coarse, at once: the picture is about to be replaced, and the last of it is
   * looked at the longest.
   */
  *flush(timeMs: number): Iterable<PacedFrame> {
    yield* this.advance(timeMs);
    if (!this.#unrefined) return;
    const frame = this.#frame(Math.max(timeMs, (this.#lastFrameMs ?? -1) + 1));
    this.#unrefined = false;
    yield { ...frame, refine: true };
  }

  /** The time at which the last sample ends when the part ends at `timeMs`, after `flush`; null without any frame. */
  endMs(timeMs: number): number | null {
    if (this.#lastFrameMs === null) return null;
    // Less than the next part needs for its first frame, so parts never overlap.
    return this.#lastFrameMs < timeMs ? timeMs : this.#lastFrameMs + SETTLE_MS;
  }

  #nextDue(): number | null {
    const last = this.#lastFrameMs;
    const waiting = this.#waitingSinceMs;
    if (last === null) return waiting === null ? null : waiting + SETTLE_MS;
    let dueMs = Math.min(last + REPEAT_MS, this.#segmentStartMs + MAX_SEGMENT_MS);
    if (waiting !== null) {
      const spacedMs = last + spacingMs(waiting - this.#activeSinceMs);
      dueMs = Math.min(dueMs, Math.max(waiting + SETTLE_MS, spacedMs));
    }
    if (this.#unrefined && this.#lastChangeMs !== null) dueMs = Math.min(dueMs, this.#lastChangeMs + REFINE_AFTER_MS);
    return dueMs;
  }

  #frame(timeMs: number): PacedFrame {
    const begins = this.#begins(timeMs);
    const settled = this.#lastChangeMs !== null && timeMs - this.#lastChangeMs >= REFINE_AFTER_MS;
    const refine = this.#unrefined && settled;
    if (begins !== null) {
      this.#segmentStartMs = timeMs;
      this.#changes = 0;
      this.#newFile = false;
      this.#idle = this.#still(timeMs);
    }
    if (refine) this.#unrefined = false;
    this.#lastFrameMs = timeMs;
    this.#waitingSinceMs = null;
    return { timeMs, begins, refine };
  }

  #begins(timeMs: number): PacedFrame['begins'] {
    if (this.#newFile) return 'file';
    const lengthMs = timeMs - this.#segmentStartMs;
    if (lengthMs >= MAX_SEGMENT_MS) return 'segment';
    if (lengthMs < MIN_SEGMENT_MS) return null;
    const rested = !this.#idle && this.#still(timeMs);
    const woke = this.#idle && this.#waitingSinceMs !== null;
    return this.#changes >= CHANGES_PER_SEGMENT || rested || woke ? 'segment' : null;
  }

  #still(timeMs: number): boolean {
    return this.#lastChangeMs !== null && timeMs - this.#lastChangeMs >= IDLE_MS;
  }
}
