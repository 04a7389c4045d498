/** The way of a frame of share PDUs through the relay: each is looked at, and what is left of the frame goes on. */
import { encodeDomainPdu } from '../connection/mcs/domain-pdu.js';
import { sendData, type SendDataLocation } from '../connection/mcs/send-data.js';
import { encodeDataFrame } from '../connection/x224/data.js';
import { type SharePdu, sharePdus } from '../session/share-control.js';
import type { Leg, RelayOutput } from './output.js';

/** Adds what a PDU means to `outputs`; gives its bytes (the same array when nothing changes), or null to withhold it. */
export type ShapeShare = (pdu: SharePdu, outputs: RelayOutput[]) => Uint8Array | null;

/** A frame that nothing is changed in is passed on as it came. Throws DecodeError, and what `shape` throws. */
export function passShares(
  frame: Uint8Array,
  location: SendDataLocation,
  to: Leg,
  shape: ShapeShare,
): readonly RelayOutput[] {
  const outputs: RelayOutput[] = [];
  const kept: Uint8Array[] = [];
  let changed = false;
  for (const pdu of sharePdus(userDataOf(frame, location))) {
    if (pdu.kind === 'flow') continue;
    const bytes = shape(pdu, outputs);
    changed ||= bytes !== pdu.bytes;
    if (bytes !== null) kept.push(bytes);
  }
  if (!changed) outputs.push({ type: 'send', to, bytes: frame });
  else if (kept.length > 0) outputs.push({ type: 'send', to, bytes: reframe(kept, location) });
  return outputs;
}

export function userDataOf(frame: Uint8Array, { offset, sizeBytes }: SendDataLocation): Uint8Array {
  return frame.subarray(offset, offset + sizeBytes);
}

/** The frame at `location` with `pdus` as its user data. Throws RangeError when they do not fit. */
function reframe(pdus: readonly Uint8Array[], location: SendDataLocation): Uint8Array {
  const userData = new Uint8Array(pdus.reduce((sum, pdu) => sum + pdu.length, 0));
  let at = 0;
  for (const pdu of pdus) {
    userData.set(pdu, at);
    at += pdu.length;
  }
  const data = sendData(location.kind, location.initiator, location.channelId, userData);
  return encodeDataFrame(encodeDomainPdu(data));
}
