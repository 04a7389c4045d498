/** Reads the files of a recording back and compares every byte, by hash, with what the manifest says of it. */
import { createHash } from 'node:crypto';
import type { Manifest, VideoFile } from '../contract/manifest.js';
import type { RecordingStore } from '../storage/recording-store.js';
import { StorageError } from '../storage/storage-error.js';
import { brokenBoxOffset } from './fragment-boxes.js';
import { RecordingFaultFound, type RecordingFaultCode } from './recording-fault.js';

/** A run of bytes with one hash: an init section, a segment, the event track. */
interface Piece {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly fault: RecordingFaultCode;
  readonly segment: number | null;
}

interface FileToVerify {
  readonly path: string;
  readonly file: string;
  readonly sizeBytes: number;
  /** In order, without holes, up to `sizeBytes`. */
  readonly pieces: readonly Piece[];
}

/** Segments above this are not looked into when they were changed: the whole segment is named. */
const MAX_INSPECTED_BYTES = 64 * 1024 * 1024;

/** The files in the order in which their faults are looked for: videos, then events. */
export function filesOf(manifest: Manifest, folder: string): readonly FileToVerify[] {
  const { file, sizeBytes, sha256 } = manifest.events;
  const events: Piece = { offset: 0, sizeBytes, sha256, fault: 'events-changed', segment: null };
  return [
    ...manifest.videos.map((video) => videoToVerify(manifest, video, folder)),
    { path: `${folder}/${file}`, file, sizeBytes, pieces: [events] },
  ];
}

function videoToVerify({ segments }: Manifest, video: VideoFile, folder: string): FileToVerify {
  const pieces: Piece[] = [
    { offset: 0, sizeBytes: video.initBytes, sha256: video.initSha256, fault: 'init-changed', segment: null },
  ];
  for (const { file, offset, sizeBytes, sha256, index } of segments) {
    if (file === video.file) pieces.push({ offset, sizeBytes, sha256, fault: 'segment-changed', segment: index });
  }
  return { path: `${folder}/${video.file}`, file: video.file, sizeBytes: video.sizeBytes, pieces };
}

/** @throws RecordingFaultFound for the first wrong piece, StorageError when storage does not answer. */
export async function verifyFile(store: RecordingStore, target: FileToVerify, signal?: AbortSignal): Promise<void> {
  const storedBytes = await sizeOf(store, target, signal);
  const present = target.pieces.filter((piece) => piece.offset + piece.sizeBytes <= storedBytes);
  const wrong = await firstWrongPiece(store, target, present, signal);
  if (wrong !== null) throw await describe(store, target, wrong, signal);
  const missing = target.pieces[present.length];
  if (missing !== undefined) {
    throw new RecordingFaultFound(
      'file-short',
      target.file,
      storedBytes,
      target.sizeBytes - storedBytes,
      missing.segment,
    );
  }
  if (storedBytes > target.sizeBytes) {
    throw new RecordingFaultFound('file-long', target.file, target.sizeBytes, storedBytes - target.sizeBytes);
  }
}

async function sizeOf(store: RecordingStore, target: FileToVerify, signal?: AbortSignal): Promise<number> {
  try {
    return await store.size(target.path, signal);
  } catch (error) {
    if (!(error instanceof StorageError && error.code === 'not-found')) throw error;
    throw new RecordingFaultFound('file-missing', target.file, 0, target.sizeBytes);
  }
}

/** One pass over the file. */
async function firstWrongPiece(
  store: RecordingStore,
  target: FileToVerify,
  pieces: readonly Piece[],
  signal?: AbortSignal,
): Promise<Piece | null> {
  const last = pieces.at(-1);
  if (last === undefined) return null;
  const stream = await store.readRange(target.path, { offset: 0, sizeBytes: last.offset + last.sizeBytes }, signal);
  const check = pieceCheck(pieces);
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    const wrong = check(chunk);
    if (wrong !== null) return wrong;
  }
  return check(new Uint8Array(0));
}

/** Takes the file's bytes in chunks of any size; gives the first piece whose hash differs, once its end is reached. */
function pieceCheck(pieces: readonly Piece[]): (chunk: Uint8Array) => Piece | null {
  let index = 0;
  let hash = createHash('sha256');
  let left = pieces[0]?.sizeBytes ?? 0;
  return (chunk) => {
    let rest = chunk;
    for (;;) {
      const piece = pieces[index];
      if (piece === undefined) return null;
      const taken = rest.subarray(0, left);
      hash.update(taken);
      left -= taken.length;
      rest = rest.subarray(taken.length);
      if (left > 0) return null;
      if (hash.digest('hex') !== piece.sha256) return piece;
      index++;
      hash = createHash('sha256');
      left = pieces[index]?.sizeBytes ?? 0;
    }
  };
}

/** Names the bytes as closely as they can be: a hash knows only its piece, but broken boxes tell where they break. */
async function describe(
  store: RecordingStore,
  target: FileToVerify,
  piece: Piece,
  signal?: AbortSignal,
): Promise<RecordingFaultFound> {
  const { offset, sizeBytes, segment } = piece;
  if (segment !== null && sizeBytes <= MAX_INSPECTED_BYTES) {
    const bytes = await readPiece(store, target.path, piece, signal);
    const brokenAt = brokenBoxOffset(bytes);
    if (brokenAt !== null) {
      return new RecordingFaultFound('fragment-broken', target.file, offset + brokenAt, sizeBytes - brokenAt, segment);
    }
  }
  return new RecordingFaultFound(piece.fault, target.file, offset, sizeBytes, segment);
}

async function readPiece(
  store: RecordingStore,
  path: string,
  { offset, sizeBytes }: Piece,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  const stream = await store.readRange(path, { offset, sizeBytes }, signal);
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
