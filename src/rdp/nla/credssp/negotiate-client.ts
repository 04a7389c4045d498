/** The client's side of the tokens inside CredSSP: NTLM bare or inside SPNEGO; what else a server wants is named. */
import { UnexpectedPduError } from '../../wire/errors.js';
import { equalInConstantTime } from '../bytes.js';
import { NlaError } from '../nla-error.js';
import { OFFERED_FLAGS } from '../ntlm/flags.js';
import { isNtlmMessage } from '../ntlm/message.js';
import { encodeNegotiateMessage } from '../ntlm/negotiate-message.js';
import type { NtlmAnswer } from '../ntlm/ntlm-client.js';
import type { NtlmContext } from '../ntlm/ntlm-server.js';
import { mechanismOf, NTLM_OID } from '../spnego/mechanisms.js';
import {
  decodeNegTokenInit,
  encodeMechTypeList,
  encodeNegTokenInit,
  isNegTokenInit,
} from '../spnego/neg-token-init.js';
import { decodeNegTokenResp, EMPTY_RESP, encodeNegTokenResp, REJECT } from '../spnego/neg-token-resp.js';
import { problemOfOffer } from './negotiate-server.js';

export interface NegotiateClientStep {
  readonly token: Uint8Array;
  /** Null while more tokens are due. */
  readonly context: NtlmContext | null;
}

export class NegotiateClient {
  readonly #spnego: boolean;
  readonly #answer: (negotiate: Uint8Array, challenge: Uint8Array) => NtlmAnswer;
  readonly #negotiate = encodeNegotiateMessage({ negotiateFlags: OFFERED_FLAGS });
  readonly #mechTypeList = encodeMechTypeList([NTLM_OID]);

  constructor(spnego: boolean, answer: (negotiate: Uint8Array, challenge: Uint8Array) => NtlmAnswer) {
    this.#spnego = spnego;
    this.#answer = answer;
  }

  start(): Uint8Array {
    if (!this.#spnego) return this.#negotiate;
    return encodeNegTokenInit({ mechTypeList: this.#mechTypeList, mechToken: this.#negotiate });
  }

  /** Takes the server's next token. Throws NlaError, DecodeError, UnexpectedPduError. */
  receive(token: Uint8Array): NegotiateClientStep {
    if (isNtlmMessage(token)) {
      const { message, context } = this.#answer(this.#negotiate, token);
      return { token: message, context };
    }
    if (isNegTokenInit(token)) throw refusedOffer(decodeNegTokenInit(token).mechTypes);
    const { negState, supportedMech, responseToken } = decodeNegTokenResp(token);
    if (supportedMech !== null && mechanismOf(supportedMech) !== 'ntlm') throw refusedOffer([supportedMech]);
    if (negState === REJECT) throw new NlaError('ntlm-refused');
    // The server wants NTLM again from its beginning.
    if (responseToken === null && this.#spnego) {
      return { token: encodeNegTokenResp({ ...EMPTY_RESP, responseToken: this.#negotiate }), context: null };
    }
    if (responseToken === null || !isNtlmMessage(responseToken)) {
      throw new UnexpectedPduError('negotiate', 'CHALLENGE_MESSAGE', 'NegTokenResp without it');
    }
    const { message, context } = this.#answer(this.#negotiate, responseToken);
    const mechListMic = context.fromClient.mic(this.#mechTypeList);
    return { token: encodeNegTokenResp({ ...EMPTY_RESP, responseToken: message, mechListMic }), context };
  }

  /** Takes the token that ends SPNEGO. */
  finish(token: Uint8Array, { fromServer }: NtlmContext): void {
    if (!this.#spnego) throw new UnexpectedPduError('negotiate', 'no token', 'a token');
    const { negState, mechListMic } = decodeNegTokenResp(token);
    if (negState === REJECT) throw new NlaError('ntlm-refused');
    if (mechListMic !== null && !equalInConstantTime(fromServer.mic(this.#mechTypeList), mechListMic)) {
      throw new NlaError('protocol', 0, 'the signature of the list of mechanisms is wrong');
    }
  }
}

function refusedOffer(mechTypes: readonly Uint8Array[]): NlaError {
  return new NlaError(problemOfOffer(mechTypes.map(mechanismOf)));
}
