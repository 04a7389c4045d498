/**
 * Shareable links: made and withdrawn by who looks after targets, shown by people who have signed in. A link names a target;
 * whether its bearer may connect is for policy to say. Each step is in the audit log before it has an effect.
 */
import { randomBytes } from 'node:crypto';
import { type SessionId, type TargetId, type UserId, uuidV7 } from '../../contract/ids.js';
import { MAX_LIVE_LINKS } from '../../contract/links.js';
import type { Database, Repositories } from '../../database/open.js';
import { type LinkState, linkStateAt, type ShareableLinkRecord } from '../../database/shareable-links.js';
import { DEFAULT_LOCK_OUT, LockOut } from '../../identity/lock-out.js';
import { hashSecret, isSecretText, newSecret } from '../../identity/secrets.js';
import type { AuditAppender } from '../recording/recording-records.js';

export interface ShareableLinksOptions {
  readonly database: Pick<Database, 'shareableLinks' | 'transaction'>;
  readonly audit: AuditAppender;
  readonly clock: () => number;
}

interface Holder {
  readonly id: UserId;
  readonly userName: string;
}

export interface NewLink {
  readonly target: { readonly id: TargetId; readonly name: string };
  readonly note: string;
  readonly lifetimeMs: number;
}

/** Why a link leads nowhere. */
export type LinkRefusal = 'unknown' | Exclude<LinkState, 'live'> | 'other-target';

export type LinkShown =
  | { readonly kind: 'live'; readonly link: ShareableLinkRecord }
  | { readonly kind: 'refused'; readonly reason: LinkRefusal }
  /** The person showed too many that there are none of. */
  | { readonly kind: 'locked-out'; readonly retryAfterMs: number };

/** The row of this setting is locked while links are counted, so that two who come at once do not both make the last one. */
const LOCK_KEY = 'shareable-links';

export class ShareableLinks {
  readonly #options: ShareableLinksOptions;
  /** By person: nobody shows a link without signing in. */
  readonly #guesses = new LockOut(DEFAULT_LOCK_OUT);

  constructor(options: ShareableLinksOptions) {
    this.#options = options;
  }

  /** Those that work now, the newest first. */
  list(): Promise<readonly ShareableLinkRecord[]> {
    return this.#options.database.shareableLinks.listLive(this.#options.clock());
  }

  /** The secret is told this once. Null when the host has as many links as it may have. */
  async create(user: Holder, { target, note, lifetimeMs }: NewLink) {
    const { database, audit, clock } = this.#options;
    const nowMs = clock();
    const actor = `user:${user.id}`;
    const full = async () => {
      const data = { reason: 'too-many-links', targetId: target.id, userName: user.userName };
      await audit.append({ kind: 'link.refused', actor, sessionId: null, data });
      return null;
    };
    if ((await database.shareableLinks.countLive(nowMs)) >= MAX_LIVE_LINKS) return full();
    const id = uuidV7(nowMs, randomBytes(10));
    const secret = newSecret();
    const expiresAtMs = nowMs + lifetimeMs;
    const data = { linkId: id, targetId: target.id, targetName: target.name, expiresAtMs, userName: user.userName };
    await audit.append({ kind: 'link.created', actor, sessionId: null, data });
    const link = { id, targetId: target.id, note, createdBy: user.id, createdAtMs: nowMs, expiresAtMs };
    const made = await database.transaction(async ({ settings, shareableLinks }) => {
      await settings.set(LOCK_KEY, id, nowMs);
      if ((await shareableLinks.countLive(nowMs)) >= MAX_LIVE_LINKS) return false;
      await shareableLinks.add({ ...link, secretHash: hashSecret(secret) });
      return true;
    });
    if (!made) return full();
    const names = { targetName: target.name, createdByName: user.userName };
    return { link: { ...link, ...names, revokedAtMs: null } satisfies ShareableLinkRecord, secret };
  }

  /** False when there is no such link that works. */
  async revoke(user: Holder, id: string): Promise<boolean> {
    const { database, audit, clock } = this.#options;
    const link = await database.shareableLinks.get(id);
    if (link === null || linkStateAt(link, clock()) !== 'live') return false;
    const data = { linkId: id, targetId: link.targetId, targetName: link.targetName, userName: user.userName };
    await audit.append({ kind: 'link.revoked', actor: `user:${user.id}`, sessionId: null, data });
    await database.shareableLinks.revoke(id, clock());
    return true;
  }

  /**
   * Somebody shows a link: to see where it leads, or for a session to its target.
   * @param targetId what the session is asked for; null for whatever the link leads to
   */
  async show(
    user: Holder,
    secret: string,
    at: { readonly sessionId: SessionId | null; readonly targetId: TargetId | null; readonly clientAddress: string },
  ): Promise<LinkShown> {
    const { database, audit, clock } = this.#options;
    const retryAfterMs = this.#guesses.remainingMs(user.id, clock());
    // The row of the guess that locked the person out says until when.
    if (retryAfterMs > 0) return { kind: 'locked-out', retryAfterMs };
    const link = isSecretText(secret) ? await database.shareableLinks.find(hashSecret(secret)) : null;
    const reason = refusalOf(link, at.targetId, clock());
    const locks = reason === 'unknown' && this.#guesses.fail(user.id, clock());
    const data = {
      ...(link !== null && { linkId: link.id, targetId: link.targetId, targetName: link.targetName }),
      ...(reason !== null && { reason }),
      ...(locks && { lockedOutMs: this.#guesses.remainingMs(user.id, clock()) }),
      clientAddress: at.clientAddress,
      userName: user.userName,
    };
    const kind = reason === null ? 'link.used' : 'link.refused';
    await audit.append({ kind, actor: `user:${user.id}`, sessionId: at.sessionId, data });
    if (link === null || reason !== null) return { kind: 'refused', reason: reason ?? 'unknown' };
    this.#guesses.succeed(user.id);
    return { kind: 'live', link };
  }
}

/** Whether the link that a session came by works still. True for a session that came by none. */
export async function linkHolds(
  { shareableLinks }: Pick<Repositories, 'shareableLinks'>,
  session: { readonly id: SessionId; readonly throughLink: boolean },
  nowMs: number,
): Promise<boolean> {
  if (!session.throughLink) return true;
  const link = await shareableLinks.ofSession(session.id);
  return link !== null && linkStateAt(link, nowMs) === 'live';
}

function refusalOf(link: ShareableLinkRecord | null, target: TargetId | null, nowMs: number): LinkRefusal | null {
  if (link === null) return 'unknown';
  const state = linkStateAt(link, nowMs);
  if (state !== 'live') return state;
  return target !== null && target !== link.targetId ? 'other-target' : null;
}
