/**
 * Signing in with an OpenID Connect provider: who the provider says that somebody is becomes a person here at their first
 * sign-in, with the roles that the settings give to their roles or groups there; both are brought up to date each time.
 */
import { randomBytes } from 'node:crypto';
import { AuthorizationResponseError } from 'openid-client';
import { type UserId, userId, uuidV7 } from '../../contract/ids.js';
import type { Database, Repositories } from '../../database/open.js';
import type { UserRecord } from '../../database/users.js';
import type { LockOut } from '../lock-out.js';
import { networkOf } from '../network-of.js';
import { hashSecret } from '../secrets.js';
import { type AuditAppender, type SignInResult, toSignedIn } from '../sign-in.js';
import { USER_NAME_MAX_LENGTH } from '../user-names.js';
import type { SignInClient, WebSessions } from '../web-sessions.js';
import { type ClaimMapping, type Claims, type Person, type PersonRefusal, personOfClaims } from './person-of-claims.js';
import { type Attempt, OidcProvider, type ProviderSettings } from './provider.js';

export interface OidcSettings extends ProviderSettings, ClaimMapping {
  /** What the sign-in page calls the provider. */
  readonly name: string;
}

export interface OidcSignInOptions {
  readonly database: Pick<Database, 'users' | 'credentials' | 'transaction'>;
  readonly audit: AuditAppender;
  readonly clock: () => number;
  readonly webSessions: WebSessions;
  /**
   * Bounds how many refusals of an address are written down. Nobody is kept out by it: any page on the web can send a
   * browser here with an answer that belongs to nothing.
   */
  readonly refusals: LockOut;
  readonly settings: OidcSettings;
}

export type OidcRefusal =
  /** No sign-in was begun in this browser, or the answer belongs to another. */
  | 'attempt'
  /** The provider, or the person there, said no. */
  | 'provider-refused'
  /** The provider did not answer, or its answer does not hold. */
  | 'provider-failed'
  | PersonRefusal
  | 'disabled';

export type OidcResult = SignInResult<OidcRefusal>;

const ATTEMPT = /^([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/;

export class OidcSignIn {
  readonly #options: OidcSignInOptions;
  readonly #provider: OidcProvider;

  constructor(options: OidcSignInOptions) {
    this.#options = options;
    this.#provider = new OidcProvider(options.settings);
  }

  get name(): string {
    return this.#options.settings.name;
  }

  /** Where to send the browser, and what it has to keep until it comes back. Rejects when the provider is away. */
  async begin(): Promise<{ readonly url: string; readonly attempt: string }> {
    const { url, attempt } = await this.#provider.begin();
    return { url: url.href, attempt: [attempt.state, attempt.nonce, attempt.codeVerifier].join('.') };
  }

  /** @param query the query string of the provider's answer @param kept what the browser kept; '' when nothing */
  async finish(query: string, kept: string, client: SignInClient): Promise<OidcResult> {
    const attempt = parseAttempt(kept);
    if (attempt === null || new URLSearchParams(query).get('state') !== attempt.state) {
      return this.#refuse('attempt', client.address);
    }
    let claims: Claims;
    try {
      claims = await this.#provider.finish(query, attempt);
    } catch (error) {
      const refused = error instanceof AuthorizationResponseError;
      return this.#refuse(refused ? 'provider-refused' : 'provider-failed', client.address, codeOf(error));
    }
    const result = personOfClaims(claims, this.#options.settings);
    if (result.kind === 'refused') return this.#refuse(result.reason, client.address);
    return this.#signIn(result.person, client);
  }

  async #signIn(person: Person, client: SignInClient): Promise<OidcResult> {
    const { database, audit, webSessions } = this.#options;
    const known = await database.credentials.findExternal(person.issuer, person.subject);
    const user = known === null ? await this.#provision(person) : await this.#update(known, person);
    if (user.disabledAtMs !== null) return this.#refuse('disabled', client.address);
    await audit.append({
      kind: 'sign-in.succeeded',
      actor: `user:${user.id}`,
      sessionId: null,
      data: { method: 'oidc', clientAddress: client.address, userName: user.userName, roles: user.roles },
    });
    const secret = await webSessions.begin(user.id, 'oidc', client);
    if (secret === null) throw new Error('a web session without a condition began not');
    return { kind: 'signed-in', user: toSignedIn(user), secret, lifetimeMs: webSessions.lifetimeMs };
  }

  async #provision(person: Person): Promise<UserRecord> {
    const { database, audit, clock } = this.#options;
    const nowMs = clock();
    const { issuer, subject, displayName, roles } = person;
    const user: UserRecord = {
      id: userId(uuidV7(nowMs, randomBytes(10))),
      userName: await freeName(database, person),
      displayName,
      roles,
      createdAtMs: nowMs,
      lastSignInAtMs: null,
      disabledAtMs: null,
    };
    await audit.append({
      kind: 'user.created',
      actor: 'gateway',
      sessionId: null,
      data: { userId: user.id, userName: user.userName, displayName, roles, issuer, subject },
    });
    await database.transaction(async ({ users, credentials }) => {
      await users.create(user);
      await credentials.addExternal({ issuer, subject, user_id: user.id, created_at_ms: nowMs });
    });
    return user;
  }

  /** The provider's word on name and roles holds from this sign-in on. */
  async #update(id: UserId, { displayName, roles }: Person): Promise<UserRecord> {
    const { database, audit } = this.#options;
    const user = await database.users.get(id);
    if (user === null) throw new Error('an identity belongs to nobody');
    const same = user.displayName === displayName && JSON.stringify(user.roles) === JSON.stringify(roles);
    if (user.disabledAtMs !== null || same) return user;
    await audit.append({
      kind: 'user.changed',
      actor: 'gateway',
      sessionId: null,
      data: { userId: id, userName: user.userName, wasRoles: user.roles, roles, displayName, by: 'provider' },
    });
    await database.users.update(id, { displayName, roles });
    return { ...user, displayName, roles };
  }

  async #refuse(reason: OidcRefusal, clientAddress: string, code: string | null = null): Promise<OidcResult> {
    const { refusals, audit, clock } = this.#options;
    const network = networkOf(clientAddress);
    const retryAfterMs = refusals.remainingMs(network, clock());
    if (retryAfterMs > 0) return { kind: 'locked-out', retryAfterMs };
    const lockedOut = refusals.fail(network, clock());
    await audit.append({
      kind: 'sign-in.failed',
      actor: `client:${clientAddress}`,
      sessionId: null,
      data: { method: 'oidc', reason, code, lockedOut },
    });
    return { kind: 'refused', reason };
  }
}

function parseAttempt(text: string): Attempt | null {
  const [, state, nonce, codeVerifier] = ATTEMPT.exec(text) ?? [];
  if (state === undefined || nonce === undefined || codeVerifier === undefined) return null;
  return { state, nonce, codeVerifier };
}

/** The library's own name for what went wrong; never what the provider wrote. */
function codeOf(error: unknown): string | null {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' && /^[A-Z_]{1,60}$/.test(code) ? code : null;
}

/**
 * A name that somebody else has, local or from elsewhere, is not taken over: names can be given to others, identities
 * cannot. The new person gets the name with a mark that stays the same.
 */
async function freeName({ users }: Pick<Repositories, 'users'>, person: Person): Promise<string> {
  if ((await users.getByName(person.userName)) === null) return person.userName;
  const mark = hashSecret(JSON.stringify([person.issuer, person.subject])).slice(0, 8);
  return `${person.userName.slice(0, USER_NAME_MAX_LENGTH - mark.length - 1)}#${mark}`;
}
