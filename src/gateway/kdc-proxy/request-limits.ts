/** How much the KDC proxy does at a time and for one network: it must not become a way to wear a KDC down. */
import { networkOf } from '../../identity/network-of.js';

const MINUTE_MS = 60_000;
/** A sign-in takes three to six requests. */
const REQUESTS_A_MINUTE = 120;
/** Refusals that are written down; what comes after them is not even looked at. */
const FAILURES_A_MINUTE = 20;
const MAX_AT_ONCE = 32;
/** Networks that are remembered at the same time. */
const MAX_NETWORKS = 10_000;

interface Count {
  sinceMs: number;
  requests: number;
  failures: number;
}

export class RequestLimits {
  readonly #clock: () => number;
  readonly #counts = new Map<string, Count>();
  #running = 0;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** False when this request is one too many; else `leave` follows. */
  enter(address: string): boolean {
    const count = this.#count(address);
    if (count.requests >= REQUESTS_A_MINUTE || count.failures >= FAILURES_A_MINUTE) return false;
    if (this.#running >= MAX_AT_ONCE) return false;
    count.requests += 1;
    this.#running += 1;
    return true;
  }

  leave(): void {
    this.#running -= 1;
  }

  /** False when the address has failed too often to be heard. */
  fail(address: string): boolean {
    const count = this.#count(address);
    count.failures += 1;
    return count.failures <= FAILURES_A_MINUTE;
  }

  #count(address: string): Count {
    const nowMs = this.#clock();
    const network = networkOf(address);
    const found = this.#counts.get(network);
    if (found !== undefined && nowMs - found.sinceMs < MINUTE_MS) return found;
    if (this.#counts.size >= MAX_NETWORKS) this.#forget(nowMs);
    const count = { sinceMs: nowMs, requests: 0, failures: 0 };
    this.#counts.set(network, count);
    return count;
  }

  #forget(nowMs: number): void {
    for (const [network, { sinceMs }] of this.#counts) {
      if (nowMs - sinceMs >= MINUTE_MS) this.#counts.delete(network);
    }
    // All of them within a minute: the oldest goes.
    const [oldest] = this.#counts.keys();
    if (this.#counts.size >= MAX_NETWORKS && oldest !== undefined) this.#counts.delete(oldest);
  }
}
