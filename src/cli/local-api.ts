/** The gateway's HTTP API, as a command uses it: over HTTPS, the certificate known by its fingerprint. */
import { request } from 'node:https';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Problem } from '../contract/api.js';

export interface LocalApiOptions {
  readonly port: number;
  /** SHA-256 of the gateway's certificate, colon-separated upper-case hexadecimal. */
  readonly fingerprint: string;
}

/** The API answered with a problem; the message is its detail and remedy. */
export class ApiProblemError extends Error {
  override readonly name = 'ApiProblemError';
}

const MAX_JSON_BYTES = 16 * 1024 * 1024;

export class LocalApi {
  readonly #options: LocalApiOptions;
  #cookie: string | null = null;

  constructor(options: LocalApiOptions) {
    this.#options = options;
  }

  async signIn(token: string): Promise<void> {
    const response = await this.#send('POST', '/api/v1/sign-in', { token });
    await jsonOf(response);
    this.#cookie = response.headers['set-cookie']?.[0]?.split(';')[0] ?? null;
  }

  /** @throws ApiProblemError when the answer is a problem. */
  async json<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    return (await jsonOf(await this.#send(method, path, body))) as T;
  }

  /** Follows one redirection, then writes the answer to `sink`; gives its size in bytes. */
  async download(path: string, sink: Writable): Promise<number> {
    let response = await this.#send('GET', path);
    const { location } = response.headers;
    if (response.statusCode === 307 && location !== undefined) {
      response.resume();
      const next = new URL(location, `https://localhost${path}`);
      response = await this.#send('GET', `${next.pathname}${next.search}`);
    }
    if (response.statusCode !== 200) throw problemOf(response.statusCode, await textOf(response));
    let sizeBytes = 0;
    response.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
    });
    await pipeline(response, sink);
    return sizeBytes;
  }

  #send(method: string, path: string, body?: unknown): Promise<IncomingMessage> {
    const { port, fingerprint } = this.#options;
    const content = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      ...(content === '' ? {} : { 'content-type': 'application/json' }),
      ...(method === 'GET' ? {} : { 'x-witness-request': '1', origin: `https://127.0.0.1:${port}` }),
      ...(this.#cookie === null ? {} : { cookie: this.#cookie }),
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(
        // Whose certificate it is says its fingerprint, below.
        { host: '127.0.0.1', port, method, path, headers, rejectUnauthorized: false, agent: false },
        resolve,
      );
      outgoing.on('socket', (socket) => {
        socket.once('secureConnect', () => {
          if ((socket as TLSSocket).getPeerCertificate().fingerprint256 !== fingerprint) {
            outgoing.destroy(new Error('another server answers on the gateway’s port'));
          }
        });
      });
      outgoing.on('error', reject);
      outgoing.end(content);
    });
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_JSON_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function jsonOf(response: IncomingMessage): Promise<unknown> {
  const text = await textOf(response);
  if ((response.statusCode ?? 500) >= 300) throw problemOf(response.statusCode, text);
  return text === '' ? null : JSON.parse(text);
}

function problemOf(status: number | undefined, text: string): ApiProblemError {
  try {
    const problem = JSON.parse(text) as Partial<Problem>;
    return new ApiProblemError([problem.title, problem.detail, problem.remedy].filter(Boolean).join(' '));
  } catch {
    return new ApiProblemError(`the gateway answered ${status ?? 'nothing'}`);
  }
}
