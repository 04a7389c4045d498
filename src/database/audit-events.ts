/** Rows of the audit log. Writing is for `AuditLog` alone, which keeps the chain. */
import type { Kysely } from 'kysely';
import type { AuditRow } from '../contract/audit-event.js';
import type { ChainId, SessionId } from '../contract/ids.js';
import { canonicalJson, type Json } from '../contract/json.js';
import type { AuditEventsTable, Schema } from './schema.js';

/** Part of one chain: the rows with `first <= sequence <= last`. */
export interface ChainRange {
  readonly chainId: ChainId;
  readonly first: number;
  readonly last: number;
}

/** Half-open span of time, milliseconds since 1970. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

export class AuditEventRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Adds rows in one transaction. @throws DatabaseError `constraint` when a sequence number is taken */
  async insert(rows: readonly AuditRow[]): Promise<void> {
    await this.#db.insertInto('audit_events').values(rows.map(toColumns)).execute();
  }

  /** The last row of a chain, or null for a chain without rows. */
  async head(chainId: ChainId): Promise<AuditRow | null> {
    const row = await this.#db
      .selectFrom('audit_events')
      .selectAll()
      .where('chain_id', '=', chainId)
      .orderBy('sequence', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? null : toRow(row);
  }

  async listChains(): Promise<readonly ChainId[]> {
    const rows = await this.#db.selectFrom('audit_events').select('chain_id').distinct().orderBy('chain_id').execute();
    return rows.map((row) => row.chain_id);
  }

  /** For each chain, the range of sequence numbers that holds the rows of a span of time; ordered by chain. */
  async ranges(span: TimeSpan): Promise<readonly ChainRange[]> {
    return this.#db
      .selectFrom('audit_events')
      .select('chain_id as chainId')
      .select((select) => [select.fn.min<number>('sequence').as('first'), select.fn.max<number>('sequence').as('last')])
      .where('time_ms', '>=', span.fromMs)
      .where('time_ms', '<', span.toMs)
      .groupBy('chain_id')
      .orderBy('chain_id')
      .execute();
  }

  /** One page of a range in order. With `span`, rows outside of it are left out. */
  async page(range: ChainRange, limit: number, span?: TimeSpan): Promise<readonly AuditRow[]> {
    let query = this.#db
      .selectFrom('audit_events')
      .selectAll()
      .where('chain_id', '=', range.chainId)
      .where('sequence', '>=', range.first)
      .where('sequence', '<=', range.last)
      .orderBy('sequence')
      .limit(limit);
    if (span !== undefined) query = query.where('time_ms', '>=', span.fromMs).where('time_ms', '<', span.toMs);
    return (await query.execute()).map(toRow);
  }

  /** Events of a session, oldest first. */
  async listOfSession(sessionId: SessionId, limit: number): Promise<readonly AuditRow[]> {
    const rows = await this.#db
      .selectFrom('audit_events')
      .selectAll()
      .where('session_id', '=', sessionId)
      .orderBy('time_ms')
      .orderBy('chain_id')
      .orderBy('sequence')
      .limit(limit)
      .execute();
    return rows.map(toRow);
  }
}

function toColumns(row: AuditRow): AuditEventsTable {
  return {
    chain_id: row.chainId,
    sequence: row.sequence,
    time_ms: row.timeMs,
    kind: row.kind,
    actor: row.actor,
    session_id: row.sessionId,
    data_json: canonicalJson(row.data),
    previous_hash: row.previousHash,
    hash: row.hash,
  };
}

function toRow(columns: AuditEventsTable): AuditRow {
  return {
    chainId: columns.chain_id,
    sequence: columns.sequence,
    timeMs: columns.time_ms,
    kind: columns.kind,
    actor: columns.actor,
    sessionId: columns.session_id,
    data: parseData(columns.data_json),
    previousHash: columns.previous_hash,
    hash: columns.hash,
  };
}

/** What somebody made unreadable in the database still has to be told by `verifyChain`: as a row that does not match. */
function parseData(text: string): { readonly [key: string]: Json } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && canonicalJson(value as Json) === text) {
      return value as { readonly [key: string]: Json };
    }
  } catch {
    // Fall through: the text is shown as it is.
  }
  return { unreadable: text };
}
