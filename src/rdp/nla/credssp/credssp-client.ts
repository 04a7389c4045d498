/**
 * CredSSP as a client without I/O, [MS-CSSP] 3.1.5: proves a password to a target, checks that TLS ends at the target, and
 * only then hands the password over (or nothing, with restricted admin).
 */
import { UnexpectedPduError } from '../../wire/errors.js';
import { equalInConstantTime } from '../bytes.js';
import { NlaError, problemOfStatus } from '../nla-error.js';
import { STATUS_ACCESS_DENIED } from '../nt-status.js';
import { answerChallenge, type NtlmClientOptions } from '../ntlm/ntlm-client.js';
import type { NtlmContext } from '../ntlm/ntlm-server.js';
import { MAX_VERSION, MIN_VERSION } from './credssp-server.js';
import { AUTHORIZATION_RESULT_BYTES, decodeAuthorizationResult } from './early-user-authorization.js';
import { NegotiateClient } from './negotiate-client.js';
import { type Binding, clientBinding, FIRST_HASHED_VERSION, serverBinding } from './public-key-binding.js';
import { encodeTsCredentials, RESTRICTED_ADMIN } from './ts-credentials.js';
import { decodeTsRequest, EMPTY_REQUEST, encodeTsRequest, type TsRequest, tsRequestSize } from './ts-request.js';

export interface CredsspClientOptions {
  readonly ntlm: NtlmClientOptions;
  /** Of the certificate that TLS was shown. */
  readonly subjectPublicKey: Uint8Array;
  /** Handed over at the end; null for restricted admin, which hands nothing over. */
  readonly password: string | null;
  /** 32 random bytes. */
  readonly nonce: Uint8Array;
  /** PROTOCOL_HYBRID_EX was selected: the server says whether the user may go on. */
  readonly earlyAuthorization: boolean;
  /** NTLM inside SPNEGO; else bare, which Windows and FreeRDP both take. */
  readonly spnego: boolean;
  /** The highest version to speak; 6 unless a test says otherwise. */
  readonly maxVersion?: number;
}

export type CredsspClientOutput =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** The server took the credentials, as far as it says so. */
  | { readonly type: 'done'; readonly version: number };

type State = 'expect-token' | 'expect-public-key' | 'expect-authorization' | 'over';

export class CredsspClient {
  readonly #options: CredsspClientOptions;
  readonly #negotiate: NegotiateClient;
  #state: State = 'expect-token';
  #serverVersion: number | null = null;
  #context: NtlmContext | null = null;
  #binding: Binding | null = null;

  constructor(options: CredsspClientOptions) {
    this.#options = options;
    this.#negotiate = new NegotiateClient(options.spnego, (negotiate, challenge) =>
      answerChallenge(options.ntlm, negotiate, challenge),
    );
  }

  get state(): State {
    return this.#state;
  }

  /** The first message. */
  start(): Uint8Array {
    return this.#message({ negoToken: this.#negotiate.start() });
  }

  /** Size of the server's message that begins `bytes`; null when more bytes are needed to know it. Throws DecodeError. */
  sizeOf(bytes: Uint8Array): number | null {
    return this.#state === 'expect-authorization' ? AUTHORIZATION_RESULT_BYTES : tsRequestSize(bytes);
  }

  /** Takes one whole message. Throws NlaError, DecodeError, UnexpectedPduError: then it is over. */
  receive(message: Uint8Array): readonly CredsspClientOutput[] {
    if (this.#state === 'expect-authorization') return this.#authorization(message);
    const request = decodeTsRequest(message);
    if (request.errorCode !== null && request.errorCode !== 0) {
      throw new NlaError(problemOfStatus(request.errorCode), request.errorCode);
    }
    this.#checkVersion(request.version);
    switch (this.#state) {
      case 'expect-token':
        return this.#token(request);
      case 'expect-public-key':
        return this.#publicKey(request);
      case 'over':
        throw new UnexpectedPduError(this.#state, 'nothing', 'TSRequest');
    }
  }

  #checkVersion(version: number): void {
    if (version < MIN_VERSION || (this.#serverVersion !== null && version !== this.#serverVersion)) {
      throw new NlaError('credssp-version');
    }
    this.#serverVersion = version;
  }

  get #version(): number {
    return Math.min(this.#serverVersion ?? MIN_VERSION, this.#options.maxVersion ?? MAX_VERSION);
  }

  #token({ negoToken }: TsRequest): readonly CredsspClientOutput[] {
    if (negoToken === null) throw new UnexpectedPduError(this.#state, 'negoTokens', 'TSRequest without it');
    const { token, context } = this.#negotiate.receive(negoToken);
    if (context === null) return [{ type: 'send', bytes: this.#message({ negoToken: token }) }];
    const hashed = this.#version >= FIRST_HASHED_VERSION;
    const { ntlm, subjectPublicKey, nonce } = this.#options;
    this.#context = context;
    this.#binding = { hashes: ntlm.hashes, subjectPublicKey, nonce: hashed ? nonce : null };
    this.#state = 'expect-public-key';
    const pubKeyAuth = context.fromClient.seal(clientBinding(this.#binding));
    const message = this.#message({ negoToken: token, pubKeyAuth, clientNonce: this.#binding.nonce });
    return [{ type: 'send', bytes: message }];
  }

  #publicKey({ negoToken, pubKeyAuth }: TsRequest): readonly CredsspClientOutput[] {
    const context = this.#context;
    if (context === null || this.#binding === null) throw new UnexpectedPduError(this.#state, 'a context', 'none');
    if (negoToken !== null) this.#negotiate.finish(negoToken, context);
    // A server may end SPNEGO in a message of its own.
    if (pubKeyAuth === null && negoToken !== null) return [];
    if (pubKeyAuth === null) throw new UnexpectedPduError(this.#state, 'pubKeyAuth', 'TSRequest without it');
    if (!equalInConstantTime(context.fromServer.unseal(pubKeyAuth), serverBinding(this.#binding))) {
      throw new NlaError('public-key-mismatch');
    }
    const { ntlm, password, earlyAuthorization } = this.#options;
    const { userName, domainName } = ntlm;
    const credentials = encodeTsCredentials(password === null ? RESTRICTED_ADMIN : { domainName, userName, password });
    this.#state = earlyAuthorization ? 'expect-authorization' : 'over';
    const bytes = this.#message({ authInfo: context.fromClient.seal(credentials) });
    const done = { type: 'done', version: this.#version } as const;
    return earlyAuthorization ? [{ type: 'send', bytes }] : [{ type: 'send', bytes }, done];
  }

  #authorization(pdu: Uint8Array): readonly CredsspClientOutput[] {
    if (!decodeAuthorizationResult(pdu)) throw new NlaError('logon-not-granted', STATUS_ACCESS_DENIED);
    this.#state = 'over';
    return [{ type: 'done', version: this.#version }];
  }

  #message(fields: Partial<TsRequest>): Uint8Array {
    const version = this.#options.maxVersion ?? MAX_VERSION;
    return encodeTsRequest({ ...EMPTY_REQUEST, ...fields, version });
  }
}
