/**
 * The server's side of the tokens inside CredSSP: NTLM bare, as FreeRDP sends it, or inside SPNEGO (RFC 4178), as Windows
 * does. Of SPNEGO's mechanisms NTLM alone is taken; what a client offers without it is named for what it is.
 */
import { isEntraAccount } from '../../connection/entra-account.js';
import { UnexpectedPduError } from '../../wire/errors.js';
import { equalInConstantTime } from '../bytes.js';
import { NlaError } from '../nla-error.js';
import { STATUS_LOGON_FAILURE, STATUS_NOT_SUPPORTED } from '../nt-status.js';
import { decodeAuthenticateMessage } from '../ntlm/authenticate-message.js';
import { strongEnough } from '../ntlm/flags.js';
import { isNtlmMessage } from '../ntlm/message.js';
import { decodeNegotiateMessage } from '../ntlm/negotiate-message.js';
import {
  challengeFor,
  type ExpectedUser,
  type NtlmContext,
  type NtlmServerOptions,
  verifyProof,
} from '../ntlm/ntlm-server.js';
import { NTLM_V1_RESPONSE_BYTES } from '../ntlm/ntlmv2.js';
import { type Mechanism, mechanismOf, NTLM_OID } from '../spnego/mechanisms.js';
import { decodeNegTokenInit, isNegTokenInit, type NegTokenInit } from '../spnego/neg-token-init.js';
import {
  ACCEPT_COMPLETED,
  ACCEPT_INCOMPLETE,
  decodeNegTokenResp,
  EMPTY_RESP,
  encodeNegTokenResp,
  type NegTokenResp,
  REQUEST_MIC,
} from '../spnego/neg-token-resp.js';
import type { ClientIdentity } from './credssp-server.js';

export interface Proof {
  readonly identity: ClientIdentity;
  readonly context: NtlmContext;
}

export interface NegotiateStep {
  /** For the client; null when there is nothing to say. */
  readonly token: Uint8Array | null;
  /** Null while more tokens are due. */
  readonly proof: Proof | null;
}

interface Spnego {
  readonly mechTypeList: Uint8Array;
  /** NTLM is not what the client wanted most, so the list must be proven: RFC 4178 5. */
  readonly micRequired: boolean;
}

export class NegotiateServer {
  readonly #ntlm: NtlmServerOptions;
  readonly #expected: ExpectedUser | { readonly turnAway: number };
  #spnego: Spnego | null = null;
  #negotiate: Uint8Array | null = null;
  #challenge: Uint8Array | null = null;

  constructor(ntlm: NtlmServerOptions, expected: ExpectedUser | { readonly turnAway: number }) {
    this.#ntlm = ntlm;
    this.#expected = expected;
  }

  /** Takes the client's next token. Throws NlaError, DecodeError, UnexpectedPduError. */
  receive(token: Uint8Array): NegotiateStep {
    if (this.#spnego === null) {
      if (isNtlmMessage(token)) return this.#ntlmMessage(token, null);
      if (isNegTokenInit(token) && this.#negotiate === null) return this.#begin(decodeNegTokenInit(token));
      throw new NlaError('no-common-mechanism', STATUS_NOT_SUPPORTED);
    }
    const response = decodeNegTokenResp(token);
    if (response.responseToken === null) {
      throw new UnexpectedPduError('negotiate', 'responseToken', 'NegTokenResp without it');
    }
    return this.#ntlmMessage(response.responseToken, response);
  }

  #begin(init: NegTokenInit): NegotiateStep {
    const offered = init.mechTypes.map(mechanismOf);
    if (!offered.includes('ntlm')) throw new NlaError(problemOfOffer(offered), STATUS_NOT_SUPPORTED);
    const preferred = offered[0] === 'ntlm';
    this.#spnego = { mechTypeList: init.mechTypeList, micRequired: !preferred };
    if (preferred && init.mechToken !== null) return this.#ntlmMessage(init.mechToken, null);
    const negState = preferred ? ACCEPT_INCOMPLETE : REQUEST_MIC;
    return { token: encodeNegTokenResp({ ...EMPTY_RESP, negState, supportedMech: NTLM_OID }), proof: null };
  }

