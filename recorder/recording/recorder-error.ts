/** What ends a recorder: a code that stays the same, a sentence, and whether a successor may do better. */
import { EncoderError } from '../encoders/video-encoder.js';
import { StorageError, type StorageErrorCode } from '../storage/storage-error.js';
import { TraceCorruptError } from '../trace/trace-reader.js';

export type RecorderErrorCode =
  /** The rule forbids that this session is recorded. */
  | 'recording-forbidden'
  /** A part of the trace does not belong to this recording. */
  | 'trace-mismatch'
  /** What is stored is not what this trace gives. */
  | 'storage-diverged'
  /** Read back, the recording is not what was stored. */
  | 'verification-failed'
  /** The signed manifest is not the one that was asked for. */
  | 'manifest-mismatch';

export class RecorderError extends Error {
  override readonly name = 'RecorderError';
  readonly code: RecorderErrorCode;

  constructor(code: RecorderErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What the parent is told. Of unknown errors only the name: their text could hold anything. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

/**
 * Embedded storage that is killed forgets its last seconds. This recorder cannot go on then, but a successor, which takes
 * what is there for the truth, stores again what is missing.
 */
const LOST: ReadonlySet<StorageErrorCode> = new Set(['conflict', 'not-found']);

export function describeFailure(error: unknown): Failure {
  if (error instanceof RecorderError) {
    return { code: error.code, message: error.message, retryable: error.code === 'verification-failed' };
  }
  if (error instanceof TraceCorruptError) return { code: 'trace-corrupt', message: error.message, retryable: false };
  if (error instanceof StorageError) {
    return {
      code: `storage-${error.code}`,
      message: error.message,
      retryable: error.retryable || LOST.has(error.code),
    };
  }
  if (error instanceof EncoderError) {
    return { code: error.code, message: error.message, retryable: error.code === 'encoder-failed' };
  }
  const name = error instanceof Error ? error.name : typeof error;
  const place = error instanceof Error ? /\(?([^\s()/]+\.[jt]s:\d+)/.exec(error.stack ?? '')?.[1] : undefined;
  return { code: 'internal', message: `unexpected ${name} at ${place ?? 'an unknown place'}`, retryable: true };
}
