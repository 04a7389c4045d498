/** A key vault on loopback, for the real client: secrets over HTTPS, behind a token that it asks for as Azure does. */
import { createServer } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TokenCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import { onTestFinished } from 'vitest';
import { makeCertificate } from '../../../src/gateway/tls/certificate.js';

const TOKEN = 'token-of-the-gateway';

export interface KeyVault {
  readonly client: SecretClient;
  readonly secrets: Map<string, { value: string; tags: Record<string, string> }>;
  /** Answers with this status instead; null: as a vault does. */
  failWith: number | null;
}

export async function startKeyVault(): Promise<KeyVault> {
  const { certificatePem, privateKeyPem } = await makeCertificate(['127.0.0.1'], Date.now());
  const secrets: KeyVault['secrets'] = new Map();
  const server = createServer({ cert: certificatePem, key: privateKeyPem }, (request, response) => {
    const answer = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    };
    bodyOf(request)
      .then((body) => {
        if (request.headers.authorization !== `Bearer ${TOKEN}`) {
          const challenge = 'Bearer authorization="https://login.example/tenant", resource="https://vault.azure.net"';
          return answer(401, { error: { code: 'Unauthorized' } }, { 'www-authenticate': challenge });
        }
        if (vault.failWith !== null) return answer(vault.failWith, { error: { code: 'Failed', message: body } });
        const name = /^\/secrets\/([^/?]+)/.exec(request.url ?? '')?.[1] ?? '';
        const id = `https://127.0.0.1:${port}/secrets/${name}/1`;
        if (request.method === 'PUT') {
          const { value, tags = {} } = JSON.parse(body) as { value: string; tags?: Record<string, string> };
          secrets.set(name, { value, tags });
        }
        const secret = secrets.get(name);
        if (request.method === 'DELETE') secrets.delete(name);
        if (secret === undefined) return answer(404, { error: { code: 'SecretNotFound' } });
        return answer(200, { ...secret, id, attributes: { enabled: true }, recoveryId: id });
      })
      .catch(() => answer(500, {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const identity: TokenCredential = {
    getToken: async () => ({ token: TOKEN, expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
  const client = new SecretClient(`https://127.0.0.1:${port}`, identity, {
    disableChallengeResourceVerification: true,
    retryOptions: { maxRetries: 0 },
    tlsOptions: { ca: certificatePem },
  });
  const vault: KeyVault = { client, secrets, failWith: null };
  return vault;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
