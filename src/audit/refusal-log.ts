/**
 * Refusals of clients that nobody has vouched for: a row and a log line each, as long as they keep within the budget. Those
 * beyond it are counted, and one row a window says how many there were, when and why: what a stranger does costs little and
 * nothing of it is lost without a word.
 */
import type { Logger } from 'pino';
import type { AuditEvent, AuditEventKind } from '../contract/audit-event.js';
import type { SessionId } from '../contract/ids.js';
import type { Json } from '../contract/json.js';
import { neighbourhoodOf } from '../identity/network-of.js';
import { DEFAULT_REFUSAL_LIMITS, RefusalBudget, type RefusalLimits } from './refusal-budget.js';
import { RefusalTally } from './refusal-tally.js';

export interface Refusal {
  readonly kind: Extract<
    AuditEventKind,
    'connection.refused' | 'session.ticket-refused' | 'entra.sign-in-failed' | 'kdc-proxy.refused'
  >;
  readonly clientAddress: string;
  readonly reason: string;
  readonly sessionId: SessionId | null;
  /** What the row says besides the reason. */
  readonly data: { readonly [key: string]: Json };
}

/** Where refusals are written down. All of it rejects when the row cannot be stored. */
export interface RefusalRecorder {
  /** Writes a row, or counts the refusal when there were too many. */
  record(refusal: Refusal): Promise<void>;
  /** Writes a row in any case: for refusals that cannot be many, since a session that a person asked for ends with them. */
  recordAlways(refusal: Refusal): Promise<void>;
  /** For refusals that never have a row: of those who are locked out, which is on record. */
  count(refusal: Pick<Refusal, 'kind' | 'clientAddress' | 'reason'>): void;
}

export interface RefusalLogOptions {
  readonly audit: { append(event: AuditEvent): Promise<unknown> };
  readonly log: Pick<Logger, 'warn' | 'error'>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly limits?: RefusalLimits;
}

/** The row of those that were only counted is written so long after the first of them. */
export const REFUSAL_WINDOW_MS = 60_000;

export class RefusalLog implements RefusalRecorder {
  readonly #options: RefusalLogOptions;
  readonly #budget: RefusalBudget;
  #tally: RefusalTally | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: RefusalLogOptions) {
    this.#options = options;
    this.#budget = new RefusalBudget(options.limits ?? DEFAULT_REFUSAL_LIMITS);
  }

  async record(refusal: Refusal): Promise<void> {
    const fits = this.#budget.take(neighbourhoodOf(refusal.clientAddress), this.#options.clock());
    if (fits) await this.recordAlways(refusal);
    else this.count(refusal);
  }

  async recordAlways({ kind, clientAddress, reason, sessionId, data }: Refusal): Promise<void> {
    const { audit, log } = this.#options;
    log.warn({ clientAddress, reason, ...data }, 'a client was refused');
    await audit.append({ kind, actor: `client:${clientAddress}`, sessionId, data: { reason, ...data } });
  }

  count({ kind, clientAddress, reason }: Pick<Refusal, 'kind' | 'clientAddress' | 'reason'>): void {
    const nowMs = this.#options.clock();
    this.#tally ??= this.#begin(nowMs);
    this.#tally.add(`${kind} ${reason}`, neighbourhoodOf(clientAddress), nowMs);
  }

  /** Writes the row of what was counted until now. Rejects when it cannot be stored; it is counted on then. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const tally = this.#tally;
    if (tally === null) return;
    this.#tally = null;
    const data = tally.toData();
    try {
      await this.#options.audit.append({ kind: 'refusals.counted', actor: 'gateway', sessionId: null, data });
    } catch (error) {
      if (this.#tally !== null) tally.merge(this.#tally);
      this.#tally = tally;
      this.#wait();
      throw error;
    }
    this.#options.log.warn(data, 'refusals were counted');
  }

  #begin(nowMs: number): RefusalTally {
    this.#options.log.warn({}, 'many clients are refused: some are only counted until the row that says how many');
    this.#wait();
    return new RefusalTally(nowMs);
  }

  #wait(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.flush().catch((error: unknown) => {
        const name = error instanceof Error ? error.name : 'unknown error';
        this.#options.log.error({ error: name }, 'counted refusals are not on record yet');
      });
    }, REFUSAL_WINDOW_MS).unref();
  }
}
