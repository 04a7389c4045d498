/** The box structure of a segment, ISO/IEC 14496-12, 4.2: moof and mdat in turn, sizes adding up exactly. */

const MOOF = 0x6d6f6f66;
const MDAT = 0x6d646174;
const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;

/** Offset of the first box that does not fit, or null when all do. */
export function brokenBoxOffset(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let expected = MOOF;
  while (at < bytes.length) {
    const size = boxSize(view, at, expected);
    if (size === null) return at;
    at += size;
    expected = expected === MOOF ? MDAT : MOOF;
  }
  return expected === MOOF ? null : at;
}

function boxSize(view: DataView, at: number, type: number): number | null {
  const left = view.byteLength - at;
  if (left < HEADER_BYTES || view.getUint32(at + 4) !== type) return null;
  const size = view.getUint32(at);
  if (size !== 1) return size >= HEADER_BYTES && size <= left ? size : null;
  if (left < LARGE_HEADER_BYTES) return null;
  const large = view.getBigUint64(at + HEADER_BYTES);
  return large >= LARGE_HEADER_BYTES && large <= left ? Number(large) : null;
}
