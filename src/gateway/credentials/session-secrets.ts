/**
 * What a session uses once to sign in at its target: a credential that the person typed, or a sign-in with Entra ID. It is
 * kept sealed with the ticket, and erased when the ticket is redeemed or has expired.
 */
import type { SessionId } from '../../contract/ids.js';
import type { SessionSecretRepository } from '../../database/session-secrets.js';
import { openSealed, seal } from '../keys/sealing.js';
import { EntraProof, type EntraProofParts } from '../entra/entra-proof.js';
import { Credential } from './credential.js';

export interface TypedCredential {
  readonly userName: string;
  readonly domain: string;
  readonly password: string;
}

/** As it is sealed. */
export type SessionSecret =
  ({ readonly kind: 'password' } & TypedCredential) | ({ readonly kind: 'entra' } & EntraProofParts);

/** In memory. */
export type SignInSecret = Credential | EntraProof;

export class SessionSecrets {
  readonly #key: Buffer;

  /** @param key 32 bytes, the same for all gateways of a database */
  constructor(key: Buffer) {
    this.#key = key;
  }

  async keep(
    repository: Pick<SessionSecretRepository, 'put'>,
    sessionId: SessionId,
    secret: SessionSecret,
    expiresAtMs: number,
  ): Promise<void> {
    const plain = Buffer.from(JSON.stringify(secret));
    const sealed = seal(this.#key, purposeOf(sessionId), plain).toString('base64');
    plain.fill(0);
    await repository.put(sessionId, sealed, expiresAtMs);
  }

  /** Erases it in the database and gives it to the caller, who erases it in memory; null when there is none. */
  async take(repository: Pick<SessionSecretRepository, 'take'>, sessionId: SessionId): Promise<SignInSecret | null> {
    const sealed = await repository.take(sessionId);
    if (sealed === null) return null;
    const plain = openSealed(this.#key, purposeOf(sessionId), Buffer.from(sealed, 'base64'));
    // It was sealed by `keep`, and the seal is not broken.
    const secret = JSON.parse(plain.toString('utf8')) as SessionSecret;
    plain.fill(0);
    if (secret.kind === 'entra') return new EntraProof(secret);
    const { userName, domain, password } = secret;
    return new Credential({ userName, domain, restrictedAdmin: false }, Buffer.from(password));
  }
}

function purposeOf(sessionId: SessionId): string {
  return `session-secret/${sessionId}`;
}
