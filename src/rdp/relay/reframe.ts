/** Share PDUs that are left of a frame, in a frame of their own. */
import { encodeDomainPdu } from '../connection/mcs/domain-pdu.js';
import { sendData, type SendDataLocation } from '../connection/mcs/send-data.js';
import { encodeDataFrame } from '../connection/x224/data.js';

/** The frame at `location` with `pdus` as its user data. Throws RangeError when they do not fit. */
export function reframe(pdus: readonly Uint8Array[], location: SendDataLocation): Uint8Array {
  const userData = new Uint8Array(pdus.reduce((sum, pdu) => sum + pdu.length, 0));
  let at = 0;
  for (const pdu of pdus) {
    userData.set(pdu, at);
    at += pdu.length;
  }
  const data = sendData(location.kind, location.initiator, location.channelId, userData);
  return encodeDataFrame(encodeDomainPdu(data));
}
