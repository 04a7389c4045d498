/**
 * The KDC proxy, [MS-KKDCP] 3.2: passes requests of a person who has a ticket for a Kerberos session on to the KDCs of the
 * configured realms, and nothing else to nobody else.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { RefusalRecorder } from '../../audit/refusal-log.js';
import type { SessionId } from '../../contract/ids.js';
import type { Database } from '../../database/open.js';
import type { KdcTokenRepository } from '../../database/kdc-tokens.js';
import { decodeKdcProxyMessage, encodeKdcProxyMessage } from '../../rdp/kdc-proxy/kdc-proxy-message.js';
import { decodeKdcRequest } from '../../rdp/kdc-proxy/kerberos-message.js';
import { DecodeError } from '../../rdp/wire/errors.js';
import { Reader } from '../../rdp/wire/reader.js';
import type { AuditAppender } from '../recording/recording-records.js';
import { askKdcs, KdcUnreachableError } from './ask-kdc.js';
import type { Realms } from './realms.js';
import { RequestLimits } from './request-limits.js';

export interface KdcProxyOptions {
  readonly database: Pick<Database, 'kdcTokens'>;
  readonly audit: AuditAppender;
  readonly refusals: RefusalRecorder;
  readonly realms: Realms;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export type KdcProxyRefusal =
  /** No such token, or its session is over. */
  | 'token'
  /** Not a KDC_PROXY_MESSAGE with a request to a KDC in it. */
  | 'malformed'
  /** A realm that is not configured, not the target's, or another one than the message's own. */
  | 'realm'
  | 'too-many'
  | 'unreachable';

export type KdcProxyResult = { readonly reply: Uint8Array } | { readonly refused: KdcProxyRefusal };

/** Longer than any session; a token ends with its session in any case. */
const TOKEN_LIFETIME_MS = 12 * 60 * 60_000;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

export class KdcProxy {
  readonly #options: KdcProxyOptions;
  readonly #limits: RequestLimits;

  constructor(options: KdcProxyOptions) {
    this.#options = options;
    this.#limits = new RequestLimits(options.clock);
  }

  /** Makes the token of a session: for the address of the proxy, which nobody logs. */
  async issue(repository: Pick<KdcTokenRepository, 'create'>, sessionId: SessionId): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    await repository.create(hashOf(token), sessionId, this.#options.clock() + TOKEN_LIFETIME_MS);
    return token;
  }

  /** @param body a KDC_PROXY_MESSAGE */
  async handle(token: string, body: Uint8Array, clientAddress: string): Promise<KdcProxyResult> {
    if (!this.#limits.enter(clientAddress)) return { refused: 'too-many' };
    try {
      return await this.#handle(token, body, clientAddress);
    } finally {
      this.#limits.leave();
    }
  }

  async #handle(token: string, body: Uint8Array, clientAddress: string): Promise<KdcProxyResult> {
    const { database, audit, realms, clock } = this.#options;
    const session = TOKEN.test(token) ? await database.kdcTokens.session(hashOf(token), clock()) : null;
    if (session === null) return this.#refuse('token', null, clientAddress);
    let request: KdcRequest;
    try {
      request = readRequest(body);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return this.#refuse('malformed', session.id, clientAddress);
    }
    const { realm, kind, kerbMessage } = request;
    const kdcs = realms.get(realm);
    const own = session.realm === null || session.realm.toUpperCase() === realm;
    if (kdcs === undefined || !own) return this.#refuse('realm', session.id, clientAddress);
    const actor = `client:${clientAddress}`;
    await audit.append({ kind: 'kdc-proxy.request', actor, sessionId: session.id, data: { realm, message: kind } });
    try {
      const reply = await askKdcs(kdcs, kerbMessage);
      return { reply: encodeKdcProxyMessage({ kerbMessage: reply, targetDomain: null }) };
    } catch (error) {
      if (!(error instanceof KdcUnreachableError)) throw error;
      return this.#refuse('unreachable', session.id, clientAddress, error.message);
    }
  }

  /** A guess costs a row; too many of them cost no more. */
  async #refuse(
    refused: KdcProxyRefusal,
    sessionId: SessionId | null,
    clientAddress: string,
    detail = '',
  ): Promise<KdcProxyResult> {
    if (refused !== 'unreachable' && !this.#limits.fail(clientAddress)) return { refused: 'too-many' };
    const data = { ...(detail !== '' && { detail }) };
    await this.#options.refusals.record({ kind: 'kdc-proxy.refused', clientAddress, reason: refused, sessionId, data });
    return { refused };
  }
}

interface KdcRequest {
  /** In upper case. */
  readonly realm: string;
  readonly kind: 'as-req' | 'tgs-req';
  readonly kerbMessage: Uint8Array;
}

/** @throws DecodeError, for a message without a realm or with two of them too */
function readRequest(body: Uint8Array): KdcRequest {
  const { kerbMessage, targetDomain } = decodeKdcProxyMessage(new Reader(body, 'kdcProxyMessage'));
  const { kind, realm } = decodeKdcRequest(kerbMessage);
  if (targetDomain === null) throw new DecodeError('invalid', 'kdcProxyMessage', 0, 'no target-domain');
  if (targetDomain.toUpperCase() !== realm.toUpperCase()) {
    throw new DecodeError('invalid', 'kdcProxyMessage', 0, 'target-domain is not the realm of the message');
  }
  return { realm: realm.toUpperCase(), kind, kerbMessage };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
