/** Copies within a history, [MS-RDPBCGR] 3.1.8.2: what is copied may itself be copied again ("replicating copy"). */

/** From this length on the engine's bulk operations are faster than a loop. */
const LONG_COPY = 64;

/** Copies `length` bytes from `from` to `to` in ascending order; the caller has checked both ends. */
export function copyForward(bytes: Uint8Array, to: number, from: number, length: number): void {
  if (length < LONG_COPY) {
    for (let i = 0; i < length; i += 1) bytes[to + i] = bytes[from + i] as number;
    return;
  }
  if (from >= to || from + length <= to) {
    bytes.copyWithin(to, from, from + length);
    return;
  }
  // The bytes before `to` repeat: each step copies all repetitions that are there.
  bytes.copyWithin(to, from, to);
  for (let done = to - from; done < length; done *= 2) {
    bytes.copyWithin(to + done, to, to + Math.min(done, length - done));
  }
}

/** Copies `length` bytes of another array; the caller has checked both ends. */
export function copyFrom(source: Uint8Array, from: number, target: Uint8Array, to: number, length: number): void {
  if (length < LONG_COPY) {
    for (let i = 0; i < length; i += 1) target[to + i] = source[from + i] as number;
  } else {
    target.set(source.subarray(from, from + length), to);
  }
}

/**
 * Copies from `copyOffset` bytes back, in a history whose size is a power of two: before its front lies its end. The
 * caller has checked that the history holds `length` bytes from `to` on.
 */
export function copyMatch(history: Uint8Array, to: number, copyOffset: number, length: number): void {
  if (copyOffset <= to) {
    copyForward(history, to, to - copyOffset, length);
    return;
  }
  const mask = history.length - 1;
  const from = (to - copyOffset) & mask;
  for (let i = 0; i < length; i += 1) history[to + i] = history[(from + i) & mask] as number;
}
