/** CredSSP as a client over TLS: the gateway signs in at a target. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Duplex } from 'node:stream';
import { CredsspClient } from '../../rdp/nla/credssp/credssp-client.js';
import { CLIENT_NONCE_BYTES } from '../../rdp/nla/credssp/public-key-binding.js';
import { NlaError } from '../../rdp/nla/nla-error.js';
import { ntHashOf } from '../../rdp/nla/ntlm/ntlmv2.js';
import { fileTimeOf, NODE_HASHES } from './platform.js';
import { nlaErrorOf, readMessage } from './read-message.js';

const CLIENT_CHALLENGE_BYTES = 8;
const SESSION_KEY_BYTES = 16;
const MAX_WORKSTATION_CHARACTERS = 15;

/** A password, or its NT hash alone: that proves as much, and signs in with restricted admin only. */
export type NlaCredential = {
  readonly userName: string;
  /** Empty for an account of the target itself, or for a user name with an @. */
  readonly domainName: string;
} & ({ readonly password: string } | { readonly ntHash: Uint8Array });

export interface ConnectCredsspOptions {
  /** Of the certificate that the target showed in TLS: `subjectPublicKeyOf`. */
  readonly subjectPublicKey: Uint8Array;
  /** Name under which the target was meant, for the SPN `TERMSRV/host`. */
  readonly host: string;
  /** PROTOCOL_HYBRID_EX was selected. */
  readonly earlyAuthorization: boolean;
  /** Hands the target nothing that it could use elsewhere; the target must allow it. */
  readonly restrictedAdmin: boolean;
  /** For the whole sign-in. */
  readonly timeoutMs: number;
  readonly clock: () => number;
  /** NTLM inside SPNEGO; by default bare, which Windows and FreeRDP both take. */
  readonly spnego?: boolean;
}

/**
 * Signs in. The stream is paused afterwards and holds what follows. Rejects with `NlaError`; the password is not handed
 * over unless the target proved that TLS ends at itself.
 */
export async function connectCredssp(
  stream: Duplex,
  credential: NlaCredential,
  options: ConnectCredsspOptions,
): Promise<void> {
  const { userName, domainName } = credential;
  const password = 'password' in credential ? credential.password : null;
  if (password === null && !options.restrictedAdmin) {
    throw new NlaError('refused', 0, 'an NT hash without the password can sign in with restricted admin only');
  }
  const client = new CredsspClient({
    ntlm: {
      hashes: NODE_HASHES,
      userName,
      domainName,
      ntHash: 'ntHash' in credential ? credential.ntHash : ntHashOf(credential.password),
      workstation: hostname().slice(0, MAX_WORKSTATION_CHARACTERS),
      targetName: `TERMSRV/${options.host}`,
      channelBindings: null,
      clientChallenge: randomBytes(CLIENT_CHALLENGE_BYTES),
      sessionKey: randomBytes(SESSION_KEY_BYTES),
      timestamp: fileTimeOf(options.clock()),
    },
    subjectPublicKey: options.subjectPublicKey,
    password: options.restrictedAdmin ? null : password,
    nonce: randomBytes(CLIENT_NONCE_BYTES),
    earlyAuthorization: options.earlyAuthorization,
    spnego: options.spnego ?? false,
  });
  try {
    await converse(stream, client, performance.now() + options.timeoutMs);
  } catch (error) {
    const said = nlaErrorOf(error);
    // Servers that speak an early version of CredSSP, and FreeRDP's, close without a word.
    const mute = said.problem === 'closed' && client.state === 'expect-public-key';
    throw mute ? new NlaError('refused', 0, 'the target closed the connection after the proof of the password') : said;
  }
}

async function converse(stream: Duplex, client: CredsspClient, deadline: number): Promise<void> {
  stream.write(client.start());
  for (;;) {
    const message = await readMessage(stream, (bytes) => client.sizeOf(bytes), deadline);
    for (const output of client.receive(message)) {
      if (output.type === 'done') return;
      stream.write(output.bytes);
    }
  }
}
