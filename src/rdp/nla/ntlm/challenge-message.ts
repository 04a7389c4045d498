/** CHALLENGE_MESSAGE, [MS-NLMP] 2.2.1.2: the server's challenge, its choice of flags, and what it says of itself. */
import { bytesFromUtf16 } from '../../connection/text.js';
import { Reader } from '../../wire/reader.js';
import { type AvPair, decodeAvPairs, encodeAvPairs } from './av-pairs.js';
import { beginMessage, openMessage, Payload, readPayloadField, VERSION } from './message.js';

const TYPE = 2;
const HEADER_BYTES = 56;
const SERVER_CHALLENGE_BYTES = 8;

export interface ChallengeMessage {
  readonly negotiateFlags: number;
  /** 8 bytes. */
  readonly serverChallenge: Uint8Array;
  readonly targetInfo: readonly AvPair[];
}

export function decodeChallengeMessage(message: Uint8Array): ChallengeMessage {
  const reader = openMessage(message, TYPE, 'CHALLENGE_MESSAGE');
  readPayloadField(reader);
  const negotiateFlags = reader.u32();
  const serverChallenge = reader.bytes(SERVER_CHALLENGE_BYTES);
  reader.skip(8);
  const targetInfo = readPayloadField(reader);
  const pairs = targetInfo.length === 0 ? [] : decodeAvPairs(new Reader(targetInfo, 'TargetInfo'));
  return { negotiateFlags, serverChallenge, targetInfo: pairs };
}

/** `targetName` is the server's NetBIOS name. */
export function encodeChallengeMessage(value: ChallengeMessage, targetName: string): Uint8Array {
  const payload = new Payload(HEADER_BYTES);
  const writer = beginMessage(TYPE);
  payload.add(writer, bytesFromUtf16(targetName));
  writer.u32(value.negotiateFlags).bytes(value.serverChallenge).zeros(8);
  payload.add(writer, encodeAvPairs(value.targetInfo));
  return writer.bytes(VERSION).bytes(payload.bytes()).finish();
}
