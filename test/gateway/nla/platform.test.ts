import { createPublicKey, X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { fileTimeOf, subjectPublicKeyOf } from '../../../src/gateway/nla/platform.js';
import { makeCertificate } from '../../../src/gateway/tls/certificate.js';

it('finds the key that CredSSP binds to in a certificate, PEM or DER', async () => {
  const { certificatePem } = await makeCertificate(['localhost'], Date.UTC(2026, 0, 1));
  const key = createPublicKey(certificatePem).export({ type: 'pkcs1', format: 'der' });
  const { raw } = new X509Certificate(certificatePem);
  for (const certificate of [certificatePem, raw]) {
    expect(Buffer.from(subjectPublicKeyOf(certificate))).toEqual(key);
  }
});

it('counts time as Windows does', () => {
  expect(fileTimeOf(Date.UTC(1601, 0, 1))).toBe(0n);
  expect(fileTimeOf(1_000_000_000_000)).toBe(126_444_736_000_000_000n);
});
