/** Locks an address out of signing in after too many failures. Kept for each gateway: it protects this gateway's work. */

export interface LockOutLimits {
  /** Failures within `windowMs` that lock an address out. */
  readonly failures: number;
  readonly windowMs: number;
  /** How long it stays locked out. */
  readonly lockedMs: number;
}

export const DEFAULT_LOCK_OUT: LockOutLimits = { failures: 10, windowMs: 15 * 60_000, lockedMs: 15 * 60_000 };

/** Addresses that are remembered. When there are more, the ones that failed longest ago are forgotten. */
const MAX_ADDRESSES = 10_000;

interface Failures {
  readonly sinceMs: number;
  readonly count: number;
  readonly lockedUntilMs: number;
}

export class LockOut {
  readonly #limits: LockOutLimits;
  readonly #failures = new Map<string, Failures>();

  constructor(limits: LockOutLimits) {
    this.#limits = limits;
  }

  /** Milliseconds until the address may try again; 0 when it may at once. */
  remainingMs(address: string, nowMs: number): number {
    return Math.max(0, (this.#failures.get(address)?.lockedUntilMs ?? 0) - nowMs);
  }

  /** Counts a failure. True when it locks the address out. */
  fail(address: string, nowMs: number): boolean {
    const before = this.#failures.get(address);
    const continues = before !== undefined && nowMs - before.sinceMs < this.#limits.windowMs;
    const count = continues ? before.count + 1 : 1;
    const locks = count >= this.#limits.failures;
    this.#failures.delete(address);
    this.#failures.set(address, {
      sinceMs: continues && !locks ? before.sinceMs : nowMs,
      count: locks ? 0 : count,
      lockedUntilMs: locks ? nowMs + this.#limits.lockedMs : 0,
    });
    this.#forget();
    return locks;
  }

  succeed(address: string): void {
    this.#failures.delete(address);
  }

  #forget(): void {
    for (const address of this.#failures.keys()) {
      if (this.#failures.size <= MAX_ADDRESSES) return;
      this.#failures.delete(address);
    }
  }
}
