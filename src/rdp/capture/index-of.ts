/** Finding a run of bytes in others. */

/** Offset of the first occurrence at or after `from`; -1 when there is none. A null in `pattern` stands for any byte. */
export function indexOf(bytes: Uint8Array, pattern: readonly (number | null)[], from = 0): number {
  for (let at = from; at <= bytes.length - pattern.length; at += 1) {
    if (pattern.every((byte, index) => byte === null || bytes[at + index] === byte)) return at;
  }
  return -1;
}
