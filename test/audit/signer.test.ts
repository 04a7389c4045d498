import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sealManifest } from '../../src/audit/manifest-seal.js';
import { loadSigner, Signer, verifySignature } from '../../src/audit/signer.js';
import { checkSignature } from '../../src/audit/verify-manifest.js';
import { decisionId, sessionId } from '../../src/contract/ids.js';
import type { ManifestBody } from '../../src/contract/manifest.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'witness-signer-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the key is created once, readable for its owner alone, and read again', async () => {
  const path = join(folder, 'keys', 'signing.pem');
  const first = await loadSigner(path);
  const { mode } = await stat(path);
  expect(mode & 0o777).toBe(0o600);
  const second = await loadSigner(path);
  expect(second.keyId).toBe(first.keyId);
  expect(verifySignature({ a: 1 }, second.sign({ a: 1 }), first.publicKey)).toBe(true);
});

test('a key file that holds something else is refused and kept', async () => {
  const path = join(folder, 'signing.pem');
  await writeFile(
    path,
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  );
  await expect(loadSigner(path)).rejects.toThrow('Ed25519');
  expect((await stat(path)).size).toBeGreaterThan(0);
});

test('a signature covers the value, not the order of its members', () => {
  const signer = new Signer(generateKeyPairSync('ed25519').privateKey);
  const signature = signer.sign({ b: [1, 2], a: 'x' });
  expect(verifySignature({ a: 'x', b: [1, 2] }, signature, signer.publicKey)).toBe(true);
  expect(verifySignature({ a: 'x', b: [2, 1] }, signature, signer.publicKey)).toBe(false);
  expect(verifySignature({ a: 'x', b: [1, 2] }, 'AAAA', signer.publicKey)).toBe(false);
});

test('a sealed manifest names its key and is refused after any change', () => {
  const signer = new Signer(generateKeyPairSync('ed25519').privateKey);
  const manifest = sealManifest(BODY, signer);
  const der = Buffer.from(manifest.signature.publicKey, 'base64');
  expect(manifest.signature.keyId).toBe(createHash('sha256').update(der).digest('hex').slice(0, 16));
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  const parsed = JSON.parse(JSON.stringify(manifest)) as typeof manifest;
  expect(() => checkSignature(parsed, [key])).not.toThrow();
  expect(() => checkSignature({ ...parsed, durationMs: 1 }, [key])).toThrow();
});

const BODY: ManifestBody = {
  format: 'witness-recording',
  version: 1,
  sessionId: sessionId('0198c0de-0000-7000-8000-000000000001'),
  decisionId: decisionId('0198c0de-0000-7000-8000-000000000002'),
  facts: { connectionMethod: 'native', authenticationMethod: 'password', protocol: 'rdp' },
  recording: 'required',
  sessionStartedAtMs: 1_767_000_000_000,
  durationMs: 60_000,
  outcome: 'complete',
  parts: [],
  encoder: { name: 'node-av', version: '6.1.1', settings: 'x264' },
  videos: [],
  segments: [],
  events: { file: 'events.ndjson', count: 0, sizeBytes: 0, sha256: '0'.repeat(64) },
  gaps: [],
  interruptions: [],
  coverage: {
    traceBytes: 0,
    records: 0,
    pdusReceived: 0,
    pdusDecoded: 0,
    pdusDropped: 0,
    bytesReceived: 0,
    bytesDecoded: 0,
    bytesDropped: 0,
    framesPaced: 0,
    framesEncoded: 0,
    framesDropped: 0,
  },
  audit: { chainId: 'gateway-1', sequence: 7, hash: '0'.repeat(64) },
};
