/** A sign-in between the gateway's own client and server without I/O, message by message. */
import { CredsspClient, type CredsspClientOptions } from '../../../src/rdp/nla/credssp/credssp-client.js';
import {
  CredsspServer,
  type CredsspServerOptions,
  type CredsspServerOutput,
} from '../../../src/rdp/nla/credssp/credssp-server.js';
import { NlaError } from '../../../src/rdp/nla/nla-error.js';
import { ntHashOf } from '../../../src/rdp/nla/ntlm/ntlmv2.js';
import { HASHES, hex } from './hex.js';

export const PUBLIC_KEY = hex('3082010a0282010100c0ffee');
export const PASSWORD = 'correct horse battery staple';

export function clientOptions(changes: Partial<CredsspClientOptions> = {}): CredsspClientOptions {
  return {
    ntlm: {
      hashes: HASHES,
      userName: 'Ümläut',
      domainName: '',
      ntHash: ntHashOf(PASSWORD),
      workstation: 'DESK',
      targetName: 'TERMSRV/gateway',
      channelBindings: null,
      clientChallenge: hex('0102030405060708'),
      sessionKey: hex('00112233445566778899aabbccddeeff'),
      timestamp: 133_000_000_000_000_000n,
    },
    subjectPublicKey: PUBLIC_KEY,
    password: PASSWORD,
    nonce: new Uint8Array(32).fill(7),
    earlyAuthorization: false,
    spnego: false,
    ...changes,
  };
}

export function serverOptions(changes: Partial<CredsspServerOptions> = {}): CredsspServerOptions {
  return {
    ntlm: {
      hashes: HASHES,
      serverChallenge: hex('f0e0d0c0b0a09080'),
      timestamp: 133_000_000_000_000_000n,
      computerName: 'WITNESS',
      channelBindings: null,
    },
    subjectPublicKey: PUBLIC_KEY,
    expected: { userNames: ['somebody', 'ümläut'], ntHash: ntHashOf(PASSWORD) },
    earlyAuthorization: false,
    ...changes,
  };
}

export interface SignIn {
  readonly client: CredsspClient;
  readonly server: CredsspServer;
  /** Everything that was sent, client and server in turn. */
  readonly sent: readonly Uint8Array[];
  readonly proven: boolean;
  readonly serverDone: boolean;
  readonly withPassword: boolean | null;
  readonly clientVersion: number | null;
  readonly serverError: NlaError | null;
  /** What the client threw. */
  readonly clientError: unknown;
}

/** Runs both sides, which are given Buffers as sockets give them, until neither has anything to say. `decide` answers a proof with an NTSTATUS, or null to let in. */
export function signIn(
  clientSide: CredsspClientOptions,
  serverSide: CredsspServerOptions,
  decide: () => number | null = () => null,
): SignIn {
  const client = new CredsspClient(clientSide);
  const server = new CredsspServer(serverSide);
  const sent: Uint8Array[] = [];
  const result = { proven: false, serverDone: false, withPassword: null as boolean | null };
  let [clientVersion, serverError, clientError]: [number | null, NlaError | null, unknown] = [null, null, null];
  let toServer: Uint8Array[] = [client.start()];
  const follow = (outputs: readonly CredsspServerOutput[]): Uint8Array[] =>
    outputs.flatMap((output) => {
      if (output.type === 'send') return [output.bytes];
      if (output.type === 'failed') serverError = output.error;
      if (output.type === 'done') Object.assign(result, { serverDone: true, withPassword: output.withPassword });
      if (output.type !== 'proven') return [];
      result.proven = true;
      const ntStatus = decide();
      return follow(ntStatus === null ? server.allow() : server.refuse(ntStatus));
    });
  while (toServer.length > 0) {
    sent.push(...toServer);
    const toClient = toServer.flatMap((message) => follow(server.receive(Buffer.from(message))));
    sent.push(...toClient);
    toServer = [];
    try {
      for (const message of toClient) {
        for (const output of client.receive(Buffer.from(message))) {
          if (output.type === 'send') toServer.push(output.bytes);
          else clientVersion = output.version;
        }
      }
    } catch (error) {
      clientError = error;
    }
  }
  return { client, server, sent, ...result, clientVersion, serverError, clientError };
}

/** What an NlaError that is thrown is about. */
export function problemOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof NlaError) return error.problem;
    throw error;
  }
  return 'nothing was thrown';
}
