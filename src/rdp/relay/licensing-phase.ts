/**
 * The licensing phase, [MS-RDPBCGR] 2.2.1.12, told from the share that follows it. Licensing PDUs begin with a security
 * header, share PDUs with a length: the same bytes can be either, so the phase and the length inside decide.
 */
import { endsLicensing, decodeLicensingPdu } from '../connection/licensing.js';
import { decodeSecurityHeader, SEC_LICENSE_PKT } from '../connection/security-header.js';
import { DecodeError } from '../wire/errors.js';
import { Reader } from '../wire/reader.js';

/** `bMsgType` of the messages that give a client its licence and end the phase, [MS-RDPELE] 2.2.2.6 and 2.2.2.7. */
const NEW_LICENSE = 0x03;
const UPGRADE_LICENSE = 0x04;

/** What a target's payload is while licensing lasts; null when it is no licensing PDU. */
export function licensingStep(payload: Uint8Array): 'goes-on' | 'over' | null {
  try {
    const reader = new Reader(payload, 'licensing');
    if ((decodeSecurityHeader(reader).flags & SEC_LICENSE_PKT) === 0) return null;
    const pdu = decodeLicensingPdu(reader);
    const granted = pdu.kind === 'opaque' && (pdu.messageType === NEW_LICENSE || pdu.messageType === UPGRADE_LICENSE);
    return granted || endsLicensing(pdu) ? 'over' : 'goes-on';
  } catch (error) {
    if (error instanceof DecodeError) return null;
    throw error;
  }
}

/** True for a client's payload that says it is a licensing PDU; what is in it is the target's business. */
export function claimsLicensing(payload: Uint8Array): boolean {
  return ((payload[0] ?? 0) & SEC_LICENSE_PKT) !== 0;
}
