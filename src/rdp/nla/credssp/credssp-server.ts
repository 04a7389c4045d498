/**
 * CredSSP as a server without I/O, [MS-CSSP] 3.1.5: NTLM inside SPNEGO or bare, the binding to TLS, the credentials, and
 * under PROTOCOL_HYBRID_EX the early authorisation. The caller decides between the proof and the server's own: until
 * `allow` the client knows nothing, and what it then hands over is read and forgotten.
 */
import { UnexpectedPduError } from '../../wire/errors.js';
import { equalInConstantTime } from '../bytes.js';
import { NlaError } from '../nla-error.js';
import { STATUS_LOGON_FAILURE, STATUS_NOT_SUPPORTED } from '../nt-status.js';
import { type ExpectedUser, type NtlmContext, type NtlmServerOptions } from '../ntlm/ntlm-server.js';
import { AUTHZ_SUCCESS, encodeAuthorizationResult } from './early-user-authorization.js';
import {
  type Binding,
  CLIENT_NONCE_BYTES,
  clientBinding,
  FIRST_HASHED_VERSION,
  serverBinding,
} from './public-key-binding.js';
import { NegotiateServer, type Proof } from './negotiate-server.js';
import { decodeTsCredentials } from './ts-credentials.js';
import { decodeTsRequest, EMPTY_REQUEST, encodeTsRequest, type TsRequest } from './ts-request.js';

export const MIN_VERSION = 2;
export const MAX_VERSION = 6;
/** The first version whose clients read `errorCode`. */
const FIRST_VERSION_WITH_ERRORS = 3;

export interface CredsspServerOptions {
  readonly ntlm: NtlmServerOptions;
  /** Of the certificate that the client's TLS was shown. */
  readonly subjectPublicKey: Uint8Array;
  /** Whose proof is taken, or with which NTSTATUS everybody is turned away. */
  readonly expected: ExpectedUser | { readonly turnAway: number };
  /** PROTOCOL_HYBRID_EX was selected. */
  readonly earlyAuthorization: boolean;
  /** The highest version to speak; 6 unless a test says otherwise. */
  readonly maxVersion?: number;
}

/** Names as the client wrote them: they are proven with a proof, and claims without. */
export interface ClientIdentity {
  readonly userName: string;
  readonly domainName: string;
  readonly workstation: string;
}

export type CredsspServerOutput =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** The client knows the password, and its TLS ends at our certificate: `allow` or `refuse` is due. */
  | { readonly type: 'proven'; readonly identity: ClientIdentity; readonly version: number }
  /** It is over; what had to be said to the client was sent. */
  | { readonly type: 'failed'; readonly error: NlaError }
  | { readonly type: 'done'; readonly withPassword: boolean };

type State = 'expect-token' | 'expect-public-key' | 'awaits-decision' | 'expect-credentials' | 'over';

export class CredsspServer {
  readonly #options: CredsspServerOptions;
  readonly #negotiate: NegotiateServer;
  #state: State = 'expect-token';
  /** What the client said; null before its first message. */
  #clientVersion: number | null = null;
  #proof: Proof | null = null;
  /** The client's binding was right; the answer waits for the decision. */
  #binding: Binding | null = null;
  #finalToken: Uint8Array | null = null;

  constructor(options: CredsspServerOptions) {
    this.#options = options;
    this.#negotiate = new NegotiateServer(options.ntlm, options.expected);
  }

  get state(): State {
    return this.#state;
  }

  /** Takes one whole TSRequest. Throws DecodeError and UnexpectedPduError for a client that broke the protocol. */
  receive(message: Uint8Array): readonly CredsspServerOutput[] {
    const request = decodeTsRequest(message);
    try {
      this.#checkVersion(request.version);
      return this.#step(request);
    } catch (error) {
      if (!(error instanceof NlaError)) throw error;
      return this.#fail(error);
    }
  }

