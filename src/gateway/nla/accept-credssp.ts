/** CredSSP as a server over a stream: TLS of the native entrance, or what a browser sends through a WebSocket. */
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { type ClientIdentity, CredsspServer, type CredsspServerOutput } from '../../rdp/nla/credssp/credssp-server.js';
import { tsRequestSize } from '../../rdp/nla/credssp/ts-request.js';
import type { ExpectedUser } from '../../rdp/nla/ntlm/ntlm-server.js';
import { NODE_HASHES, fileTimeOf } from './platform.js';
import { nlaErrorOf, readMessage } from './read-message.js';

const SERVER_CHALLENGE_BYTES = 8;
/** What the gateway calls itself in NTLM. */
const COMPUTER_NAME = 'WITNESS';

export interface AcceptCredsspOptions {
  /** Of the certificate that the client was shown: `subjectPublicKeyOf`. */
  readonly subjectPublicKey: Uint8Array;
  /** Whose proof is taken, or with which NTSTATUS everybody is turned away. */
  readonly expected: ExpectedUser | { readonly turnAway: number };
  /** PROTOCOL_HYBRID_EX was selected. */
  readonly earlyAuthorization: boolean;
  /** For the whole sign-in. */
  readonly timeoutMs: number;
  readonly clock: () => number;
  /** Asked once the client has proven itself and before it is told: null lets it in, an NTSTATUS turns it away. */
  readonly decide: (identity: ClientIdentity) => Promise<number | null>;
}

export interface AcceptedClient {
  readonly identity: ClientIdentity;
  /** The version of CredSSP that the client speaks. */
  readonly version: number;
  /** False for a client in restricted admin mode. What the password was is not kept. */
  readonly withPassword: boolean;
}

/**
 * Lets a client prove itself. The stream is paused afterwards and holds what follows. Rejects with `NlaError`: then the
 * client was told, as far as it can be, and the stream is the caller's to end. Rejects with what `decide` rejects with.
 */
export async function acceptCredssp(stream: Duplex, options: AcceptCredsspOptions): Promise<AcceptedClient> {
  const { subjectPublicKey, expected, earlyAuthorization, timeoutMs, clock, decide } = options;
  const server = new CredsspServer({
    ntlm: {
      hashes: NODE_HASHES,
      serverChallenge: randomBytes(SERVER_CHALLENGE_BYTES),
      timestamp: fileTimeOf(clock()),
      computerName: COMPUTER_NAME,
      channelBindings: null,
    },
    subjectPublicKey,
    expected,
    earlyAuthorization,
  });
  const deadline = performance.now() + timeoutMs;
  let proven: Extract<CredsspServerOutput, { type: 'proven' }> | null = null;
  for (;;) {
    const result = followed(stream, await received(stream, server, deadline));
    if (result?.type === 'proven') {
      proven = result;
      const ntStatus = await decide(proven.identity);
      followed(stream, ntStatus === null ? server.allow() : server.refuse(ntStatus));
    }
    if (result?.type === 'done' && proven !== null) {
      return { identity: proven.identity, version: proven.version, withPassword: result.withPassword };
    }
  }
}

async function received(
  stream: Duplex,
  server: CredsspServer,
  deadline: number,
): Promise<readonly CredsspServerOutput[]> {
  try {
    return server.receive(await readMessage(stream, tsRequestSize, deadline));
  } catch (error) {
    throw nlaErrorOf(error);
  }
}

/** Sends what is to be sent; gives what else there is, and throws when it is over. */
function followed(
  stream: Duplex,
  outputs: readonly CredsspServerOutput[],
): Extract<CredsspServerOutput, { type: 'proven' | 'done' }> | null {
  let result: Extract<CredsspServerOutput, { type: 'proven' | 'done' }> | null = null;
  for (const output of outputs) {
    if (output.type === 'failed') throw output.error;
    if (output.type === 'send') stream.write(output.bytes);
    else result = output;
  }
  return result;
}
