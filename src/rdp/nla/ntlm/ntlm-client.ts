/** NTLM as a client, [MS-NLMP] 3.1.5.1: answers a challenge with the proof that it knows a password. */
import { bytesFromUtf16 } from '../../connection/text.js';
import { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import { concat } from '../bytes.js';
import type { Hashes } from '../hashes.js';
import { NlaError } from '../nla-error.js';
import { rc4k } from '../rc4.js';
import {
  AV_CHANNEL_BINDINGS,
  AV_FLAG_MIC,
  AV_FLAGS,
  AV_TARGET_NAME,
  AV_TIMESTAMP,
  avFlags,
  avPair,
  type AvPair,
} from './av-pairs.js';
import { encodeAuthenticateMessage, withMic } from './authenticate-message.js';
import { type ChallengeMessage, decodeChallengeMessage } from './challenge-message.js';
import { hasFlags, NEGOTIATE_KEY_EXCH, OFFERED_FLAGS, strongEnough } from './flags.js';
import { MessageSecurity } from './message-security.js';
import { encodeClientChallenge, lmV2Response, ntProof, responseKey, sessionBaseKey } from './ntlmv2.js';
import type { NtlmContext } from './ntlm-server.js';

const LM_RESPONSE_BYTES = 24;
const CHANNEL_BINDINGS_BYTES = 16;

export interface NtlmClientOptions {
  readonly hashes: Hashes;
  readonly userName: string;
  /** Empty for an account of the target itself, or a user name with an @. */
  readonly domainName: string;
  /** 16 bytes. */
  readonly ntHash: Uint8Array;
  readonly workstation: string;
  /** SPN of the server: `TERMSRV/host`. */
  readonly targetName: string;
  /** MD5 of the channel's bindings, or null to name none. */
  readonly channelBindings: Uint8Array | null;
  /** 8 random bytes. */
  readonly clientChallenge: Uint8Array;
  /** 16 random bytes, for the key exchange. */
  readonly sessionKey: Uint8Array;
  /** 100 ns since 1601, for servers that do not say the time. */
  readonly timestamp: bigint;
}

export interface NtlmAnswer {
  readonly message: Uint8Array;
  readonly context: NtlmContext;
}

/** Answers a challenge. Throws NlaError "weak-security", and DecodeError. */
export function answerChallenge(options: NtlmClientOptions, negotiate: Uint8Array, challenge: Uint8Array): NtlmAnswer {
  const { hashes } = options;
  const decoded = decodeChallengeMessage(challenge);
  const flags = (decoded.negotiateFlags & OFFERED_FLAGS) >>> 0;
  if (!strongEnough(flags)) throw new NlaError('weak-security');
  const key = responseKey(hashes, options.ntHash, options.userName, options.domainName);
  const timestamp = avPair(decoded.targetInfo, AV_TIMESTAMP);
  const clientChallengeBytes = encodeClientChallenge({
    timestamp: timestamp === null ? options.timestamp : new Reader(timestamp, 'MsvAvTimestamp').u64(),
    challengeFromClient: options.clientChallenge,
    avPairs: answeredPairs(options, decoded),
  });
  const proof = ntProof(hashes, key, decoded.serverChallenge, clientChallengeBytes);
  const exchangeKey = sessionBaseKey(hashes, key, proof);
  const exchanges = hasFlags(flags, NEGOTIATE_KEY_EXCH);
  const sessionKey = exchanges ? options.sessionKey : exchangeKey;
  const message = encodeAuthenticateMessage({
    negotiateFlags: flags,
    lmChallengeResponse:
      timestamp === null
        ? lmV2Response(hashes, key, decoded.serverChallenge, options.clientChallenge)
        : new Uint8Array(LM_RESPONSE_BYTES),
    ntChallengeResponse: concat(proof, clientChallengeBytes),
    domainName: options.domainName,
    userName: options.userName,
    workstation: options.workstation,
    encryptedRandomSessionKey: exchanges ? rc4k(exchangeKey, options.sessionKey) : new Uint8Array(0),
  });
  const mic = hashes.hmacMd5(sessionKey, concat(negotiate, challenge, message));
  return {
    message: timestamp === null ? message : withMic(message, mic),
    context: {
      fromClient: new MessageSecurity(hashes, flags, sessionKey, 'client-to-server'),
      fromServer: new MessageSecurity(hashes, flags, sessionKey, 'server-to-client'),
    },
  };
}

/** What the server said of itself, with the MIC's flag where there is one, the channel and the name that was meant. */
function answeredPairs(options: NtlmClientOptions, { targetInfo }: ChallengeMessage): readonly AvPair[] {
  const own = [AV_FLAGS, AV_CHANNEL_BINDINGS, AV_TARGET_NAME];
  const pairs = targetInfo.filter(({ id }) => !own.includes(id));
  const mic = avPair(targetInfo, AV_TIMESTAMP) === null ? 0 : AV_FLAG_MIC;
  const flags = avFlags(targetInfo) | mic;
  if (flags !== 0) pairs.push({ id: AV_FLAGS, value: new Writer().u32(flags >>> 0).finish() });
  const channelBindings = options.channelBindings ?? new Uint8Array(CHANNEL_BINDINGS_BYTES);
  pairs.push({ id: AV_CHANNEL_BINDINGS, value: channelBindings });
  pairs.push({ id: AV_TARGET_NAME, value: bytesFromUtf16(options.targetName) });
  return pairs;
}
