/** NTLMv2's one-way functions, response and session key, [MS-NLMP] 3.3.1 and 3.3.2. */
import { bytesFromUtf16 } from '../../connection/text.js';
import { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import { concat } from '../bytes.js';
import type { Hashes } from '../hashes.js';
import { md4 } from '../md4.js';
import { type AvPair, decodeAvPairs, encodeAvPairs } from './av-pairs.js';

const PROOF_BYTES = 16;
const RESPONSE_VERSION = 1;
const RESERVED_1_BYTES = 6;
const CLIENT_CHALLENGE_BYTES = 8;
/** NTLM 1's response has this length, and an NTLMv2 response is always longer. */
export const NTLM_V1_RESPONSE_BYTES = 24;

/** NTOWFv1: the NT hash of a password, 16 bytes. As good as the password itself. */
export function ntHashOf(password: string): Uint8Array {
  return md4(bytesFromUtf16(password));
}

/** NTLM's upper case keeps the length: letters whose capital is longer stay as they are. */
function upperCase(text: string): string {
  let result = '';
  for (let at = 0; at < text.length; at++) {
    const unit = text.charAt(at);
    const upper = unit.toUpperCase();
    result += upper.length === 1 ? upper : unit;
  }
  return result;
}

/** True when two user names are one to NTLM. */
export function sameUserName(left: string, right: string): boolean {
  return upperCase(left) === upperCase(right);
}

/** NTOWFv2: the response key of a user. */
export function responseKey(hashes: Hashes, ntHash: Uint8Array, userName: string, domainName: string): Uint8Array {
  return hashes.hmacMd5(ntHash, bytesFromUtf16(upperCase(userName) + domainName));
}

/** NTLMv2_CLIENT_CHALLENGE, [MS-NLMP] 2.2.2.7 ("temp"). */
export interface ClientChallenge {
  /** 100 ns since 1601. */
  readonly timestamp: bigint;
  /** 8 bytes. */
  readonly challengeFromClient: Uint8Array;
  readonly avPairs: readonly AvPair[];
}

export function encodeClientChallenge(value: ClientChallenge): Uint8Array {
  return new Writer()
    .u8(RESPONSE_VERSION)
    .u8(RESPONSE_VERSION)
    .zeros(RESERVED_1_BYTES)
    .u64(value.timestamp)
    .bytes(value.challengeFromClient)
    .zeros(4)
    .bytes(encodeAvPairs(value.avPairs))
    .zeros(4)
    .finish();
}

/** An NTLMv2 response, [MS-NLMP] 2.2.2.8. */
export interface NtlmV2Response {
  readonly proof: Uint8Array;
  /** What the proof is made over, as it came. */
  readonly clientChallengeBytes: Uint8Array;
  readonly clientChallenge: ClientChallenge;
}

export function decodeNtlmV2Response(response: Uint8Array): NtlmV2Response {
  const reader = new Reader(response, 'NTLMv2_RESPONSE');
  const proof = reader.bytes(PROOF_BYTES);
  const clientChallengeBytes = response.subarray(PROOF_BYTES);
  if (reader.u8() !== RESPONSE_VERSION || reader.u8() !== RESPONSE_VERSION) {
    throw reader.error('unsupported', 'response version');
  }
  reader.skip(RESERVED_1_BYTES);
  const timestamp = reader.u64();
  const challengeFromClient = reader.bytes(CLIENT_CHALLENGE_BYTES);
  reader.skip(4);
  const avPairs = decodeAvPairs(reader);
  return { proof, clientChallengeBytes, clientChallenge: { timestamp, challengeFromClient, avPairs } };
}

/** NTProofStr. */
export function ntProof(
  hashes: Hashes,
  key: Uint8Array,
  serverChallenge: Uint8Array,
  clientChallengeBytes: Uint8Array,
): Uint8Array {
  return hashes.hmacMd5(key, concat(serverChallenge, clientChallengeBytes));
}

/** LMv2 response, for servers that sent no timestamp. */
export function lmV2Response(
  hashes: Hashes,
  key: Uint8Array,
  serverChallenge: Uint8Array,
  challengeFromClient: Uint8Array,
): Uint8Array {
  return concat(hashes.hmacMd5(key, concat(serverChallenge, challengeFromClient)), challengeFromClient);
}

/** Session base key, which NTLMv2 uses as key exchange key. */
export function sessionBaseKey(hashes: Hashes, key: Uint8Array, proof: Uint8Array): Uint8Array {
  return hashes.hmacMd5(key, proof);
}