  #ntlmMessage(message: Uint8Array, response: NegTokenResp | null): NegotiateStep {
    if (this.#negotiate === null) {
      const { negotiateFlags } = decodeNegotiateMessage(message);
      this.#negotiate = Uint8Array.from(message);
      this.#challenge = challengeFor(this.#ntlm, negotiateFlags);
      return { token: this.#wrapChallenge(this.#challenge), proof: null };
    }
    const proof = this.#verify(message);
    return { token: this.#finish(proof.context, response), proof };
  }

  #wrapChallenge(challenge: Uint8Array): Uint8Array {
    if (this.#spnego === null) return challenge;
    const negState = ACCEPT_INCOMPLETE;
    return encodeNegTokenResp({ ...EMPTY_RESP, negState, supportedMech: NTLM_OID, responseToken: challenge });
  }

  #verify(authenticate: Uint8Array): Proof {
    if (this.#negotiate === null || this.#challenge === null) {
      throw new UnexpectedPduError('negotiate', 'NEGOTIATE_MESSAGE', 'AUTHENTICATE_MESSAGE');
    }
    const message = decodeAuthenticateMessage(authenticate);
    const { userName, domainName, workstation } = message;
    // [invariant 1] Such a sign-in is Entra's, whatever comes of it.
    if (isEntraAccount({ domain: domainName, userName })) throw new NlaError('entra-id', STATUS_LOGON_FAILURE);
    if ('turnAway' in this.#expected) throw new NlaError('refused', this.#expected.turnAway);
    const ntlmV2 = message.ntChallengeResponse.length > NTLM_V1_RESPONSE_BYTES;
    const negotiateFlags = message.negotiateFlags & decodeNegotiateMessage(this.#negotiate).negotiateFlags;
    if (!strongEnough(negotiateFlags)) throw new NlaError('weak-security', STATUS_NOT_SUPPORTED);
    // No response at all is an anonymous client, or one without a password.
    if (message.ntChallengeResponse.length === 0) throw new NlaError('wrong-password', STATUS_LOGON_FAILURE);
    if (!ntlmV2) throw new NlaError('weak-security', STATUS_NOT_SUPPORTED);
    const messages = { negotiate: this.#negotiate, challenge: this.#challenge, authenticate };
    const context = verifyProof(this.#ntlm, messages, message, negotiateFlags, this.#expected);
    if (context === null) throw new NlaError('wrong-password', STATUS_LOGON_FAILURE);
    return { identity: { userName, domainName, workstation }, context };
  }

  /** The end of SPNEGO, when the client signed its list of mechanisms. */
  #finish({ fromClient, fromServer }: NtlmContext, response: NegTokenResp | null): Uint8Array | null {
    if (this.#spnego === null) return null;
    const { mechTypeList, micRequired } = this.#spnego;
    const mechListMic = response?.mechListMic ?? null;
    if (mechListMic === null) {
      if (micRequired) throw new NlaError('protocol', STATUS_LOGON_FAILURE, 'the list of mechanisms is not signed');
      return null;
    }
    if (!equalInConstantTime(fromClient.mic(mechTypeList), mechListMic)) {
      throw new NlaError('protocol', STATUS_LOGON_FAILURE, 'the signature of the list of mechanisms is wrong');
    }
    const negState = ACCEPT_COMPLETED;
    return encodeNegTokenResp({ ...EMPTY_RESP, negState, mechListMic: fromServer.mic(mechTypeList) });
  }
}

/** What a client means that does not offer NTLM. */
export function problemOfOffer(offered: readonly Mechanism[]): 'entra-id' | 'kerberos-only' | 'no-common-mechanism' {
  if (offered.includes('negoex') || offered.includes('pku2u')) return 'entra-id';
  return offered.includes('kerberos') ? 'kerberos-only' : 'no-common-mechanism';
}
