/** The inventory of targets. */
import type { Kysely, Selectable } from 'kysely';
import { type TargetId, targetId } from '../contract/ids.js';
import type { CertificatePolicy, TargetKind } from '../contract/inventory.js';
import type { RecordingSetting } from '../contract/rule.js';
import type { Schema, TargetsTable } from './schema.js';

/** What a target cannot be without. */
interface TargetBasics {
  readonly id: TargetId;
  readonly name: string;
  readonly kind: TargetKind;
  readonly address: string;
  readonly port: number;
  /** Null: the host's setting holds. */
  readonly recordingSetting: RecordingSetting | null;
  readonly createdAtMs: number;
}

/** Its place in the network and what policy and the target leg ask of it. */
interface TargetPlace {
  readonly resourceId: string | null;
  readonly nicId: string | null;
  readonly virtualNetworkId: string | null;
  readonly peered: boolean;
  readonly entraJoined: boolean;
  readonly realm: string | null;
  readonly certificatePolicy: CertificatePolicy;
  /** Lower-case hexadecimal. */
  readonly certificateSha256: string | null;
}

export interface TargetRecord extends TargetBasics, TargetPlace {}

/** What is left out is unknown, or no. A resource needs its id. */
export interface NewTarget extends TargetBasics, Partial<TargetPlace> {}

/** What people typed and nobody put into the inventory: on record for its certificate and its sessions, in no list. */
const UNLISTED = 'ip:';

/** @param name address and port: one target for each. */
export const unlistedId = (name: string): TargetId => targetId(`${UNLISTED}${name}`);

export const isUnlisted = (id: TargetId): boolean => id.startsWith(UNLISTED);

/** Fields that change; what is left out stays as it is. */
export type TargetUpdate = Partial<Omit<TargetRecord, 'id' | 'createdAtMs'>>;

/** Of a target of which nothing is known but its name and where it is. */
export const PLACE_UNKNOWN: TargetPlace = {
  resourceId: null,
  nicId: null,
  virtualNetworkId: null,
  peered: false,
  entraJoined: false,
  realm: null,
  certificatePolicy: 'trust-on-first-use',
  certificateSha256: null,
};

export class TargetRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** @throws DatabaseError `constraint` when name or resource id are taken, or a resource has no id */
  async create(target: NewTarget): Promise<void> {
    await this.#db
      .insertInto('targets')
      .values(toRow({ ...PLACE_UNKNOWN, ...target }))
      .execute();
  }

  /** Writes down a target that is in no list; one that is there stays as it is. */
  async keepUnlisted(target: TargetRecord): Promise<void> {
    await this.#db
      .insertInto('targets')
      .values(toRow(target))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  async get(id: TargetId): Promise<TargetRecord | null> {
    const row = await this.#db.selectFrom('targets').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toRecord(row);
  }

  async getByName(name: string): Promise<TargetRecord | null> {
    const row = await this.#db.selectFrom('targets').selectAll().where('name', '=', name).executeTakeFirst();
    return row === undefined ? null : toRecord(row);
  }

  /** Without those that somebody only typed the address of. */
  async list(): Promise<readonly TargetRecord[]> {
    const rows = await this.#db
      .selectFrom('targets')
      .selectAll()
      .where('id', 'not like', targetId(`${UNLISTED}%`))
      .orderBy('name')
      .execute();
    return rows.map(toRecord);
  }

  /** False when there is no such target. @throws DatabaseError `constraint` as `create` does */
  async update(id: TargetId, update: TargetUpdate): Promise<boolean> {
    const existing = await this.get(id);
    if (existing === null) return false;
    const { id: _id, ...columns } = toRow({ ...existing, ...update });
    const row = await this.#db
      .updateTable('targets')
      .set(columns)
      .where('id', '=', id)
      .returning('id')
      .executeTakeFirst();
    return row !== undefined;
  }

  /** False when there is no such target. */
  async setRecording(id: TargetId, setting: RecordingSetting | null): Promise<boolean> {
    return this.update(id, { recordingSetting: setting });
  }

  /** Writes down the certificate in place of `was`. False when there is no such target, or another one is on record. */
  async rememberCertificate(id: TargetId, sha256: string, was: string | null): Promise<boolean> {
    const row = await this.#db
      .updateTable('targets')
      .set({ certificate_sha256: sha256 })
      .where('id', '=', id)
      .where('certificate_sha256', was === null ? 'is' : '=', was)
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

function toRow(target: TargetRecord): TargetsTable {
  return {
    id: target.id,
    name: target.name,
    kind: target.kind,
    address: target.address,
    port: target.port,
    recording_setting: target.recordingSetting,
    resource_id: target.resourceId,
    nic_id: target.nicId,
    virtual_network_id: target.virtualNetworkId,
    peered: target.peered ? 1 : 0,
    entra_joined: target.entraJoined ? 1 : 0,
    realm: target.realm,
    certificate_policy: target.certificatePolicy,
    certificate_sha256: target.certificateSha256,
    created_at_ms: target.createdAtMs,
  };
}

function toRecord(row: Selectable<TargetsTable>): TargetRecord {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    address: row.address,
    port: row.port,
    recordingSetting: row.recording_setting,
    resourceId: row.resource_id,
    nicId: row.nic_id,
    virtualNetworkId: row.virtual_network_id,
    peered: row.peered === 1,
    entraJoined: row.entra_joined === 1,
    realm: row.realm,
    certificatePolicy: row.certificate_policy,
    certificateSha256: row.certificate_sha256,
    createdAtMs: row.created_at_ms,
  };
}
