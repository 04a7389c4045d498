/**
 * Reads back what `segment-muxer.ts` wrote, from a stream of any length: the init section, then fragment by fragment with
 * no more than one in memory. What does not form a whole fragment is the file's torn tail.
 */
import { createHash } from 'node:crypto';
import type { EncodedSegment } from '../encoders/video-encoder.js';
import type { ParameterSets } from './annexb.js';
import { decodeAvcConfiguration } from './avc-configuration.js';
import { findBox, iterateBoxes, readBoxHeader } from './boxes.js';

/** ftyp and moov. */
export interface InitSection {
  readonly type: 'init';
  readonly bytes: Uint8Array;
  readonly parameterSets: ParameterSets;
  readonly width: number;
  readonly height: number;
}

/** One fragment: a segment as it is stored. */
export interface Fragment {
  readonly type: 'fragment';
  readonly offset: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Media time within the file. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly frames: number;
  /** Its samples, for a decoder; times are media times. */
  readonly segment: EncodedSegment;
}

/** Larger boxes are not ours: 60 s of the largest picture stay far below. */
const MAX_BOX_BYTES = 512 * 1024 * 1024;

/** Yields the init section and every whole fragment; returns at the end of the stream or at the first byte that is torn. */
export async function* readFragments(stream: AsyncIterable<Uint8Array>): AsyncGenerator<InitSection | Fragment, void> {
  let offset = 0;
  let init: InitSection | null = null;
  for await (const pair of boxPairs(stream)) {
    if (init === null) {
      init = parseInit(pair);
      if (init === null) return;
      yield init;
    } else {
      const fragment = parseFragment(pair, offset, init.parameterSets);
      if (fragment === null) return;
      yield fragment;
    }
    offset += pair.length;
  }
}

/** Collects bytes until two boxes are whole: ftyp and moov, then moof and mdat. */
async function* boxPairs(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let chunks: Uint8Array[] = [];
  let length = 0;
  let wanted = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    // Joined only when that may complete a pair, so that a large box is not copied again with every chunk.
    if (length < wanted) continue;
    let bytes: Uint8Array = Buffer.concat(chunks, length);
    for (let needed = bytesNeeded(bytes); ; needed = bytesNeeded(bytes)) {
      if (needed === null) return;
      wanted = needed;
      if (needed > bytes.length) break;
      yield bytes.subarray(0, needed);
      bytes = bytes.subarray(needed);
    }
    chunks = [bytes];
    length = bytes.length;
  }
}

/** Bytes that two boxes take, or a lower bound while their headers are not all there; null for what is not a box. */
function bytesNeeded(bytes: Uint8Array): number | null {
  let end = 0;
  for (let count = 0; count < 2; count++) {
    if (bytes.length < end + 8) return end + 8;
    const box = readBoxHeader(bytes, end);
    if (box === null) return bytes.length < end + 16 ? end + 16 : null;
    if (box.end - box.start > MAX_BOX_BYTES) return null;
    end = box.end;
  }
  return end;
}

function parseInit(bytes: Uint8Array): InitSection | null {
  const entry = findBox(bytes, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd']);
  // stsd: version and flags, entry count. avc1: 78 bytes of fields before its boxes, the size 24 bytes into them.
  const avc1 = entry === null ? null : readBoxHeader(bytes, entry.content + 8);
  if (entry === null || avc1?.type !== 'avc1' || avc1.end > entry.end) return null;
  const configuration = findBox(bytes, ['avcC'], avc1.content + 78, avc1.end);
  if (configuration === null) return null;
  const parameterSets = decodeAvcConfiguration(bytes.subarray(configuration.content, configuration.end));
  if (parameterSets === null) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = view.getUint16(avc1.content + 24);
  const height = view.getUint16(avc1.content + 26);
  return { type: 'init', bytes: new Uint8Array(bytes), parameterSets, width, height };
}

interface TableEntry {
  readonly durationMs: number;
  readonly sizeBytes: number;
}

function parseFragment(bytes: Uint8Array, offset: number, parameterSets: ParameterSets): Fragment | null {
  const [moof, mdat] = [...iterateBoxes(bytes, 0, bytes.length)];
  if (moof?.type !== 'moof' || mdat?.type !== 'mdat') return null;
  const decodeTime = findBox(bytes, ['traf', 'tfdt'], moof.content, moof.end);
  const table = sampleTable(bytes, moof.content, moof.end);
  if (decodeTime === null || table === null || table.length === 0) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = decodeTime.content + 4;
  const startMs = bytes[decodeTime.content] === 1 ? Number(view.getBigUint64(at)) : view.getUint32(at);
  const samples: { ptsMs: number; data: Uint8Array }[] = [];
  let dataAt = mdat.content;
  let ptsMs = startMs;
  for (const { durationMs, sizeBytes } of table) {
    if (dataAt + sizeBytes > mdat.end) return null;
    samples.push({ ptsMs, data: bytes.subarray(dataAt, dataAt + sizeBytes) });
    dataAt += sizeBytes;
    ptsMs += durationMs;
  }
  return {
    type: 'fragment',
    offset,
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    startMs,
    durationMs: ptsMs - startMs,
    frames: table.length,
    segment: { parameterSets, samples },
  };
}

/** Track fragment header and run, ISO/IEC 14496-12 8.8.7 and 8.8.8. */
function sampleTable(bytes: Uint8Array, start: number, end: number): TableEntry[] | null {
  const header = findBox(bytes, ['traf', 'tfhd'], start, end);
  const run = findBox(bytes, ['traf', 'trun'], start, end);
  if (header === null || run === null) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const defaults = trackDefaults(view, header.content);
  const flags = view.getUint32(run.content) & 0xffffff;
  const count = view.getUint32(run.content + 4);
  let at = run.content + 8 + ((flags & 0x1) === 0 ? 0 : 4) + ((flags & 0x4) === 0 ? 0 : 4);
  const fields = [0x100, 0x200, 0x400, 0x800].filter((flag) => (flags & flag) !== 0).length;
  if (at + count * fields * 4 > run.end) return null;
  const entries: TableEntry[] = [];
  for (let index = 0; index < count; index++) {
    let field = at;
    const next = (flag: number, otherwise: number) => {
      if ((flags & flag) === 0) return otherwise;
      field += 4;
      return view.getUint32(field - 4);
    };
    entries.push({ durationMs: next(0x100, defaults.durationMs), sizeBytes: next(0x200, defaults.sizeBytes) });
    at += fields * 4;
  }
  return entries;
}

function trackDefaults(view: DataView, content: number): TableEntry {
  const flags = view.getUint32(content) & 0xffffff;
  let at = content + 8 + ((flags & 0x1) === 0 ? 0 : 8) + ((flags & 0x2) === 0 ? 0 : 4);
  const next = (flag: number) => {
    if ((flags & flag) === 0) return 0;
    at += 4;
    return view.getUint32(at - 4);
  };
  return { durationMs: next(0x8), sizeBytes: next(0x10) };
}
