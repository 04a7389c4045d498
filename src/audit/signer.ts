/** Ed25519 signatures over canonical JSON: checkpoints of the audit log and manifests of recordings. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canonicalJson, type Json } from '../contract/json.js';

export class Signer {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  /** First 16 hexadecimal digits of the SHA-256 of the public key (SPKI, DER). */
  readonly keyId: string;

  constructor(privateKey: KeyObject) {
    if (privateKey.asymmetricKeyType !== 'ed25519') throw new TypeError('Signer needs an Ed25519 key');
    this.#privateKey = privateKey;
    this.#publicKey = createPublicKey(privateKey);
    this.keyId = keyIdOf(this.#publicKey);
  }

  get publicKey(): KeyObject {
    return this.#publicKey;
  }

  /** The public key as SPKI, DER, in base64. */
  get publicKeyText(): string {
    return this.#publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  }

  /** Signature over the canonical JSON of a value, in base64. */
  sign(value: Json): string {
    return sign(null, Buffer.from(canonicalJson(value)), this.#privateKey).toString('base64');
  }
}

/** True when `signature` (base64) is the key's signature over the canonical JSON of `value`. */
export function verifySignature(value: Json, signature: string, publicKey: KeyObject): boolean {
  return verify(null, Buffer.from(canonicalJson(value)), publicKey, Buffer.from(signature, 'base64'));
}

export function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}

/**
 * Reads the key from a PEM file, or creates it, readable for the gateway's account alone.
 * @throws Error when the file holds no Ed25519 key
 */
export async function loadSigner(path: string): Promise<Signer> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    return new Signer(createPrivateKey(await readFile(path)));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  // "wx": of two gateways that start at once, one creates the file and the other fails instead of replacing it.
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(pem);
    await file.sync();
  } finally {
    await file.close();
  }
  return new Signer(createPrivateKey(pem));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
