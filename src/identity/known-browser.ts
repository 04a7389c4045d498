/**
 * Browsers in which a person has signed in before. Whoever guesses passwords locks an account and an address out, but not
 * a browser that the person has used: nobody can keep an administrator out by guessing wrongly on purpose. A mark signs
 * nobody in. Text: `<user id>.<random>.<expiry in ms since 1970, base 36>.<HMAC-SHA-256>`.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { UserId } from '../contract/ids.js';

export const KNOWN_BROWSER_LIFETIME_MS = 180 * 24 * 60 * 60_000;
const TEXT = /^([0-9a-f-]{36})\.([A-Za-z0-9_-]{12})\.([0-9a-z]{1,11})\.([A-Za-z0-9_-]{43})$/;

export function markBrowser(key: Uint8Array, user: UserId, nowMs: number): string {
  const nonce = randomBytes(9).toString('base64url');
  const expiry = (nowMs + KNOWN_BROWSER_LIFETIME_MS).toString(36);
  return [user, nonce, expiry, mac(key, user, nonce, expiry).toString('base64url')].join('.');
}

/** What tells this browser from the person's others; null when the text is no mark for that person. */
export function knownBrowser(key: Uint8Array, text: string, user: UserId, nowMs: number): string | null {
  const [, owner, nonce, expiry, code] = TEXT.exec(text) ?? [];
  if (owner !== user || nonce === undefined || expiry === undefined || code === undefined) return null;
  if (!timingSafeEqual(Buffer.from(code, 'base64url'), mac(key, owner, nonce, expiry))) return null;
  return Number.parseInt(expiry, 36) > nowMs ? nonce : null;
}

function mac(key: Uint8Array, ...parts: readonly string[]): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify(['witness-browser', ...parts]))
    .digest();
}
