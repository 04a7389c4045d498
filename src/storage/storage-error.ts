/** The one error that storage throws. Its message names paths and codes, never content or credentials. */

export type StorageErrorCode =
  /** The blob or container does not exist. */
  | 'not-found'
  /** Storage answered that these credentials may not do this. */
  | 'denied'
  /** The blob is larger than the caller allows. */
  | 'too-large'
  /** The blob ended before the bytes that were asked for. */
  | 'short'
  /** The caller gave up. */
  | 'aborted'
  /** Storage did not answer, or answered that it cannot at present. */
  | 'unavailable';

export class StorageError extends Error {
  readonly code: StorageErrorCode;
  /** True when the same request may succeed later. */
  readonly retryable: boolean;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
    this.retryable = code === 'unavailable';
  }
}

/** Translates what the SDK threw while doing something to `path`. */
export function toStorageError(error: unknown, path: string): StorageError {
  if (error instanceof StorageError) return error;
  const { name, statusCode } = shapeOf(error);
  if (name === 'AbortError') return new StorageError('aborted', `reading ${path} was given up`, { cause: error });
  if (statusCode === 404) return new StorageError('not-found', `${path} is not in storage`, { cause: error });
  if (statusCode === 416) return new StorageError('short', `${path} ends before the range asked for`, { cause: error });
  if (statusCode === 401 || statusCode === 403) {
    return new StorageError('denied', `storage refused access to ${path}`, { cause: error });
  }
  return new StorageError('unavailable', `storage did not serve ${path}`, { cause: error });
}

function shapeOf(error: unknown): { name: string; statusCode: number | null } {
  if (!(error instanceof Error)) return { name: '', statusCode: null };
  const statusCode = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : null;
  return { name: error.name, statusCode };
}
