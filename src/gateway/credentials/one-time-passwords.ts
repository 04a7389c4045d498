/**
 * The one-time password that a person types into a native client, made with the ticket. What the gateway keeps is its NT
 * hash, which is as good as the password to NTLM: sealed, bound to its session, and erased when nobody may prove it any
 * longer (at the end of the session; with WITNESS_RECONNECT_WINDOW_MS=0, when the ticket is redeemed).
 */
import { randomBytes } from 'node:crypto';
import type { OneTimeCredential } from '../../contract/api.js';
import type { SessionId } from '../../contract/ids.js';
import type { TicketProof } from '../../database/tickets.js';
import { ntHashOf } from '../../rdp/nla/ntlm/ntlmv2.js';
import { openSealed, seal } from '../keys/sealing.js';

/** 160 bits. */
const PASSWORD_BYTES = 20;
const USER_NAME_BYTES = 4;
const USER_NAME_PREFIX = 'witness-';

export class OneTimePasswords {
  readonly #key: Buffer;

  /** @param key 32 bytes, the same for all gateways of a database */
  constructor(key: Buffer) {
    this.#key = key;
  }

  /** A fresh one for a session: what the person is told, and what is kept. */
  create(sessionId: SessionId): { readonly told: OneTimeCredential; readonly proof: TicketProof } {
    const userName = USER_NAME_PREFIX + randomBytes(USER_NAME_BYTES).toString('hex');
    const password = randomBytes(PASSWORD_BYTES).toString('base64url');
    const ntHash = ntHashOf(password);
    const sealedKey = seal(this.#key, purposeOf(sessionId), ntHash).toString('base64');
    ntHash.fill(0);
    return { told: { userName, password }, proof: { userName, sealedKey } };
  }

  /** The NT hash; the caller erases it. Throws SealError when it was not sealed for this session. */
  open(sessionId: SessionId, { sealedKey }: TicketProof): Uint8Array {
    return openSealed(this.#key, purposeOf(sessionId), Buffer.from(sealedKey, 'base64'));
  }
}

function purposeOf(sessionId: SessionId): string {
  return `one-time-password/${sessionId}`;
}
