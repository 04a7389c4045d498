/** Secrets that people carry: random, and stored only as hashes. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const SECRET_BYTES = 32;
/** 32 bytes in base64url. */
const SECRET_TEXT = /^[A-Za-z0-9_-]{43}$/;

/** 256 random bits in base64url. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** False for what cannot be a secret of ours, so that it costs no query. */
export function isSecretText(text: string): boolean {
  return SECRET_TEXT.test(text);
}

/** SHA-256 in hexadecimal. A secret of 256 random bits needs no slow hash. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares two hashes in constant time. */
export function sameHash(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
