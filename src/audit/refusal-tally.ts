/** Counts refusals that get no audit row of their own, for the one row that stands for them. */
import type { Json } from '../contract/json.js';

/** Networks that the row names; what came from others is one figure. */
const MAX_NETWORKS = 20;

export class RefusalTally {
  #firstMs: number;
  #lastMs: number;
  #count = 0;
  #otherNetworks = 0;
  readonly #reasons = new Map<string, number>();
  readonly #networks = new Map<string, number>();

  constructor(nowMs: number) {
    this.#firstMs = nowMs;
    this.#lastMs = nowMs;
  }

  /** @param reason one of the gateway's own words, of which there are few */
  add(reason: string, network: string, nowMs: number): void {
    this.#add(reason, 1);
    this.#addNetwork(network, 1);
    this.#lastMs = nowMs;
  }

  /** Takes over what a later one has counted. */
  merge(later: RefusalTally): void {
    for (const [reason, count] of later.#reasons) this.#add(reason, count);
    for (const [network, count] of later.#networks) this.#addNetwork(network, count);
    this.#otherNetworks += later.#otherNetworks;
    this.#firstMs = Math.min(this.#firstMs, later.#firstMs);
    this.#lastMs = Math.max(this.#lastMs, later.#lastMs);
  }

  /** What the row says. Times are milliseconds since 1970. */
  toData(): { readonly [key: string]: Json } {
    return {
      count: this.#count,
      firstMs: this.#firstMs,
      lastMs: this.#lastMs,
      reasons: Object.fromEntries(this.#reasons),
      networks: Object.fromEntries(this.#networks),
      otherNetworks: this.#otherNetworks,
    };
  }

  #add(reason: string, count: number): void {
    this.#count += count;
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + count);
  }

  #addNetwork(network: string, count: number): void {
    const before = this.#networks.get(network);
    if (before === undefined && this.#networks.size >= MAX_NETWORKS) this.#otherNetworks += count;
    else this.#networks.set(network, (before ?? 0) + count);
  }
}
