/** NTLM as a server, [MS-NLMP] 3.2.5.1: one challenge, one proof, verified against the one user who is expected. */
import { bytesFromUtf16 } from '../../connection/text.js';
import { Writer } from '../../wire/writer.js';
import { concat, equalInConstantTime } from '../bytes.js';
import type { Hashes } from '../hashes.js';
import { rc4k } from '../rc4.js';
import {
  AV_DNS_COMPUTER_NAME,
  AV_DNS_DOMAIN_NAME,
  AV_FLAG_MIC,
  AV_NB_COMPUTER_NAME,
  AV_NB_DOMAIN_NAME,
  AV_CHANNEL_BINDINGS,
  AV_TIMESTAMP,
  avFlags,
  avPair,
} from './av-pairs.js';
import { type AuthenticateMessage, micOf, withMic } from './authenticate-message.js';
import { encodeChallengeMessage } from './challenge-message.js';
import {
  hasFlags,
  NEGOTIATE_KEY_EXCH,
  NEGOTIATE_TARGET_INFO,
  OFFERED_FLAGS,
  REQUEST_TARGET,
  TARGET_TYPE_SERVER,
} from './flags.js';
import { MessageSecurity } from './message-security.js';
import {
  decodeNtlmV2Response,
  type NtlmV2Response,
  ntProof,
  responseKey,
  sameUserName,
  sessionBaseKey,
} from './ntlmv2.js';

const SESSION_KEY_BYTES = 16;

/** Who may prove themselves: with one NT hash, under any of these names. */
export interface ExpectedUser {
  readonly userNames: readonly string[];
  readonly ntHash: Uint8Array;
}

export interface NtlmServerOptions {
  readonly hashes: Hashes;
  /** 8 random bytes, new for each connection. */
  readonly serverChallenge: Uint8Array;
  /** 100 ns since 1601. */
  readonly timestamp: bigint;
  /** At most 15 characters, upper case. */
  readonly computerName: string;
  /** MD5 of the channel's bindings: a client that names others is refused. Null: CredSSP binds to the channel itself. */
  readonly channelBindings: Uint8Array | null;
}

/** Both directions of the security context, as the server uses them. */
export interface NtlmContext {
  readonly fromClient: MessageSecurity;
  readonly fromServer: MessageSecurity;
}

/** The CHALLENGE message for what a client can do. */
export function challengeFor(options: NtlmServerOptions, clientFlags: number): Uint8Array {
  const { serverChallenge, timestamp, computerName } = options;
  const name = bytesFromUtf16(computerName);
  const chosen = clientFlags & OFFERED_FLAGS & ~REQUEST_TARGET;
  const negotiateFlags = (chosen | REQUEST_TARGET | NEGOTIATE_TARGET_INFO | TARGET_TYPE_SERVER) >>> 0;
  const targetInfo = [
    { id: AV_NB_DOMAIN_NAME, value: name },
    { id: AV_NB_COMPUTER_NAME, value: name },
    { id: AV_DNS_DOMAIN_NAME, value: name },
    { id: AV_DNS_COMPUTER_NAME, value: name },
    { id: AV_TIMESTAMP, value: new Writer().u64(timestamp).finish() },
  ];
  return encodeChallengeMessage({ negotiateFlags, serverChallenge, targetInfo }, computerName);
}

/** The three messages as they travelled. */
export interface NtlmMessages {
  readonly negotiate: Uint8Array;
  readonly challenge: Uint8Array;
  readonly authenticate: Uint8Array;
}

/**
 * Verifies a proof. Null when it is not the expected user's: the time that takes does not say whether it was the name or
 * the password. Throws DecodeError for a response that is not NTLMv2's.
 */
export function verifyProof(
  options: NtlmServerOptions,
  messages: NtlmMessages,
  message: AuthenticateMessage,
  negotiateFlags: number,
  expected: ExpectedUser,
): NtlmContext | null {
  const { hashes } = options;
  const response = decodeNtlmV2Response(message.ntChallengeResponse);
  // Some clients leave the domain out of the proof and still name it.
  const proofs = [message.domainName, ''].map((domain) => {
    const key = responseKey(hashes, expected.ntHash, message.userName, domain);
    const proof = ntProof(hashes, key, options.serverChallenge, response.clientChallengeBytes);
    return { right: equalInConstantTime(proof, response.proof), key };
  });
  const named = expected.userNames.filter((name) => sameUserName(name, message.userName)).length > 0;
  const proven = proofs.find(({ right }) => right);
  if (!named || proven === undefined || !bindingsFit(options, response)) return null;
  const exchangeKey = sessionBaseKey(hashes, proven.key, response.proof);
  const sessionKey = exportedSessionKey(message, negotiateFlags, exchangeKey);
  if (sessionKey === null || !micFits(hashes, messages, response, sessionKey)) return null;
  return {
    fromClient: new MessageSecurity(hashes, negotiateFlags, sessionKey, 'client-to-server'),
    fromServer: new MessageSecurity(hashes, negotiateFlags, sessionKey, 'server-to-client'),
  };
}

function exportedSessionKey(message: AuthenticateMessage, flags: number, exchangeKey: Uint8Array): Uint8Array | null {
  if (!hasFlags(flags, NEGOTIATE_KEY_EXCH)) return exchangeKey;
  const { encryptedRandomSessionKey } = message;
  if (encryptedRandomSessionKey.length !== SESSION_KEY_BYTES) return null;
  return rc4k(exchangeKey, encryptedRandomSessionKey);
}

function micFits(
  hashes: Hashes,
  { negotiate, challenge, authenticate }: NtlmMessages,
  { clientChallenge }: NtlmV2Response,
  sessionKey: Uint8Array,
): boolean {
  if (!hasFlags(avFlags(clientChallenge.avPairs), AV_FLAG_MIC)) return true;
  const mic = hashes.hmacMd5(sessionKey, concat(negotiate, challenge, withMic(authenticate, null)));
  return equalInConstantTime(mic, micOf(authenticate));
}

function bindingsFit({ channelBindings }: NtlmServerOptions, { clientChallenge }: NtlmV2Response): boolean {
  const named = avPair(clientChallenge.avPairs, AV_CHANNEL_BINDINGS);
  if (channelBindings === null || named === null || named.every((byte) => byte === 0)) return true;
  return equalInConstantTime(channelBindings, named);
}
