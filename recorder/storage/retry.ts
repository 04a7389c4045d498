/** Bounded repetition of what may succeed later. */
import { setTimeout as sleep } from 'node:timers/promises';
import { toStorageError } from './storage-error.js';

/** How often, and how long between. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

/** About a minute in all; then the recorder gives up and its supervisor decides. */
export const STORAGE_RETRIES: RetryPolicy = { attempts: 10, firstDelayMs: 200, longestDelayMs: 15_000 };

/** Runs `operation` until it succeeds, fails for good, or the attempts are used up. @throws StorageError */
export async function withRetries<T>(doing: string, policy: RetryPolicy, operation: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation();
    } catch (error) {
      const failure = toStorageError(error, doing);
      if (!failure.retryable || attempt >= policy.attempts) throw failure;
      const delayMs = Math.min(policy.longestDelayMs, policy.firstDelayMs * 2 ** (attempt - 1));
      // Recorders that lost the same storage do not all come back at the same moment.
      await sleep(delayMs * (0.5 + Math.random() / 2));
    }
  }
}
