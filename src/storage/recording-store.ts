/** Reading of recordings from storage. Paths are `<folder of the recording>/<file>`, as `recordingFolder` gives them. */
import type { Readable } from 'node:stream';

/** A run of bytes within a file. */
export interface ByteRange {
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface StoredFile {
  /** Name within the folder. */
  readonly name: string;
  readonly sizeBytes: number;
}

/** Files in one recording's folder at most: 8,192 videos would be as many resizes, and thumbnails are few. */
export const MAX_FILES_PER_RECORDING = 10_000;

/** Every method throws `StorageError`. */
export interface RecordingStore {
  /** Size in bytes at this moment; the file of a live recording grows. */
  size(path: string, signal?: AbortSignal): Promise<number>;

  /**
   * Streams exactly the bytes of `range`. The stream fails with code `short` when the file ends before, so that nobody
   * takes a truncated file for a whole one. Destroying the stream or aborting ends the download.
   */
  readRange(path: string, range: ByteRange, signal?: AbortSignal): Promise<Readable>;

  /** The whole file; fails with code `too-large`, before reading it, above `maxBytes`. */
  readSmall(path: string, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array>;

  /** Files directly in the folder, by name. Fails with code `too-large` above `MAX_FILES_PER_RECORDING`. */
  listFiles(folder: string, signal?: AbortSignal): Promise<readonly StoredFile[]>;

  /** Resolves when the container can be reached with these credentials. */
  check(signal?: AbortSignal): Promise<void>;
}
