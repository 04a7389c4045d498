/** Boxes of the ISO base media file format, ISO/IEC 14496-12 4.2: size, type, content. */

/** Where a box is in its buffer. */
export interface Box {
  readonly type: string;
  readonly start: number;
  /** Start of what follows size and type. */
  readonly content: number;
  readonly end: number;
}

const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;

/** The box at `start`, which may end behind the buffer; null when its header is not whole or makes no sense. */
export function readBoxHeader(bytes: Uint8Array, start: number): Box | null {
  if (bytes.length - start < HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = String.fromCharCode(...bytes.subarray(start + 4, start + 8));
  let size = view.getUint32(start);
  let headerBytes = HEADER_BYTES;
  if (size === 1) {
    if (bytes.length - start < LARGE_HEADER_BYTES) return null;
    size = Number(view.getBigUint64(start + 8));
    headerBytes = LARGE_HEADER_BYTES;
  }
  if (size < headerBytes) return null;
  return { type, start, content: start + headerBytes, end: start + size };
}

/** The boxes between `start` and `end`, as far as they are whole. */
export function* iterateBoxes(bytes: Uint8Array, start: number, end: number): Iterable<Box> {
  let at = start;
  while (at < end) {
    const box = readBoxHeader(bytes, at);
    if (box === null || box.end > end) return;
    yield box;
    at = box.end;
  }
}

/** The first box that `path` leads to, from the outermost type inwards; null when there is none. */
export function findBox(bytes: Uint8Array, path: readonly string[], start = 0, end = bytes.length): Box | null {
  const [type, ...rest] = path;
  for (const box of iterateBoxes(bytes, start, end)) {
    if (box.type !== type) continue;
    return rest.length === 0 ? box : findBox(bytes, rest, box.content, box.end);
  }
  return null;
}
