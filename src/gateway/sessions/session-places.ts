/** How many sessions may be open at the same time: of one person, and of the host with all its gateways. */
import type { ReasonInfo } from '../../contract/api.js';
import type { UserId } from '../../contract/ids.js';
import type { Database, Repositories } from '../../database/open.js';
import type { SessionRecord } from '../../database/sessions.js';

/** 0 for any number. */
export interface PlaceLimits {
  readonly sessionsPerUser: number;
  readonly sessionsPerHost: number;
}

/** Which limit is reached, and what it is. */
export interface NoPlace {
  readonly limit: 'sessions-of-user' | 'sessions-of-host';
  readonly most: number;
}

const REASONS: { readonly [Limit in NoPlace['limit']]: (most: number) => Omit<ReasonInfo, 'code'> } = {
  'sessions-of-user': (most) => ({
    sentence: `You have ${most === 1 ? 'a session' : `${most} sessions`} open, which is the most that a person may have.`,
    remedy: 'End one of your sessions, also one whose client was lost, and try again.',
  }),
  'sessions-of-host': (most) => ({
    sentence: `${most === 1 ? 'One session is' : `${most} sessions are`} open, which is the most that this host may have.`,
    remedy: 'Try again when a session has ended, or ask an administrator to end one.',
  }),
};

/** The limit in words, for the person who reached it. */
export function explainNoPlace({ limit, most }: NoPlace): ReasonInfo {
  return { code: limit, ...REASONS[limit](most) };
}

/** Rows of this setting are locked while places are counted, so that two who come at once do not both get the last one. */
const LOCK_KEY = 'session-places';

export class SessionPlaces {
  readonly #database: Pick<Database, 'sessions' | 'transaction'>;
  readonly #limits: PlaceLimits;
  readonly #clock: () => number;

  constructor(database: Pick<Database, 'sessions' | 'transaction'>, limits: PlaceLimits, clock: () => number) {
    this.#database = database;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Whether a person would get a place now; null when so. What counts is `take`. */
  look(userId: UserId): Promise<NoPlace | null> {
    return this.#missing(this.#database, userId);
  }

  /** Gives the session a place, after which it counts as open; null when it has one. */
  async take(session: SessionRecord, clientAddress: string): Promise<NoPlace | null> {
    const { sessionsPerUser, sessionsPerHost } = this.#limits;
    if (sessionsPerUser === 0 && sessionsPerHost === 0) return null;
    return this.#database.transaction(async (repositories) => {
      await repositories.settings.set(LOCK_KEY, session.id, this.#clock());
      const missing = await this.#missing(repositories, session.userId);
      if (missing === null) await repositories.sessions.update(session.id, { state: 'connecting', clientAddress });
      return missing;
    });
  }

  async #missing({ sessions }: Pick<Repositories, 'sessions'>, userId: UserId): Promise<NoPlace | null> {
    const { sessionsPerUser, sessionsPerHost } = this.#limits;
    if (sessionsPerUser > 0 && (await sessions.countOpen(userId)) >= sessionsPerUser) {
      return { limit: 'sessions-of-user', most: sessionsPerUser };
    }
    if (sessionsPerHost > 0 && (await sessions.countOpen()) >= sessionsPerHost) {
      return { limit: 'sessions-of-host', most: sessionsPerHost };
    }
    return null;
  }
}
