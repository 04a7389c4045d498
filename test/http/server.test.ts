import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { type HttpBench, HOST, makeHttpBench, SAME_SITE } from './bench.js';

const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

test('every page of the viewer is its document, with a strict policy for content', async () => {
  const { app } = await makeHttpBench();
  const id = '0198c0de-0000-7000-8000-000000000001';
  for (const url of ['/', '/sign-in', '/sessions', `/sessions/${id}`, `/recordings/${id}`, '/connect', '/audit']) {
    const response = await app.inject(url);
    expect(response.statusCode, url).toBe(200);
    expect(response.headers['content-type']).toMatch('text/html');
    expect(response.headers['cache-control']).toBe('no-cache');
    const policy = String(response.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("media-src 'self' blob:");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(response.headers['x-content-type-options']).toBe('nosniff');
    expect(response.headers['strict-transport-security']).toBeDefined();
  }
});

test('files that are named by content are kept by the browser, hidden files are not served', async () => {
  const { app } = await makeHttpBench();
  const asset = await app.inject('/assets/app-1a2b3c.js');
  expect(asset.headers['cache-control']).toContain('immutable');
  for (const url of ['/.secret', '/../witness.sqlite', '/%2e%2e/witness.sqlite', '/assets/../../witness.sqlite']) {
    expect((await app.inject(url)).statusCode, url).toBe(404);
  }
});

test('every error is a problem with type, reason and remedy', async () => {
  const { app, signIn } = await makeHttpBench();
  const headers = await signIn(['administrator']);
  const post = (payload: string, type = 'application/json', url = '/api/v1/sessions') =>
    app.inject({ method: 'POST', url, headers: { ...headers, 'content-type': type }, payload });
  const cases = [
    [await app.inject('/nowhere'), 404, 'not-found'],
    [await app.inject('/api/v1/nowhere'), 404, 'not-found'],
    [await app.inject('/api/v1/me'), 401, 'not-signed-in'],
    [await app.inject({ url: '/api/v1/sessions?limit=0', headers }), 400, 'invalid-request'],
    [await app.inject({ url: '/api/v1/sessions/no-id', headers }), 400, 'invalid-request'],
    [await post('{"targetId": "hush-hush'), 400, 'invalid-request'],
    [await post('{"__proto__": {"a": 1}}'), 400, 'invalid-request'],
    [
      await post('{"targetId":"t","connectionMethod":"imported","authenticationMethod":"password"}'),
      400,
      'invalid-request',
    ],
    [await post(JSON.stringify('x'.repeat(70_000))), 413, 'too-large'],
    [await post('a=b', 'application/x-www-form-urlencoded'), 415, 'unsupported-media-type'],
  ] as const;
  for (const [response, status, name] of cases) {
    expect(response.headers['content-type']).toMatch('application/problem+json');
    const problem = json(response.body);
    expect(problem).toMatchObject({ status, type: `urn:witness:problem:${name}` });
    expect(response.statusCode).toBe(status);
    for (const field of ['title', 'detail', 'remedy']) expect(problem[field]).toEqual(expect.stringMatching(/.{5}/));
    expect(response.body).not.toContain('hush-hush');
  }
});

test('a defect of the gateway shows nothing of itself', async () => {
  const bench = await makeHttpBench({
    health: {
      health: async () => {
        throw new Error('secret of the house');
      },
    },
  });
  const response = await bench.app.inject('/api/v1/health');
  expect(response.statusCode).toBe(500);
  expect(json(response.body)).toMatchObject({ type: 'urn:witness:problem:internal' });
  expect(response.body).not.toContain('secret of the house');
});

test('an address that sends too many requests is told when to come back', async () => {
  const { app } = await makeHttpBench({ requestsPerMinute: 3 });
  for (let i = 0; i < 3; i++) expect((await app.inject('/')).statusCode).toBe(200);
  const response = await app.inject('/');
  expect(response.statusCode).toBe(429);
  expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
  expect(json(response.body)).toMatchObject({ type: 'urn:witness:problem:too-many-requests' });
  expect((await app.inject({ url: '/', remoteAddress: '198.51.100.9' })).statusCode).toBe(200);
});

test('addresses of one IPv6 network count as one', async () => {
  const { app } = await makeHttpBench({ requestsPerMinute: 3 });
  const from = async (remoteAddress: string) => (await app.inject({ url: '/', remoteAddress })).statusCode;
  for (const host of ['1', '2', '3']) expect(await from(`2001:db8:1:2::${host}`)).toBe(200);
  expect(await from('2001:db8:1:2:ffff::4')).toBe(429);
  expect(await from('2001:db8:1:3::1')).toBe(200);
});

test('monitors see the status, people who are signed in see everything', async () => {
  const bench = await makeHttpBench();
  expect((await bench.app.inject('/api/v1/health')).json()).toEqual({ status: 'ok' });
  const headers = await bench.signIn(['user']);
  expect((await bench.app.inject({ url: '/api/v1/health', headers })).json()).toMatchObject({ encoder: 'node-av' });
  bench.health = { ...bench.health, status: 'degraded', storage: 'unreachable' };
  expect((await bench.app.inject('/api/v1/health')).statusCode).toBe(200);
  bench.health = { ...bench.health, audit: 'failing' };
  expect((await bench.app.inject('/api/v1/health')).statusCode).toBe(503);
});

/** Sends a request over the network; the answer's body is not read yet. */
async function connect(bench: HttpBench, options: RequestOptions): Promise<IncomingMessage> {
  await bench.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = bench.app.server.address() as AddressInfo;
  const request = httpsRequest({ host: '127.0.0.1', port, ca: bench.tls.cert, servername: 'localhost', ...options });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

test('it speaks HTTPS', async () => {
  const response = await connect(await makeHttpBench(), { path: '/api/v1/health' });
  expect(response.statusCode).toBe(200);
  response.resume();
  await once(response, 'end');
});

test('an export waits for a slow reader instead of filling the memory, and then is complete', async () => {
  const bench = await makeHttpBench();
  const headers = await bench.signIn(['auditor']);
  const note = 'x'.repeat(2_000);
  const event = { kind: 'session.requested', actor: 'gateway', sessionId: null, data: { note } } as const;
  for (let batch = 0; batch < 10; batch++) {
    await Promise.all(Array.from({ length: 1_000 }, () => bench.audit.append(event)));
  }
  const page = vi.spyOn(bench.database.auditEvents, 'page');
  const response = await connect(bench, { path: '/api/v1/audit/events', headers });
  response.pause();
  await sleep(500);
  const readAhead = page.mock.calls.length;
  let text = '';
  response.setEncoding('utf8');
  for await (const piece of response) text += String(piece);
  expect(page.mock.calls.length).toBeGreaterThanOrEqual(20);
  expect(readAhead).toBeLessThan(page.mock.calls.length);
  const lines = text.trimEnd().split('\n');
  expect(json(lines.at(-1) ?? '')).toMatchObject({ end: { rows: lines.length - 1 } });
  expect(lines.length).toBeGreaterThan(10_000);
});

test('a change needs this site as its origin and the header of its pages', async () => {
  const { app, signIn, rows } = await makeHttpBench();
  const headers = await signIn(['administrator']);
  const before = (await rows()).length;
  const { origin: _origin, ...withoutOrigin } = headers as typeof SAME_SITE;
  const { 'x-witness-request': _header, ...withoutHeader } = headers as typeof SAME_SITE;
  const foreign = [
    withoutOrigin,
    withoutHeader,
    { ...headers, origin: 'https://evil.example' },
    { ...headers, origin: `http://${HOST}` },
    { ...headers, origin: 'null' },
    { ...headers, origin: `https://${HOST}.evil.example` },
  ];
  const changes = [
    ['POST', '/api/v1/targets', { name: 'a', address: 'b', port: 1 }],
    ['DELETE', '/api/v1/targets/some', undefined],
    ['PATCH', '/api/v1/targets/some', { recording: 'off' }],
    ['POST', '/api/v1/sign-in', { token: 'x' }],
    ['POST', '/api/v1/sign-out', {}],
    ['POST', '/api/v1/sessions', {}],
  ] as const;
  for (const from of foreign) {
    for (const [method, url, payload] of changes) {
      const response = await app.inject({ method, url, headers: from, ...(payload && { payload }) });
      expect(response.statusCode, `${method} ${url}`).toBe(403);
      expect(json(response.body)).toMatchObject({ type: 'urn:witness:problem:cross-site' });
    }
  }
  expect(await rows()).toHaveLength(before);
});
