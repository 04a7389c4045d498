/**
 * Shutdown Request PDU, [MS-RDPBCGR] 2.2.2.1.1, and Shutdown Request Denied PDU, 2.2.2.2.1. Neither has anything after
 * the Share Data Header: their pduType2 says it all.
 */
import { PduType2, encodeDataPdu } from './share-data.js';

/** A client asks to disconnect. The whole PDU. */
export function encodeShutdownRequest(shareId: number, pduSource: number): Uint8Array {
  return encodeDataPdu({ shareId, pduSource, pduType2: PduType2.shutdownRequest }, new Uint8Array(0));
}

/** A server answers that the user is logged on, so that the client asks the person. The whole PDU. */
export function encodeShutdownDenied(shareId: number, pduSource: number): Uint8Array {
  return encodeDataPdu({ shareId, pduSource, pduType2: PduType2.shutdownDenied }, new Uint8Array(0));
}
