/** The gateway's own certificate: made and self-signed at the first start, read from `<data>/tls` afterwards. */
import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import path from 'node:path';
import selfsigned from 'selfsigned';

export interface ServerCertificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** SHA-256 of the certificate, colon-separated upper-case hexadecimal. */
  readonly fingerprint: string;
}

const LIFETIME_MS = 397 * 24 * 60 * 60 * 1000;
const RENEW_BEFORE_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Reads `<folder>/certificate.pem` and `private-key.pem`. A missing pair, or a self-signed one that is about to expire,
 * is made for `names` (host names and addresses).
 */
export async function loadOrCreateCertificate(
  folder: string,
  names: readonly string[],
  nowMs: number,
): Promise<ServerCertificate> {
  const certificateFile = path.join(folder, 'certificate.pem');
  const keyFile = path.join(folder, 'private-key.pem');
  const existing = await readPair(certificateFile, keyFile);
  if (existing !== null && !aboutToExpire(existing.certificatePem, nowMs)) return existing;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const made = await makeCertificate(names, nowMs);
  await replaceFile(keyFile, made.privateKeyPem);
  await replaceFile(certificateFile, made.certificatePem);
  return made;
}

/** Makes a self-signed certificate for host names and addresses, valid from a day ago. */
export async function makeCertificate(names: readonly string[], nowMs: number): Promise<ServerCertificate> {
  const made = await selfsigned.generate([{ name: 'commonName', value: names[0] ?? 'localhost' }], {
    keySize: 2048,
    algorithm: 'sha256',
    notBeforeDate: new Date(nowMs - 24 * 60 * 60 * 1000),
    notAfterDate: new Date(nowMs + LIFETIME_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
      },
    ],
  });
  return pair(made.cert, made.private);
}

function pair(certificatePem: string, privateKeyPem: string): ServerCertificate {
  return { certificatePem, privateKeyPem, fingerprint: new X509Certificate(certificatePem).fingerprint256 };
}

async function readPair(certificateFile: string, keyFile: string): Promise<ServerCertificate | null> {
  try {
    return pair(await readFile(certificateFile, 'utf8'), await readFile(keyFile, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function aboutToExpire(certificatePem: string, nowMs: number): boolean {
  const certificate = new X509Certificate(certificatePem);
  // A certificate that somebody else issued is its owner's to renew.
  if (certificate.issuer !== certificate.subject) return false;
  return Date.parse(certificate.validTo) - nowMs < RENEW_BEFORE_MS;
}

async function replaceFile(file: string, content: string): Promise<void> {
  await writeFile(`${file}.new`, content, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
