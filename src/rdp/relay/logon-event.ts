/** The logon that a target reports in Save Session Info, [MS-RDPBCGR] 2.2.10.1, as an event. */
import type { TraceEvent } from '../../contract/trace.js';
import { decodeSaveSessionInfo } from '../session/save-session-info.js';
import { Reader } from '../wire/reader.js';

/** The event; null for what says nothing of a logon. Throws DecodeError. */
export function logonEvent(
  payload: Uint8Array,
): (TraceEvent & { readonly data: { readonly domain: string; readonly userName: string } }) | null {
  const info = decodeSaveSessionInfo(new Reader(payload, 'SaveSessionInfo'));
  if (info.kind !== 'logon' && info.kind !== 'logon-long') return null;
  const { domain, userName, sessionId } = info;
  return { kind: 'logon', data: { domain, userName, targetSessionId: sessionId } };
}
