/** What channels may be used for at single targets, where that differs from the gateway's setting. */
import type { Kysely } from 'kysely';
import { ALL_CHANNEL_USES, type ChannelOverrides } from '../contract/channel-policy.js';
import type { TargetId } from '../contract/ids.js';
import { canonicalJson } from '../contract/json.js';
import type { Schema } from './schema.js';

export class TargetChannelRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Nothing for a target that says nothing, or is not there. */
  async get(targetId: TargetId): Promise<ChannelOverrides> {
    const row = await this.#db
      .selectFrom('target_channels')
      .select('channels_json')
      .where('target_id', '=', targetId)
      .executeTakeFirst();
    return row === undefined ? {} : readOverrides(JSON.parse(row.channels_json));
  }

  /** Of every target that says something. */
  async list(): Promise<ReadonlyMap<TargetId, ChannelOverrides>> {
    const rows = await this.#db.selectFrom('target_channels').select(['target_id as id', 'channels_json']).execute();
    return new Map(rows.map(({ id, channels_json: json }) => [id, readOverrides(JSON.parse(json))]));
  }

  /** @throws DatabaseError `constraint` when there is no such target */
  async set(targetId: TargetId, overrides: ChannelOverrides, nowMs: number): Promise<void> {
    const columns = { channels_json: canonicalJson({ ...overrides }), updated_at_ms: nowMs };
    await this.#db
      .insertInto('target_channels')
      .values({ target_id: targetId, ...columns })
      .onConflict((conflicting) => conflicting.column('target_id').doUpdateSet(columns))
      .execute();
  }
}

/** Uses that this version does not know are left out. */
function readOverrides(value: unknown): ChannelOverrides {
  if (typeof value !== 'object' || value === null) return {};
  const given = new Map<string, unknown>(Object.entries(value));
  const known = ALL_CHANNEL_USES.map((use) => [use, given.get(use)] as const);
  return Object.fromEntries(
    known.filter((entry): entry is [(typeof entry)[0], boolean] => typeof entry[1] === 'boolean'),
  );
}
