/** AUTHENTICATE_MESSAGE, [MS-NLMP] 2.2.1.3: who the client is, and its proof that it knows the password. */
import { bytesFromUtf16, latin1FromBytes, readUtf16 } from '../../connection/text.js';
import { Reader } from '../../wire/reader.js';
import { hasFlags, NEGOTIATE_UNICODE } from './flags.js';
import { beginMessage, openMessage, Payload, readPayloadField, VERSION } from './message.js';

const TYPE = 3;
const HEADER_BYTES = 88;
const MIC_OFFSET = 72;
const MIC_BYTES = 16;

export interface AuthenticateMessage {
  readonly negotiateFlags: number;
  readonly lmChallengeResponse: Uint8Array;
  readonly ntChallengeResponse: Uint8Array;
  readonly domainName: string;
  readonly userName: string;
  readonly workstation: string;
  /** Empty unless keys are exchanged. */
  readonly encryptedRandomSessionKey: Uint8Array;
}

export function decodeAuthenticateMessage(message: Uint8Array): AuthenticateMessage {
  const reader = openMessage(message, TYPE, 'AUTHENTICATE_MESSAGE');
  const lmChallengeResponse = readPayloadField(reader);
  const ntChallengeResponse = readPayloadField(reader);
  const names = [readPayloadField(reader), readPayloadField(reader), readPayloadField(reader)];
  const encryptedRandomSessionKey = readPayloadField(reader);
  const negotiateFlags = reader.u32();
  const unicode = hasFlags(negotiateFlags, NEGOTIATE_UNICODE);
  const [domainName = '', userName = '', workstation = ''] = names.map((name) =>
    unicode ? readUtf16(new Reader(name, 'AUTHENTICATE_MESSAGE'), name.length) : latin1FromBytes(name),
  );
  return {
    negotiateFlags,
    lmChallengeResponse,
    ntChallengeResponse,
    domainName,
    userName,
    workstation,
    encryptedRandomSessionKey,
  };
}

/** With a MIC of zeros. Text is Unicode, which the flags must say. */
export function encodeAuthenticateMessage(value: AuthenticateMessage): Uint8Array {
  const payload = new Payload(HEADER_BYTES);
  const writer = beginMessage(TYPE);
  payload.add(writer, value.lmChallengeResponse);
  payload.add(writer, value.ntChallengeResponse);
  for (const name of [value.domainName, value.userName, value.workstation]) payload.add(writer, bytesFromUtf16(name));
  payload.add(writer, value.encryptedRandomSessionKey);
  return writer.u32(value.negotiateFlags).bytes(VERSION).zeros(MIC_BYTES).bytes(payload.bytes()).finish();
}

/** The MIC field of a message, which has one when the proof's MsvAvFlags say so. Throws "truncated". */
export function micOf(message: Uint8Array): Uint8Array {
  const reader = new Reader(message, 'AUTHENTICATE_MESSAGE', MIC_OFFSET);
  return reader.bytes(MIC_BYTES);
}

/** A copy of the message with this MIC; null for zeros, over which the MIC is made. */
export function withMic(message: Uint8Array, mic: Uint8Array | null): Uint8Array {
  // Not `slice`, which copies nothing of a Buffer.
  const copy = Uint8Array.from(message);
  copy.set(mic ?? new Uint8Array(MIC_BYTES), MIC_OFFSET);
  return copy;
}
