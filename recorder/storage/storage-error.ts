/** Storage failed. Messages name the operation and the blob, never an address with its signature or a blob's content. */

/** What went wrong, in words that stay the same. */
export type StorageErrorCode =
  /** Not reachable, too busy or timed out. */
  | 'unavailable'
  /** The credentials do not allow it. */
  | 'forbidden'
  | 'not-found'
  /** Something else is stored where this was to go. */
  | 'conflict'
  /** The blob cannot take another block, or is sealed. */
  | 'full'
  /** Any other refusal. */
  | 'refused'
  /** The connection string or URL makes no sense. */
  | 'misconfigured';

export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;
  /** True when the same operation may succeed later. */
  readonly retryable: boolean;

  constructor(code: StorageErrorCode, message: string) {
    super(`storage: ${message}`);
    this.code = code;
    this.retryable = code === 'unavailable';
  }
}

const CODES: ReadonlyMap<number, StorageErrorCode> = new Map([
  [401, 'forbidden'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [408, 'unavailable'],
  [409, 'conflict'],
  [412, 'conflict'],
  [429, 'unavailable'],
]);
const FULL: ReadonlySet<string> = new Set(['BlockCountExceedsLimit', 'BlobIsSealed', 'MaxBlobSizeConditionNotMet']);
const BUSY: ReadonlySet<string> = new Set(['AccountBeingCreated', 'ContainerBeingDeleted', 'OperationTimedOut']);

/** Brings whatever the storage library threw into this form. `doing` is a phrase like "append to video-0001.mp4". */
export function toStorageError(error: unknown, doing: string): StorageError {
  if (error instanceof StorageError) return error;
  const { statusCode, code } = fieldsOf(error);
  // Without a status there was no answer: refused, reset, timed out, or the name did not resolve.
  if (statusCode === null) return new StorageError('unavailable', `cannot ${doing}: no answer (${code})`);
  const kind = FULL.has(code) ? 'full' : BUSY.has(code) ? 'unavailable' : CODES.get(statusCode);
  const fallback = statusCode >= 500 ? 'unavailable' : 'refused';
  return new StorageError(kind ?? fallback, `cannot ${doing}: ${code} (${statusCode})`);
}

/** The HTTP status of an error of the storage library. */
export function statusOf(error: unknown): number | null {
  return fieldsOf(error).statusCode;
}

function fieldsOf(error: unknown): { statusCode: number | null; code: string } {
  if (typeof error !== 'object' || error === null) return { statusCode: null, code: 'unknown' };
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  return {
    statusCode: typeof statusCode === 'number' ? statusCode : null,
    code: typeof code === 'string' && /^[\w-]{1,60}$/.test(code) ? code : 'unknown',
  };
}
