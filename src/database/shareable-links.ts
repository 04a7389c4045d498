/** Shareable links: secrets that lead to one target until a time. Only their SHA-256 is here. */
import type { Kysely } from 'kysely';
import type { SessionId, TargetId, UserId } from '../contract/ids.js';
import type { Sha256Hex } from '../contract/manifest.js';
import type { Schema } from './schema.js';

export interface NewShareableLink {
  readonly id: string;
  readonly secretHash: Sha256Hex;
  readonly targetId: TargetId;
  /** Empty for none. */
  readonly note: string;
  readonly createdBy: UserId;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** A link with the names that its target and its maker have now. */
export interface ShareableLinkRecord extends Omit<NewShareableLink, 'secretHash'> {
  readonly targetName: string;
  readonly createdByName: string;
  readonly revokedAtMs: number | null;
}

/** What becomes of who shows a link. */
export type LinkState = 'live' | 'expired' | 'revoked';

export function linkStateAt(link: Pick<ShareableLinkRecord, 'expiresAtMs' | 'revokedAtMs'>, nowMs: number): LinkState {
  if (link.revokedAtMs !== null) return 'revoked';
  return link.expiresAtMs <= nowMs ? 'expired' : 'live';
}

export class ShareableLinkRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** @throws DatabaseError `constraint` when there is no such target or person */
  async add(link: NewShareableLink): Promise<void> {
    await this.#db
      .insertInto('shareable_links')
      .values({
        id: link.id,
        secret_hash: link.secretHash,
        target_id: link.targetId,
        note: link.note,
        created_by: link.createdBy,
        created_at_ms: link.createdAtMs,
        expires_at_ms: link.expiresAtMs,
        revoked_at_ms: null,
      })
      .execute();
  }

  /** In whatever state it is; null when there is none. */
  async get(id: string): Promise<ShareableLinkRecord | null> {
    return (await this.#select().where('shareable_links.id', '=', id).executeTakeFirst()) ?? null;
  }

  async find(secretHash: Sha256Hex): Promise<ShareableLinkRecord | null> {
    return (await this.#select().where('secret_hash', '=', secretHash).executeTakeFirst()) ?? null;
  }

  /** Those that work now, the newest first. */
  async listLive(nowMs: number): Promise<readonly ShareableLinkRecord[]> {
    return this.#select()
      .where('revoked_at_ms', 'is', null)
      .where('expires_at_ms', '>', nowMs)
      .orderBy('shareable_links.created_at_ms', 'desc')
      .orderBy('shareable_links.id', 'desc')
      .execute();
  }

  async countLive(nowMs: number): Promise<number> {
    const { count } = await this.#db
      .selectFrom('shareable_links')
      .select((all) => all.fn.countAll<number | string>().as('count'))
      .where('revoked_at_ms', 'is', null)
      .where('expires_at_ms', '>', nowMs)
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  async revoke(id: string, nowMs: number): Promise<void> {
    await this.#db
      .updateTable('shareable_links')
      .set({ revoked_at_ms: nowMs })
      .where('id', '=', id)
      .where('revoked_at_ms', 'is', null)
      .execute();
  }

  /** Says that a session came by a link. */
  async tie(sessionId: SessionId, linkId: string): Promise<void> {
    await this.#db.insertInto('session_links').values({ session_id: sessionId, link_id: linkId }).execute();
  }

  /** The link that a session came by; null when it came by none, or the link is gone with its target. */
  async ofSession(sessionId: SessionId): Promise<ShareableLinkRecord | null> {
    const row = await this.#select()
      .innerJoin('session_links', 'session_links.link_id', 'shareable_links.id')
      .where('session_links.session_id', '=', sessionId)
      .executeTakeFirst();
    return row ?? null;
  }

  #select() {
    return this.#db
      .selectFrom('shareable_links')
      .innerJoin('targets', 'targets.id', 'shareable_links.target_id')
      .innerJoin('users', 'users.id', 'shareable_links.created_by')
      .select([
        'shareable_links.id as id',
        'shareable_links.target_id as targetId',
        'targets.name as targetName',
        'shareable_links.note as note',
        'shareable_links.created_by as createdBy',
        'users.user_name as createdByName',
        'shareable_links.created_at_ms as createdAtMs',
        'shareable_links.expires_at_ms as expiresAtMs',
        'shareable_links.revoked_at_ms as revokedAtMs',
      ]);
  }
}
