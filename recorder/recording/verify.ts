/** Reads a recording back from storage and compares it with what the manifest says of it. */
import { createHash } from 'node:crypto';
import type { ManifestBody, Segment, VideoFile } from '../../src/contract/manifest.js';
import type { EncoderEngine } from '../encoders/video-encoder.js';
import type { BlobStorage } from '../storage/blob-storage.js';
import { readFragments, type Fragment } from '../video/fragment-reader.js';
import { RecorderError } from './recorder-error.js';

/** What is verified. */
export type StoredRecording = Pick<ManifestBody, 'videos' | 'segments' | 'events'>;

/**
 * Reads every file, hashes every segment, and decodes all of it.
 * @throws RecorderError `verification-failed`, naming the first difference.
 */
export async function verifyRecording(
  storage: BlobStorage,
  folder: string,
  recording: StoredRecording,
  engine: EncoderEngine,
): Promise<void> {
  for (const video of recording.videos) {
    const segments = recording.segments.filter(({ file }) => file === video.file);
    await verifyVideo(storage, folder, video, segments, engine);
  }
  const { file, sizeBytes, sha256 } = recording.events;
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of storage.read(`${folder}/${file}`)) {
    hash.update(chunk);
    length += chunk.length;
  }
  expectSame(file, 'length', length, sizeBytes);
  expectSame(file, 'hash', hash.digest('hex'), sha256);
}

async function verifyVideo(
  storage: BlobStorage,
  folder: string,
  video: VideoFile,
  segments: readonly Segment[],
  engine: EncoderEngine,
): Promise<void> {
  let length = 0;
  const counted = async function* () {
    for await (const chunk of storage.read(`${folder}/${video.file}`)) {
      length += chunk.length;
      yield chunk;
    }
  };
  let index = 0;
  for await (const item of readFragments(counted())) {
    if (item.type === 'init') {
      expectSame(video.file, 'init section', createHash('sha256').update(item.bytes).digest('hex'), video.initSha256);
      continue;
    }
    const segment = segments[index];
    if (segment === undefined) throw different(video.file, 'number of segments');
    await verifySegment(item, segment, engine);
    index += 1;
  }
  expectSame(video.file, 'number of segments', index, segments.length);
  expectSame(video.file, 'length', length, video.sizeBytes);
}

async function verifySegment(fragment: Fragment, segment: Segment, engine: EncoderEngine): Promise<void> {
  const name = `segment ${segment.index}`;
  expectSame(name, 'place', fragment.offset, segment.offset);
  expectSame(name, 'size', fragment.sizeBytes, segment.sizeBytes);
  expectSame(name, 'hash', fragment.sha256, segment.sha256);
  expectSame(name, 'duration', fragment.durationMs, segment.durationMs);
  expectSame(name, 'number of samples', fragment.frames, segment.frames);
  expectSame(name, 'number of pictures', await engine.countPictures(fragment.segment), segment.frames);
}

function expectSame(name: string, what: string, got: string | number, expected: string | number): void {
  if (got !== expected) throw different(name, what);
}

function different(name: string, what: string): RecorderError {
  return new RecorderError('verification-failed', `${name}: its ${what} is not what was stored`);
}