  /** Lets a client in that was `proven`. */
  allow(): readonly CredsspServerOutput[] {
    if (this.#state !== 'awaits-decision' || this.#binding === null || this.#proof === null) {
      throw new UnexpectedPduError(this.#state, 'proven', 'allow');
    }
    const pubKeyAuth = this.#proof.context.fromServer.seal(serverBinding(this.#binding));
    this.#state = 'expect-credentials';
    return [this.#send({ pubKeyAuth, negoToken: this.#finalToken })];
  }

  /** Turns a client away that was `proven`. */
  refuse(ntStatus: number): readonly CredsspServerOutput[] {
    return this.#fail(new NlaError('refused', ntStatus));
  }

  #step(request: TsRequest): readonly CredsspServerOutput[] {
    switch (this.#state) {
      case 'expect-token':
        return this.#token(request);
      case 'expect-public-key':
        return this.#publicKey(request);
      case 'expect-credentials':
        return this.#credentials(request);
      case 'awaits-decision':
      case 'over':
        throw new UnexpectedPduError(this.#state, 'nothing', 'TSRequest');
    }
  }

  #checkVersion(version: number): void {
    if (version < MIN_VERSION || (this.#clientVersion !== null && version !== this.#clientVersion)) {
      throw new NlaError('credssp-version', STATUS_NOT_SUPPORTED);
    }
    this.#clientVersion = version;
  }

  #token(request: TsRequest): readonly CredsspServerOutput[] {
    if (request.negoToken === null) throw new UnexpectedPduError(this.#state, 'negoTokens', 'TSRequest without it');
    const step = this.#negotiate.receive(request.negoToken);
    if (step.proof === null) return [this.#send({ negoToken: step.token })];
    this.#proof = step.proof;
    this.#finalToken = step.token;
    this.#state = 'expect-public-key';
    if (request.pubKeyAuth !== null) return this.#publicKey(request);
    this.#finalToken = null;
    return [this.#send({ negoToken: step.token })];
  }

  #publicKey({ pubKeyAuth, clientNonce }: TsRequest): readonly CredsspServerOutput[] {
    if (pubKeyAuth === null || this.#proof === null) {
      throw new UnexpectedPduError(this.#state, 'pubKeyAuth', 'TSRequest without it');
    }
    const { identity, context } = this.#proof;
    const version = this.#version();
    const hashed = version >= FIRST_HASHED_VERSION;
    if (hashed && clientNonce?.length !== CLIENT_NONCE_BYTES) throw new NlaError('protocol', STATUS_LOGON_FAILURE);
    const { ntlm, subjectPublicKey } = this.#options;
    const binding = { hashes: ntlm.hashes, subjectPublicKey, nonce: hashed ? clientNonce : null };
    if (!equalInConstantTime(unsealed(context, pubKeyAuth), clientBinding(binding))) {
      throw new NlaError('public-key-mismatch', STATUS_LOGON_FAILURE);
    }
    this.#binding = binding;
    this.#state = 'awaits-decision';
    return [{ type: 'proven', identity, version }];
  }

  #credentials({ authInfo }: TsRequest): readonly CredsspServerOutput[] {
    if (authInfo === null || this.#proof === null) {
      throw new UnexpectedPduError(this.#state, 'authInfo', 'TSRequest without it');
    }
    const { withPassword } = decodeTsCredentials(unsealed(this.#proof.context, authInfo));
    this.#state = 'over';
    const bytes = encodeAuthorizationResult(AUTHZ_SUCCESS);
    const early: CredsspServerOutput[] = this.#options.earlyAuthorization ? [{ type: 'send', bytes }] : [];
    return [...early, { type: 'done', withPassword }];
  }

  #fail(error: NlaError): readonly CredsspServerOutput[] {
    const told = this.#state !== 'expect-credentials' && (this.#clientVersion ?? 0) >= FIRST_VERSION_WITH_ERRORS;
    this.#state = 'over';
    const failed: CredsspServerOutput = { type: 'failed', error };
    return told ? [this.#send({ errorCode: error.ntStatus || STATUS_LOGON_FAILURE }), failed] : [failed];
  }

  /** What both sides speak. */
  #version(): number {
    return Math.min(this.#clientVersion ?? MIN_VERSION, this.#options.maxVersion ?? MAX_VERSION);
  }

  #send(fields: Partial<TsRequest>): CredsspServerOutput {
    const version = this.#options.maxVersion ?? MAX_VERSION;
    return { type: 'send', bytes: encodeTsRequest({ ...EMPTY_REQUEST, ...fields, version }) };
  }
}

function unsealed({ fromClient }: NtlmContext, sealed: Uint8Array): Uint8Array {
  return fromClient.unseal(sealed);
}
