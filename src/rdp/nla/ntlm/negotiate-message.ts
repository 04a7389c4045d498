/** NEGOTIATE_MESSAGE, [MS-NLMP] 2.2.1.1: what a client can do. Names in it are not used by anybody. */
import { beginMessage, openMessage, Payload, VERSION } from './message.js';

const TYPE = 1;
const HEADER_BYTES = 40;

export interface NegotiateMessage {
  readonly negotiateFlags: number;
}

/** Some clients leave out what follows the flags. */
export function decodeNegotiateMessage(message: Uint8Array): NegotiateMessage {
  return { negotiateFlags: openMessage(message, TYPE, 'NEGOTIATE_MESSAGE').u32() };
}

export function encodeNegotiateMessage({ negotiateFlags }: NegotiateMessage): Uint8Array {
  const payload = new Payload(HEADER_BYTES);
  const writer = beginMessage(TYPE).u32(negotiateFlags);
  payload.add(writer, new Uint8Array(0));
  payload.add(writer, new Uint8Array(0));
  return writer.bytes(VERSION).finish();
}
