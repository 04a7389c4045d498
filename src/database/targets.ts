/** The inventory of targets. */
import type { Kysely } from 'kysely';
import type { TargetId } from '../contract/ids.js';
import type { RecordingSetting } from '../contract/rule.js';
import type { Schema, TargetKind } from './schema.js';

export interface TargetRecord {
  readonly id: TargetId;
  readonly name: string;
  readonly kind: TargetKind;
  readonly address: string;
  readonly port: number;
  readonly recordingSetting: RecordingSetting;
  readonly createdAtMs: number;
}

const COLUMNS = [
  'id',
  'name',
  'kind',
  'address',
  'port',
  'recording_setting as recordingSetting',
  'created_at_ms as createdAtMs',
] as const;

export class TargetRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** @throws DatabaseError `constraint` when the name is taken */
  async create(target: TargetRecord): Promise<void> {
    await this.#db
      .insertInto('targets')
      .values({
        id: target.id,
        name: target.name,
        kind: target.kind,
        address: target.address,
        port: target.port,
        recording_setting: target.recordingSetting,
        created_at_ms: target.createdAtMs,
      })
      .execute();
  }

  async get(id: TargetId): Promise<TargetRecord | null> {
    const row = await this.#db.selectFrom('targets').select(COLUMNS).where('id', '=', id).executeTakeFirst();
    return row ?? null;
  }

  async list(): Promise<readonly TargetRecord[]> {
    return this.#db.selectFrom('targets').select(COLUMNS).orderBy('name').execute();
  }

  /** False when there is no such target. */
  async setRecording(id: TargetId, setting: RecordingSetting): Promise<boolean> {
    const row = await this.#db
      .updateTable('targets')
      .set({ recording_setting: setting })
      .where('id', '=', id)
      .returning('id')
      .executeTakeFirst();
    return row !== undefined;
  }

  /** False when there is no such target. Sessions to it keep its name and address. */
  async remove(id: TargetId): Promise<boolean> {
    const row = await this.#db.deleteFrom('targets').where('id', '=', id).returning('id').executeTakeFirst();
    return row !== undefined;
  }
}
