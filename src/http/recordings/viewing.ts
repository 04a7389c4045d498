/**
 * Viewings: how one watched replay becomes one audit event. Asking for the playlist begins a viewing: it is written to
 * the audit log, then the playlist names it in the address of every video, and no byte of video is sent without it.
 *
 * A viewing is not a credential: it is bound to the session and to the person, who must be signed in to use it. It is
 * checked without a table, so that any gateway that shares the key can serve the video.
 *
 *   viewing = base64url(id (16 bytes, UUIDv7) | expiry in ms since 1970 (6 bytes) | HMAC-SHA-256 (first 16 bytes))
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { uuidV7 } from '../../contract/ids.js';

export interface Viewing {
  /** UUIDv7; what the audit event names. */
  readonly id: string;
  /** For the query string. */
  readonly text: string;
}

/** Longer than a working day with a replay left open. */
export const VIEWING_LIFETIME_MS = 12 * 3600 * 1000;

const BODY_BYTES = 22;
const MAC_BYTES = 16;
const TEXT = /^[A-Za-z0-9_-]{51}$/;

export interface ViewingSubject {
  readonly sessionId: string;
  readonly actor: string;
}

export function beginViewing(key: Uint8Array, subject: ViewingSubject, nowMs: number): Viewing {
  const id = uuidV7(nowMs, randomBytes(10));
  const body = Buffer.alloc(BODY_BYTES);
  body.write(id.replaceAll('-', ''), 0, 'hex');
  body.writeUIntBE(nowMs + VIEWING_LIFETIME_MS, 16, 6);
  return { id, text: Buffer.concat([body, mac(key, subject, body)]).toString('base64url') };
}

/** True when this text is a viewing of that session by that person and has not expired. */
export function isViewing(key: Uint8Array, subject: ViewingSubject, text: string, nowMs: number): boolean {
  if (!TEXT.test(text)) return false;
  const bytes = Buffer.from(text, 'base64url');
  const body = bytes.subarray(0, BODY_BYTES);
  if (!timingSafeEqual(bytes.subarray(BODY_BYTES), mac(key, subject, body))) return false;
  return nowMs < body.readUIntBE(16, 6);
}

function mac(key: Uint8Array, subject: ViewingSubject, body: Uint8Array): Buffer {
  const hmac = createHmac('sha256', key);
  hmac.update(JSON.stringify(['witness-viewing', subject.sessionId, subject.actor]));
  return hmac.update(body).digest().subarray(0, MAC_BYTES);
}
