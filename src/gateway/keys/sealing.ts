/** AES-256-GCM with a random nonce: nonce, ciphertext, tag. What the bytes are for is authenticated, not stored. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Sealed bytes were changed, or were sealed with another key or for another purpose. */
export class SealError extends Error {
  override readonly name = 'SealError';

  constructor() {
    super('sealed bytes do not open: they were changed, or sealed with another key or for another purpose');
  }
}

/** @param key 32 bytes */
export function seal(key: Uint8Array, purpose: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws SealError */
export function openSealed(key: Uint8Array, purpose: string, sealed: Uint8Array): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new SealError();
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(purpose))
    .setAuthTag(sealed.subarray(end));
  const plain = decipher.update(sealed.subarray(NONCE_BYTES, end));
  try {
    // GCM gives everything in `update`; `final` only checks the tag.
    decipher.final();
    return plain;
  } catch {
    plain.fill(0);
    throw new SealError();
  }
}
