/**
 * Licensing PDUs, [MS-RDPBCGR] 2.2.1.12: the one that ends the phase is understood, the others ([MS-RDPELE]) are kept as
 * they are. They stand behind a security header with SEC_LICENSE_PKT.
 */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

const PREAMBLE_BYTES = 4;

/** `bMsgType` of a Licensing Error Message. */
export const ERROR_ALERT = 0xff;

/** `dwErrorCode` that ends the phase with success. */
export const STATUS_VALID_CLIENT = 7;

/** `dwStateTransition`. */
export const ST_TOTAL_ABORT = 1;
export const ST_NO_TRANSITION = 2;

export const BB_ERROR_BLOB = 4;

/** LicenseProtocolVersionMask value of RDP 5.0 and later, in `flags`. */
export const PREAMBLE_VERSION_3_0 = 3;

export type LicensingPdu =
  | {
      readonly kind: 'error-alert';
      readonly flags: number;
      readonly errorCode: number;
      readonly stateTransition: number;
      readonly blobType: number;
      readonly errorInfo: Uint8Array;
    }
  /** `data` follows the preamble. */
  | { readonly kind: 'opaque'; readonly messageType: number; readonly flags: number; readonly data: Uint8Array };

/** The alert that says: no license needed, go on. */
export const VALID_CLIENT: LicensingPdu = {
  kind: 'error-alert',
  flags: PREAMBLE_VERSION_3_0,
  errorCode: STATUS_VALID_CLIENT,
  stateTransition: ST_NO_TRANSITION,
  blobType: BB_ERROR_BLOB,
  errorInfo: new Uint8Array(0),
};

/** True for the PDU that ends the licensing phase with success. */
export function endsLicensing(pdu: LicensingPdu): boolean {
  return (
    pdu.kind === 'error-alert' && pdu.errorCode === STATUS_VALID_CLIENT && pdu.stateTransition === ST_NO_TRANSITION
  );
}

/** Decodes one PDU, which must be all that `reader` has left. */
export function decodeLicensingPdu(reader: Reader): LicensingPdu {
  const messageType = reader.u8();
  const flags = reader.u8();
  const wMsgSize = reader.u16();
  if (wMsgSize < PREAMBLE_BYTES) throw reader.error('invalid', 'wMsgSize');
  const body = reader.sub(wMsgSize - PREAMBLE_BYTES, 'licensing message');
  reader.end();
  if (messageType !== ERROR_ALERT) return { kind: 'opaque', messageType, flags, data: body.rest() };
  const errorCode = body.u32();
  const stateTransition = body.u32();
  const blobType = body.u16();
  const errorInfo = body.bytes(body.u16());
  body.end();
  return { kind: 'error-alert', flags, errorCode, stateTransition, blobType, errorInfo };
}

function encodeBody(pdu: LicensingPdu): Uint8Array {
  if (pdu.kind === 'opaque') return pdu.data;
  const writer = new Writer().u32(pdu.errorCode).u32(pdu.stateTransition);
  return writer.u16(pdu.blobType).u16(pdu.errorInfo.length).bytes(pdu.errorInfo).finish();
}

export function encodeLicensingPdu(pdu: LicensingPdu): Uint8Array {
  const body = encodeBody(pdu);
  const wMsgSize = PREAMBLE_BYTES + body.length;
  if (wMsgSize > 0xffff) throw new RangeError(`licensing message of ${wMsgSize} bytes`);
  const messageType = pdu.kind === 'opaque' ? pdu.messageType : ERROR_ALERT;
  return new Writer().u8(messageType).u8(pdu.flags).u16(wMsgSize).bytes(body).finish();
}
