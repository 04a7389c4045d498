/**
 * Sign-ins with Entra ID that people make in their own browser for one target: begun here, granted by the authority, and
 * used by one session. What is kept between is sealed.
 *
 * The browser that began a sign-in has to be the one that comes back: else somebody could send another person through the
 * authority, and connect as them.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { randomPKCECodeVerifier, randomState } from 'openid-client';
import type { RefusalRecorder } from '../../audit/refusal-log.js';
import { type TargetId, type UserId, uuidV7 } from '../../contract/ids.js';
import type { Database } from '../../database/open.js';
import type { EntraSignInRepository } from '../../database/entra-sign-ins.js';
import { OneAtATime } from '../../identity/one-at-a-time.js';
import { openSealed, seal } from '../keys/sealing.js';
import type { AuditAppender } from '../recording/recording-records.js';
import type { EntraAuthority, SignInAttempt } from './authority.js';
import type { EntraProofParts } from './entra-proof.js';
import { assertionKeyOf, confirmationOf, createPopKey } from './pop-key.js';

export interface EntraSignInsOptions {
  readonly database: Pick<Database, 'entraSignIns'>;
  readonly audit: AuditAppender;
  readonly refusals: RefusalRecorder;
  readonly authority: Pick<EntraAuthority, 'authorizationUrl' | 'redeem'>;
  /** 32 bytes. */
  readonly key: Buffer;
  /** Of the access token; `{host}` stands for the target's address. */
  readonly scope: string;
  readonly clock: () => number;
}

export interface BegunSignIn {
  readonly id: string;
  readonly authorizationUrl: string;
  /** For a cookie of the browser that began. */
  readonly browserSecret: string;
}

export type EntraRefusal = 'attempt' | 'authority';

/** What is sealed until the authority has answered. */
interface Waiting {
  readonly attempt: SignInAttempt;
  readonly browserHash: string;
  readonly key: string;
}

/** People have this long to sign in, and then to connect. */
export const SIGN_IN_LIFETIME_MS = 10 * 60_000;
/** Making a key takes a thread of the pool that traces are written by, so people who begin wait for each other. */
const MAX_WAITING = 8;

export class EntraSignIns {
  readonly #options: EntraSignInsOptions;
  readonly #keys = new OneAtATime(MAX_WAITING);

  constructor(options: EntraSignInsOptions) {
    this.#options = options;
  }

  /** Rejects when the authority cannot be reached, and with `BusyError` when too many begin at once. */
  async begin(userId: UserId, target: { readonly id: TargetId; readonly address: string }): Promise<BegunSignIn> {
    const { database, audit, authority, clock } = this.#options;
    const nowMs = clock();
    const id = uuidV7(nowMs, randomBytes(10));
    const scope = this.#options.scope.replaceAll('{host}', target.address);
    const attempt = { state: randomState(), codeVerifier: randomPKCECodeVerifier(), scope };
    const authorizationUrl = await authority.authorizationUrl(attempt);
    const browserSecret = randomBytes(32).toString('base64url');
    const key = await this.#keys.run(createPopKey);
    const waiting: Waiting = { attempt, browserHash: hashOf(browserSecret), key: key.toString('base64') };
    key.fill(0);
    const data = { signInId: id, targetId: target.id };
    await audit.append({ kind: 'entra.sign-in-begun', actor: `user:${userId}`, sessionId: null, data });
    await database.entraSignIns.begin({
      id,
      stateHash: hashOf(attempt.state),
      userId,
      targetId: target.id,
      sealed: this.#seal(id, waiting),
      expiresAtMs: nowMs + SIGN_IN_LIFETIME_MS,
    });
    return { id, authorizationUrl, browserSecret };
  }

  /**
   * Takes the authority's answer. Null when the sign-in is granted, else why not.
   * @param query query string of the answer @param browserSecret what the browser kept; '' when nothing
   */
  async finish(query: string, browserSecret: string, clientAddress: string): Promise<EntraRefusal | null> {
    const { database, clock } = this.#options;
    const state = new URLSearchParams(query).get('state') ?? '';
    const found = await database.entraSignIns.waiting(hashOf(state), clock());
    if (found === null) return this.#refuse('attempt', null, clientAddress);
    const waiting = this.#open(found.id, found.sealed) as Waiting;
    if (!sameText(waiting.browserHash, hashOf(browserSecret))) return this.#refuse('attempt', found.id, clientAddress);
    const { keyId } = assertionKeyOf(Buffer.from(waiting.key, 'base64'));
    let accessToken: string;
    try {
      accessToken = await this.#options.authority.redeem(query, waiting.attempt, confirmationOf(keyId));
    } catch {
      return this.#refuse('authority', found.id, clientAddress);
    }
    const resourceUri = waiting.attempt.scope.replace(/\/[^/]*$/, '');
    const granted: EntraProofParts = { accessToken, resourceUri, key: waiting.key };
    const data = { signInId: found.id, targetId: found.targetId, clientAddress };
    await this.#options.audit.append({
      kind: 'entra.sign-in-granted',
      actor: `user:${found.userId}`,
      sessionId: null,
      data,
    });
    const sealed = this.#seal(found.id, granted);
    const first = await database.entraSignIns.grant(found.id, sealed, clock() + SIGN_IN_LIFETIME_MS);
    return first ? null : this.#refuse('attempt', found.id, clientAddress);
  }

  isGranted(id: string, userId: UserId): Promise<boolean> {
    return this.#options.database.entraSignIns.isGranted(id, userId, this.#options.clock());
  }

  /** What was granted to the person for the target, once; null when there is none. */
  async take(
    repository: Pick<EntraSignInRepository, 'take'>,
    id: string,
    userId: UserId,
    targetId: TargetId,
  ): Promise<EntraProofParts | null> {
    const sealed = await repository.take(id, userId, targetId, this.#options.clock());
    return sealed === null ? null : (this.#open(id, sealed) as EntraProofParts);
  }

  async #refuse(reason: EntraRefusal, signInId: string | null, clientAddress: string): Promise<EntraRefusal> {
    const { refusals } = this.#options;
    await refusals.record({ kind: 'entra.sign-in-failed', clientAddress, reason, sessionId: null, data: { signInId } });
    return reason;
  }

  #seal(id: string, value: Waiting | EntraProofParts): string {
    const plain = Buffer.from(JSON.stringify(value));
    const sealed = seal(this.#options.key, purposeOf(id), plain).toString('base64');
    plain.fill(0);
    return sealed;
  }

  /** Only `#seal` makes what opens here, and the row says which of the two it is. */
  #open(id: string, sealed: string): unknown {
    const plain = openSealed(this.#options.key, purposeOf(id), Buffer.from(sealed, 'base64'));
    const value: unknown = JSON.parse(plain.toString('utf8'));
    plain.fill(0);
    return value;
  }
}

const purposeOf = (id: string): string => `entra-sign-in/${id}`;
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const sameText = (left: string, right: string): boolean => timingSafeEqual(Buffer.from(left), Buffer.from(right));
