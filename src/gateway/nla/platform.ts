/** What the pure sign-in takes from the platform: hash functions, random bytes, the time, a certificate's key. */
import { createHash, createHmac, X509Certificate } from 'node:crypto';
import type { Hashes } from '../../rdp/nla/hashes.js';
import { DER_BIT_STRING, DER_SEQUENCE, readDer } from '../../rdp/nla/der.js';
import { Reader } from '../../rdp/wire/reader.js';

export const NODE_HASHES: Hashes = {
  md5: (data) => createHash('md5').update(data).digest(),
  hmacMd5: (key, data) => createHmac('md5', key).update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
};

const EPOCH_DIFFERENCE_MS = 11_644_473_600_000;
const TICKS_PER_MS = 10_000n;

/** FILETIME, 100 ns since 1601, of milliseconds since 1970. */
export function fileTimeOf(timeMs: number): bigint {
  return BigInt(timeMs + EPOCH_DIFFERENCE_MS) * TICKS_PER_MS;
}

/**
 * Contents of the BIT STRING `subjectPublicKey` of a certificate (PEM or DER), which CredSSP binds to.
 * Throws DecodeError, or what OpenSSL says of something that is no certificate.
 */
export function subjectPublicKeyOf(certificate: string | Uint8Array): Uint8Array {
  const source = typeof certificate === 'string' ? certificate : Buffer.from(certificate);
  const spki = new X509Certificate(source).publicKey.export({ type: 'spki', format: 'der' });
  const fields = readDer(new Reader(spki, 'SubjectPublicKeyInfo'), DER_SEQUENCE, 'SubjectPublicKeyInfo');
  readDer(fields, DER_SEQUENCE, 'algorithm');
  const bits = readDer(fields, DER_BIT_STRING, 'subjectPublicKey');
  if (bits.u8() !== 0) throw bits.error('unsupported', 'unused bits');
  return bits.rest();
}
