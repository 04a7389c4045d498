/** Settings that all gateways share: one JSON value for each key. */
import { type Kysely, sql } from 'kysely';
import { canonicalJson, type Json } from '../contract/json.js';
import type { Schema } from './schema.js';

export class SettingRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async get(key: string): Promise<Json | undefined> {
    const row = await this.#db.selectFrom('settings').select('value_json').where('key', '=', key).executeTakeFirst();
    return row === undefined ? undefined : (JSON.parse(row.value_json) as Json);
  }

  async set(key: string, value: Json, nowMs: number): Promise<void> {
    const columns = { value_json: canonicalJson(value), updated_at_ms: nowMs };
    await this.#db
      .insertInto('settings')
      .values({ key, ...columns })
      .onConflict((conflicting) => conflicting.column('key').doUpdateSet(columns))
      .execute();
  }

  /** Adds one to a whole number, from 0 when there is none yet; gives the new number. */
  async increment(key: string, nowMs: number): Promise<number> {
    const next = sql<string>`cast(cast(settings.value_json as bigint) + 1 as text)`;
    const row = await this.#db
      .insertInto('settings')
      .values({ key, value_json: '1', updated_at_ms: nowMs })
      .onConflict((conflicting) => conflicting.column('key').doUpdateSet({ value_json: next, updated_at_ms: nowMs }))
      .returning('value_json')
      .executeTakeFirstOrThrow();
    return Number(row.value_json);
  }
}
