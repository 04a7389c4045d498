/**
 * How many refusals of strangers get an audit row of their own: a bucket of tokens for each network and one for all. Nobody
 * who cannot sign in may fill the disk with rows. Free of I/O: the time is an argument.
 */

export interface BucketLimits {
  /** Rows at once after a time of peace. */
  readonly burst: number;
  readonly perSecond: number;
}

export interface RefusalLimits {
  readonly network: BucketLimits;
  readonly overall: BucketLimits;
}

/** A port scan, a wrong configuration or an evening of curiosity fit in; the most is about 170,000 rows (100 MB) a day. */
export const DEFAULT_REFUSAL_LIMITS: RefusalLimits = {
  network: { burst: 300, perSecond: 0.5 },
  overall: { burst: 1_000, perSecond: 2 },
};

/** Networks that are remembered; of more than these, the ones that were refused longest ago begin anew. */
const MAX_NETWORKS = 10_000;

class TokenBucket {
  readonly #limits: BucketLimits;
  #tokens: number;
  #atMs: number | null = null;

  constructor(limits: BucketLimits) {
    this.#limits = limits;
    this.#tokens = limits.burst;
  }

  hasToken(nowMs: number): boolean {
    // A clock that was set back gives nothing and takes nothing.
    const elapsedMs = Math.max(0, nowMs - (this.#atMs ?? nowMs));
    this.#atMs = nowMs;
    this.#tokens = Math.min(this.#limits.burst, this.#tokens + (elapsedMs / 1_000) * this.#limits.perSecond);
    return this.#tokens >= 1;
  }

  take(): void {
    this.#tokens -= 1;
  }
}

export class RefusalBudget {
  readonly #limits: RefusalLimits;
  readonly #overall: TokenBucket;
  readonly #networks = new Map<string, TokenBucket>();

  constructor(limits: RefusalLimits) {
    this.#limits = limits;
    this.#overall = new TokenBucket(limits.overall);
  }

  /** True when a refusal of this network may have a row. One that may not takes nothing from anybody else. */
  take(network: string, nowMs: number): boolean {
    const own = this.#networks.get(network) ?? new TokenBucket(this.#limits.network);
    this.#networks.delete(network);
    this.#networks.set(network, own);
    const [oldest] = this.#networks.keys();
    if (this.#networks.size > MAX_NETWORKS && oldest !== undefined) this.#networks.delete(oldest);
    if (!own.hasToken(nowMs) || !this.#overall.hasToken(nowMs)) return false;
    own.take();
    this.#overall.take();
    return true;
  }
}
