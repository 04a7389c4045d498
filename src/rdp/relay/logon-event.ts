/** The logon that a target reports in Save Session Info, [MS-RDPBCGR] 2.2.10.1, as an event. */
import type { RecordingEvent } from '../../contract/manifest.js';
import type { TraceEvent } from '../../contract/trace.js';
import { isEntraAccount } from '../connection/entra-account.js';
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

/** True when an event says that an account of Microsoft Entra ID has logged on. [invariant 1] */
export function isEntraLogon({ kind, data }: Pick<RecordingEvent, 'kind' | 'data'>): boolean {
  return kind === 'logon' && isEntraAccount({ domain: String(data['domain']), userName: String(data['userName']) });
}
