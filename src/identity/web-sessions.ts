/** Web sessions: from a sign-in until the person signs out, is idle, or the day is over. */
import { randomBytes } from 'node:crypto';
import type { SignInMethod, WebSessionInfo } from '../contract/api.js';
import { type UserId, uuidV7 } from '../contract/ids.js';
import type { Database, Repositories } from '../database/open.js';
import type { WebSessionsTable } from '../database/schema.js';
import type { UserRecord } from '../database/users.js';
import { hashSecret, isSecretText, newSecret, sameHash } from './secrets.js';

export interface WebSessionOptions {
  readonly database: Pick<Database, 'users' | 'webSessions' | 'transaction'>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A web session ends when it is not used for this long. */
  readonly idleMs: number;
  /** And in any case after this long. */
  readonly absoluteMs: number;
}

/** The browser that signs in. */
export interface SignInClient {
  readonly address: string;
  /** As it calls itself: shown to its own person, and nowhere else. */
  readonly userAgent: string;
}

/** Use of a web session is written down this often at most. */
const TOUCH_INTERVAL_MS = 60_000;
const MAX_USER_AGENT_LENGTH = 200;

export class WebSessions {
  readonly #options: WebSessionOptions;

  constructor(options: WebSessionOptions) {
    this.#options = options;
  }

  get lifetimeMs(): number {
    return this.#options.absoluteMs;
  }

  /**
   * Begins a web session and gives its secret. `first` runs in the same transaction; when it says false, nothing happens
   * and the answer is null.
   */
  async begin(
    user: UserId,
    method: SignInMethod,
    client: SignInClient,
    first: (repositories: Repositories) => Promise<boolean> = async () => true,
  ): Promise<string | null> {
    const { database, clock, idleMs, absoluteMs } = this.#options;
    const nowMs = clock();
    const secret = newSecret();
    const begun = await database.transaction(async (repositories) => {
      if (!(await first(repositories))) return false;
      await repositories.webSessions.removeStale(nowMs - idleMs, nowMs);
      await repositories.webSessions.add({
        token_hash: hashSecret(secret),
        id: uuidV7(nowMs, randomBytes(10)),
        user_id: user,
        method,
        client_address: client.address,
        user_agent: client.userAgent.slice(0, MAX_USER_AGENT_LENGTH),
        created_at_ms: nowMs,
        last_seen_at_ms: nowMs,
        expires_at_ms: nowMs + absoluteMs,
      });
      await repositories.users.markSignedIn(user, nowMs);
      return true;
    });
    return begun ? secret : null;
  }

  /** The web session that a secret opens, with its person; null when it opens none any more. */
  async open(secret: string): Promise<{ readonly session: WebSessionsTable; readonly user: UserRecord } | null> {
    if (!isSecretText(secret)) return null;
    const { database, clock, idleMs } = this.#options;
    const nowMs = clock();
    const tokenHash = hashSecret(secret);
    const session = await database.webSessions.get(tokenHash);
    if (session === null || !sameHash(session.token_hash, tokenHash) || !this.#isOpen(session, nowMs)) return null;
    const user = await database.users.get(session.user_id);
    if (user === null || user.disabledAtMs !== null) return null;
    if (nowMs - session.last_seen_at_ms >= Math.min(TOUCH_INTERVAL_MS, idleMs / 2)) {
      await database.webSessions.touch(tokenHash, nowMs);
    }
    return { session, user };
  }

  /** The person's open web sessions, the newest first; the one with this secret is marked. */
  async list(user: UserId, secret: string): Promise<readonly WebSessionInfo[]> {
    const nowMs = this.#options.clock();
    const current = hashSecret(secret);
    const sessions = await this.#options.database.webSessions.listOf(user);
    return sessions
      .filter((session) => this.#isOpen(session, nowMs))
      .map((session) => ({
        id: session.id,
        method: session.method,
        clientAddress: session.client_address,
        userAgent: session.user_agent,
        createdAt: new Date(session.created_at_ms).toISOString(),
        lastSeenAt: new Date(session.last_seen_at_ms).toISOString(),
        current: session.token_hash === current,
      }));
  }

  #isOpen(session: WebSessionsTable, nowMs: number): boolean {
    return session.expires_at_ms > nowMs && session.last_seen_at_ms + this.#options.idleMs > nowMs;
  }
}
