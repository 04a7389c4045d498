/**
 * The recording's video files in storage. Storage is the truth: fragments that an earlier recorder stored are adopted one
 * by one, as the trace proves them, and what comes after them is appended. A file is continued only when it has no torn
 * tail and the same init section; else the video goes on in a further file.
 */
import { createHash } from 'node:crypto';
import type { Segment, VideoFile } from '../../src/contract/manifest.js';
import type { EncodedSegment } from '../encoders/video-encoder.js';
import { MAX_BLOCKS, type AppendBlob } from '../storage/append-blob.js';
import type { BlobStorage } from '../storage/blob-storage.js';
import { avcCodecString } from '../video/avc-configuration.js';
import { readFragments, type Fragment, type InitSection } from '../video/fragment-reader.js';
import { muxSegment, type MuxedSegment } from '../video/segment-muxer.js';
import { RecorderError } from './recorder-error.js';

/** A segment as the pacer made it, before it has bytes. */
export interface PlannedSegment {
  readonly part: number;
  readonly width: number;
  readonly height: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly frameTimesMs: readonly number[];
  /** It cannot be in the file of the segment before it. */
  readonly newFile: boolean;
}

/** A fragment found in storage. Its samples are left out: only times and hashes are kept. */
interface StoredFragment extends Omit<Fragment, 'segment' | 'type'> {
  readonly file: StoredFile;
  readonly frameTimesMs: readonly number[];
}

interface StoredFile {
  readonly name: string;
  readonly number: number;
  readonly init: InitSection;
  readonly blob: AppendBlob;
  lengthBytes: number;
  blocks: number;
  fragments: number;
  startMs: number;
  /** Bytes behind the last whole fragment. */
  torn: boolean;
}

type Report = (what: { readonly video: VideoFile } | { readonly segment: Segment }) => void;

const CONTENT_TYPE = 'video/mp4';
const FILE_NAME = /^video-(\d{4,})\.mp4$/;
const GENESIS = '0'.repeat(64);

export class VideoStore {
  readonly #storage: BlobStorage;
  readonly #folder: string;
  readonly #report: Report;
  readonly #maxBlocks: number;
  readonly #adoptable: StoredFragment[];
  readonly #videos = new Map<string, VideoFile>();
  readonly #segments: Segment[] = [];
  #file: StoredFile | null = null;
  #lastNumber: number;

  private constructor(storage: BlobStorage, folder: string, report: Report, maxBlocks: number, found: Found) {
    this.#storage = storage;
    this.#folder = folder;
    this.#report = report;
    this.#maxBlocks = maxBlocks;
    this.#adoptable = found.fragments;
    this.#lastNumber = found.lastNumber;
  }

  /** Reads what is stored of the recording in `folder`. A file that has `maxBlocks` is followed by another one. */
  static async open(storage: BlobStorage, folder: string, report: Report, maxBlocks = MAX_BLOCKS): Promise<VideoStore> {
    return new VideoStore(storage, folder, report, maxBlocks, await findStored(storage, folder));
  }

  /** True when the next segment is stored already, and need not be encoded. */
  get nextIsStored(): boolean {
    return this.#segments.length < this.#adoptable.length;
  }

  get videos(): readonly VideoFile[] {
    return [...this.#videos.values()];
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** Takes over the stored segment that `plan` describes. @throws RecorderError when storage holds something else. */
  adopt(plan: PlannedSegment): void {
    const fragment = this.#adoptable[this.#segments.length];
    if (fragment === undefined) throw new RangeError('nothing to adopt');
    const { file } = fragment;
    const first = file !== this.#file;
    if (first) file.startMs = plan.startMs;
    const same =
      (first || !plan.newFile) &&
      fragment.startMs === plan.startMs - file.startMs &&
      fragment.durationMs === plan.endMs - plan.startMs &&
      fragment.frameTimesMs.length === plan.frameTimesMs.length &&
      fragment.frameTimesMs.every((timeMs, index) => timeMs + file.startMs === plan.frameTimesMs[index]) &&
      file.init.width === plan.width &&
      file.init.height === plan.height;
    if (!same) {
      const where = `${file.name} at ${fragment.offset}`;
      throw new RecorderError('storage-diverged', `the segment stored in ${where} is not the one of this trace`);
    }
    this.#file = file;
    this.#addVideo(file, plan, avcCodecString(file.init.parameterSets.sps));
    this.#addSegment(plan, fragment);
  }

  /** Stores a segment that was encoded. */
  async store(plan: PlannedSegment, encoded: EncodedSegment): Promise<void> {
    const current = this.#file;
    if (current !== null && !plan.newFile && !current.torn && current.blocks < this.#maxBlocks) {
      const muxed = await this.#mux(plan, encoded, current.startMs, current.fragments + 1);
      if (Buffer.compare(muxed.init, current.init.bytes) === 0) return this.#append(current, plan, muxed, []);
    }
    const muxed = await this.#mux(plan, encoded, plan.startMs, 1);
    const file = await this.#openFile(plan, encoded, muxed);
    // One append for both, so that a crash leaves an empty file or one with a segment.
    await this.#append(file, plan, muxed, [muxed.init]);
  }

  #mux(plan: PlannedSegment, encoded: EncodedSegment, fileStartMs: number, sequence: number): Promise<MuxedSegment> {
    const { width, height, startMs, endMs } = plan;
    return muxSegment(encoded, { width, height, startMs, endMs, fileStartMs, sequence });
  }

  async #openFile(plan: PlannedSegment, encoded: EncodedSegment, muxed: MuxedSegment): Promise<StoredFile> {
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const name = `video-${String(number).padStart(4, '0')}.mp4`;
    const blob = this.#storage.appendBlob(`${this.#folder}/${name}`);
    const { lengthBytes, blocks } = await blob.create(CONTENT_TYPE);
    if (lengthBytes > 0) throw new RecorderError('storage-diverged', `${name} was written by somebody else`);
    const { parameterSets } = encoded;
    const init: InitSection = {
      type: 'init',
      bytes: muxed.init,
      parameterSets,
      width: plan.width,
      height: plan.height,
    };
    const file = { name, number, init, blob, lengthBytes, blocks, fragments: 0, startMs: plan.startMs, torn: false };
    this.#file = file;
    return file;
  }

