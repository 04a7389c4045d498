/** An RDP client's connection: X.224 in the clear, TLS, NLA if there is a credential, then the connection sequence of src/rdp/client. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { connectCredssp } from '../gateway/nla/connect-credssp.js';
import { subjectPublicKeyOf } from '../gateway/nla/platform.js';
import { PROTOCOL_HYBRID, PROTOCOL_HYBRID_EX, PROTOCOL_SSL } from '../rdp/connection/security-protocols.js';
import { decodeConnectionConfirm } from '../rdp/connection/x224/connection-confirm.js';
import { encodeConnectionRequest, type Routing } from '../rdp/connection/x224/connection-request.js';
import type { ClientOptions } from '../rdp/client/client-options.js';
import { disconnectFrame } from '../rdp/client/client-pdus.js';
import { startClientSequence, stepClientSequence } from '../rdp/client/client-sequence.js';
import type { ClientOutput, ClientState } from '../rdp/client/client-state.js';
import { Reader } from '../rdp/wire/reader.js';
import { decodeTpkt, encodeTpkt, Framer } from '../rdp/wire/tpkt.js';

export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly routing: Routing;
  /** SHA-256 of the certificate to insist on, colon-separated upper-case hexadecimal; null to take any. */
  readonly fingerprint: string | null;
  /** What to sign in with through NLA; null to ask for TLS alone. */
  readonly credential: { readonly userName: string; readonly password: string } | null;
  readonly signal: AbortSignal;
}

export interface ConnectionHandlers {
  /** In order; `send` is done already. */
  readonly onOutput: (output: Exclude<ClientOutput, { type: 'send' }>, receivedAtMs: number) => void;
  /** Once: the error is null when the connection was closed in order by either side. */
  readonly onClose: (error: Error | null) => void;
}

const CLOSE_TIMEOUT_MS = 1000;
const SIGN_IN_TIMEOUT_MS = 15_000;
const NLA = PROTOCOL_HYBRID | PROTOCOL_HYBRID_EX;

/** Rejects when the server cannot be reached, selects something else, shows another certificate, or refuses the sign-in. */
export async function openTls(options: ConnectOptions): Promise<TLSSocket> {
  const { host, port, routing, fingerprint, credential, signal } = options;
  const socket = connectTcp({ host, port, noDelay: true });
  const abort = (): void => {
    socket.destroy(new Error('the client was told to stop'));
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    await once(socket, 'connect', { signal });
    const selectedProtocol = await negotiate(socket, routing, credential === null ? PROTOCOL_SSL : NLA);
    // The certificate is compared with the pinned one below; without one, every server is taken.
    const secure = connectTls({ socket, rejectUnauthorized: false });
    await once(secure, 'secureConnect', { signal });
    if (fingerprint !== null && secure.getPeerCertificate().fingerprint256 !== fingerprint) {
      throw new Error('the server showed another certificate than the pinned one');
    }
    if (credential !== null) await signIn(secure, host, credential, selectedProtocol);
    return secure;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function signIn(
  secure: TLSSocket,
  host: string,
  credential: { readonly userName: string; readonly password: string },
  selectedProtocol: number,
): Promise<void> {
  await connectCredssp(
    secure,
    { ...credential, domainName: '' },
    {
      subjectPublicKey: subjectPublicKeyOf(secure.getPeerCertificate().raw),
      host,
      earlyAuthorization: selectedProtocol === PROTOCOL_HYBRID_EX,
      restrictedAdmin: false,
      timeoutMs: SIGN_IN_TIMEOUT_MS,
      clock: Date.now,
    },
  );
}

/** Gives the protocol that the server selected: one of `requestedProtocols`. */
async function negotiate(socket: Socket, routing: Routing, requestedProtocols: number): Promise<number> {
  const request = encodeConnectionRequest({
    dstRef: 0,
    srcRef: 0,
    classOption: 0,
    routing,
    negotiation: { flags: 0, requestedProtocols, correlationInfo: null },
    trailing: new Uint8Array(0),
  });
  socket.write(encodeTpkt(request));
  const { negotiation } = decodeConnectionConfirm(decodeTpkt(new Reader(await firstPdu(socket), 'TPKT'), 'x224Ccf'));
  if (negotiation.kind === 'failure') throw new Error(`the server refused, code ${negotiation.failureCode}`);
  if (negotiation.kind === 'none' || (negotiation.selectedProtocol & requestedProtocols) === 0) {
    throw new Error('the server did not select what was asked for');
  }
  return negotiation.selectedProtocol;
}

function firstPdu(socket: Socket): Promise<Uint8Array> {
  const framer = new Framer();
  return new Promise((resolve, reject) => {
    const closed = (): void => reject(new Error('the server closed the connection before TLS'));
    socket.once('close', closed);
    socket.on('data', function receive(chunk) {
      try {
        const [pdu] = framer.push(chunk);
        if (pdu === undefined) return;
        socket.off('data', receive).off('close', closed).pause();
        resolve(pdu);
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** The connection inside TLS. */
export class ClientConnection {
  readonly #socket: TLSSocket;
  readonly #handlers: ConnectionHandlers;
  readonly #framer = new Framer();
  #state: ClientState;
  #error: Error | null = null;

  constructor(socket: TLSSocket, options: ClientOptions, handlers: ConnectionHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    const { state, outputs } = startClientSequence(options);
    this.#state = state;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => (this.#error ??= error));
    socket.on('close', () => handlers.onClose(this.#error));
    for (const output of outputs) this.#output(output, performance.now());
    // After a sign-in it is paused.
    socket.resume();
  }

  get state(): ClientState {
    return this.#state;
  }

  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  get bytesWritten(): number {
    return this.#socket.bytesWritten;
  }

  send(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** Takes leave as a client does that its user closes. */
  disconnect(): void {
    this.send(disconnectFrame());
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), CLOSE_TIMEOUT_MS).unref();
  }

  destroy(error: Error): void {
    this.#error ??= error;
    this.#socket.destroy();
  }

  #receive(chunk: Uint8Array): void {
    const receivedAtMs = performance.now();
    try {
      for (const pdu of this.#framer.push(chunk)) {
        const { state, outputs } = stepClientSequence(this.#state, pdu);
        this.#state = state;
        for (const output of outputs) this.#output(output, receivedAtMs);
      }
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error('the server sent what cannot be read'));
    }
  }

  #output(output: ClientOutput, receivedAtMs: number): void {
    if (output.type === 'send') {
      this.send(output.bytes);
      return;
    }
    this.#handlers.onOutput(output, receivedAtMs);
    if (output.type === 'end') this.#socket.end();
  }
}
