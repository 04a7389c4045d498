/** What a target says of a logon, also in a PDU that it compressed, which no part of the gateway reads but the recorder. */
import { ioFrame } from '../../src/rdp/server/server-pdus.js';
import { encodeSaveSessionInfo } from '../../src/rdp/session/save-session-info.js';
import { PduType2 } from '../../src/rdp/session/share-data.js';
import { compressedShareData, literals, shareData } from '../recorder/picture/records.js';

/** RDP 5.0 bulk compression from an empty history. */
const FLUSHED_MPPC = 0x61;

function logonInfo(domain: string): Uint8Array {
  return encodeSaveSessionInfo({ kind: 'logon-long', domain, userName: 'ada', sessionId: 7 });
}

/** A Save Session Info PDU from the Share Control Header on. */
export function compressedLogon(domain: string): Uint8Array {
  return compressedShareData(PduType2.saveSessionInfo, literals(logonInfo(domain)), FLUSHED_MPPC).payload;
}

/** The same in its TPKT. */
export function compressedLogonFrame(domain: string): Uint8Array {
  return ioFrame(compressedLogon(domain));
}

/** One that everybody can read. */
export function logonFrame(domain: string): Uint8Array {
  return ioFrame(shareData(PduType2.saveSessionInfo, logonInfo(domain)).payload);
}
