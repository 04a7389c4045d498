/** Copies within a history, [MS-RDPBCGR] 3.1.8.2: what is copied may itself be copied again ("replicating copy"). */

/** A history, and the view that copies four bytes of it at a time. */
export interface History {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export function createHistory(size: number): History {
  const bytes = new Uint8Array(size);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** From this length on the engine's bulk operations are faster than a loop. */
const LONG_COPY = 64;

/** Copies `length` bytes from `from` to `to` in ascending order; the caller has checked both ends. */
export function copyForward({ bytes, view }: History, to: number, from: number, length: number): void {
  if (length < LONG_COPY) {
    let done = 0;
    // Nearer than that, four bytes would be read before they are all written.
    if (from >= to || to - from >= 4) {
      for (; done + 4 <= length; done += 4) view.setUint32(to + done, view.getUint32(from + done, true), true);
    }
    for (; done < length; done += 1) bytes[to + done] = bytes[from + done] as number;
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
export function copyMatch(history: History, to: number, copyOffset: number, length: number): void {
  if (copyOffset <= to) {
    copyForward(history, to, to - copyOffset, length);
    return;
  }
  const { bytes } = history;
  const mask = bytes.length - 1;
  const from = (to - copyOffset) & mask;
  for (let i = 0; i < length; i += 1) bytes[to + i] = bytes[(from + i) & mask] as number;
}