  async #append(
    file: StoredFile,
    plan: PlannedSegment,
    muxed: MuxedSegment,
    before: readonly Uint8Array[],
  ): Promise<void> {
    const bytes = Buffer.concat([...before, muxed.fragment]);
    const offset = file.lengthBytes + bytes.length - muxed.fragment.length;
    file.blocks += await file.blob.append(file.lengthBytes, bytes);
    file.lengthBytes += bytes.length;
    file.fragments += 1;
    this.#addVideo(file, plan, muxed.codec);
    this.#addSegment(plan, { file, offset, sizeBytes: muxed.fragment.length, sha256: sha256(muxed.fragment) });
  }

  #addVideo(file: StoredFile, plan: PlannedSegment, codec: string): void {
    const known = this.#videos.get(file.name);
    const video: VideoFile = {
      file: file.name,
      part: known?.part ?? plan.part,
      width: plan.width,
      height: plan.height,
      codec,
      initBytes: file.init.bytes.length,
      initSha256: known?.initSha256 ?? sha256(file.init.bytes),
      sizeBytes: file.lengthBytes,
    };
    this.#videos.set(file.name, video);
    if (known === undefined) this.#report({ video });
  }

  #addSegment(plan: PlannedSegment, at: Pick<StoredFragment, 'file' | 'offset' | 'sizeBytes' | 'sha256'>): void {
    const segment: Segment = {
      index: this.#segments.length,
      file: at.file.name,
      offset: at.offset,
      sizeBytes: at.sizeBytes,
      startMs: plan.startMs,
      durationMs: plan.endMs - plan.startMs,
      frames: plan.frameTimesMs.length,
      sha256: at.sha256,
      chain: sha256((this.#segments.at(-1)?.chain ?? GENESIS) + at.sha256),
    };
    this.#segments.push(segment);
    this.#report({ segment });
  }
}

interface Found {
  readonly fragments: StoredFragment[];
  readonly lastNumber: number;
}

async function findStored(storage: BlobStorage, folder: string): Promise<Found> {
  const fragments: StoredFragment[] = [];
  let lastNumber = 0;
  for (const { name: path } of await storage.list(`${folder}/video-`)) {
    const name = path.slice(folder.length + 1);
    const number = Number(FILE_NAME.exec(name)?.[1] ?? 0);
    const blob = storage.appendBlob(path);
    const { lengthBytes, blocks } = await blob.state();
    // An empty file was made and not written to: its number is taken again.
    if (number === 0 || lengthBytes === 0) continue;
    lastNumber = Math.max(lastNumber, number);
    let file: StoredFile | null = null;
    let end = 0;
    for await (const item of readFragments(storage.read(path))) {
      if (item.type === 'init') {
        file = { name, number, init: item, blob, lengthBytes, blocks, fragments: 0, startMs: 0, torn: false };
        end = item.bytes.length;
      } else if (file !== null) {
        const { offset, sizeBytes, sha256: hash, startMs, durationMs, frames, segment } = item;
        const frameTimesMs = segment.samples.map(({ ptsMs }) => ptsMs);
        fragments.push({ file, offset, sizeBytes, sha256: hash, startMs, durationMs, frames, frameTimesMs });
        file.fragments += 1;
        end = offset + sizeBytes;
      }
    }
    if (file !== null) file.torn = end !== lengthBytes;
  }
  return { fragments, lastNumber };
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}
