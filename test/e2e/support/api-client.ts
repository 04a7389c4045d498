/** A person at the gateway's API: signs in with a link's token and keeps the cookie. */
import { request } from 'node:https';
import type { SessionCreated, SessionInfo, SessionRequest, TargetInfo } from '../../../src/contract/api.js';
import { waitFor } from '../../peers/wait.js';
import { rememberSecret, rememberSecretsIn, requireNoSecretIn } from './secrets.js';

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export class ApiClient {
  readonly #port: number;
  #cookie: string | null;

  constructor(port: number, cookie: string | null = null) {
    this.#port = port;
    this.#cookie = cookie;
  }

  get cookie(): string | null {
    return this.#cookie;
  }

  async signIn(token: string): Promise<void> {
    const response = await this.send('POST', '/api/v1/sign-in', { token });
    if (response.status !== 200) throw new Error(`sign-in: ${response.status} ${response.body.toString()}`);
    const [cookie] = [response.headers['set-cookie'] ?? []].flat();
    this.#cookie = cookie?.split(';')[0] ?? null;
    rememberSecret('cookie', this.#cookie?.split('=')[1] ?? '');
  }

  async addTarget(name: string, port: number, recording: TargetInfo['recording'] = 'required'): Promise<TargetInfo> {
    return this.json<TargetInfo>('POST', '/api/v1/targets', { name, address: '127.0.0.1', port, recording });
  }

  async targets(): Promise<readonly TargetInfo[]> {
    return (await this.json<{ targets: TargetInfo[] }>('GET', '/api/v1/targets')).targets;
  }

  /** For a native client without NLA, unless `change` says otherwise: it brings what the target is to be told itself. */
  requestSession(target: TargetInfo, change: Partial<SessionRequest> = {}): Promise<SessionCreated> {
    const usual = { connectionMethod: 'native', authenticationMethod: 'password', clientSecurity: 'tls' };
    const asked = { targetId: target.id, ...usual, ...change };
    return this.json<SessionCreated>('POST', '/api/v1/sessions', asked);
  }

  session(id: string): Promise<SessionInfo> {
    return this.json<SessionInfo>('GET', `/api/v1/sessions/${id}`);
  }

  async disconnect(id: string): Promise<void> {
    const { status } = await this.send('POST', `/api/v1/sessions/${id}/disconnect`);
    if (status >= 300) throw new Error(`the session was not disconnected: ${status}`);
  }

  /** Waits until the session and its recording are in the states that `done` asks for. */
  waitForSession(
    id: string,
    what: string,
    done: (info: SessionInfo) => boolean,
    timeoutMs = 30_000,
  ): Promise<SessionInfo> {
    return waitFor(
      what,
      async () => {
        const info = await this.session(id);
        return done(info) ? info : undefined;
      },
      timeoutMs,
    );
  }

  /** All audit rows so far. */
  async audit(): Promise<readonly AuditLine[]> {
    const { body } = await this.send('GET', '/api/v1/audit/events?format=ndjson');
    requireNoSecretIn('the audit log', body);
    const lines = body.toString().trim().split('\n');
    return lines.map((line) => JSON.parse(line) as AuditLine).filter((line) => line.kind !== undefined);
  }

  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.send(method, path, body);
    if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${response.body.toString()}`);
    return JSON.parse(response.body.toString()) as T;
  }

  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<ApiResponse> {
    rememberSecretsIn(body);
    const response = await this.#send(method, path, body, headers);
    if (response.status >= 400) requireNoSecretIn(`the answer to ${method} ${path}`, response.body);
    else if (String(response.headers['content-type']).startsWith('application/json')) {
      rememberSecretsIn(JSON.parse(response.body.toString() || 'null'));
    }
    return response;
  }

  #send(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<ApiResponse> {
    const content = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: this.#port,
          method,
          path,
          rejectUnauthorized: false,
          headers: {
            ...(content === undefined ? {} : { 'content-type': 'application/json' }),
            ...(method === 'GET' ? {} : { 'x-witness-request': '1', origin: `https://127.0.0.1:${this.#port}` }),
            ...(this.#cookie === null ? {} : { cookie: this.#cookie }),
            ...headers,
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(content);
    });
  }
}

export interface AuditLine {
  readonly kind: string;
  readonly actor: string;
  readonly sessionId: string | null;
  readonly sequence: number;
  readonly data: Readonly<Record<string, unknown>>;
}
