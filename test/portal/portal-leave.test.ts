/** A page that says that its person leaves: the end of its own connection, and of no other one of the same session. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { SessionClient } from '../../src/gateway/rdp/session-client.js';
import { PORTAL_PATH, PortalEntrance, type PortalEntranceOptions } from '../../src/portal/portal-entrance.js';
import { encodeRdCleanPath } from '../../src/rdp/rdcleanpath/rdcleanpath-pdu.js';

const DISCONNECTED = 4001;
const SESSION = { id: 'the session' };

/** Connections that were let in, while they last. */
const running: SessionClient[] = [];
let over: () => void = () => {};

vi.mock('../../src/gateway/rdp/admission.js', () => ({
  admit: async () => ({ kind: 'admitted', session: SESSION, permit: null, live: null, ntlmBlocked: false }),
}));
vi.mock('../../src/gateway/rdp/session-runner.js', () => ({
  runSession: (_options: unknown, _admitted: unknown, client: SessionClient) => {
    running.push(client);
    return new Promise<void>((resolve) => (over = resolve));
  },
}));

let server: Server;
let entrance: PortalEntrance;
const ends: string[] = [];

beforeEach(async () => {
  server = createServer();
  // The session's connection is a newer one than what this test opens.
  const newer = { end: (reason: string) => ends.push(reason) };
  const live = { get: () => ({ connection: newer }) };
  const options = { audit: {}, admission: { live }, log: { error: () => {} }, maxConnections: 5 };
  entrance = new PortalEntrance(server, options as unknown as PortalEntranceOptions);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  over();
  await entrance.close();
  server.close();
});

async function connect(): Promise<WebSocket> {
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  const socket = new WebSocket(`ws://${host}${PORTAL_PATH}`, { origin: `https://${host}` });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const x224ConnectionPdu = Buffer.from('030000130ee00000000000010008000b000000', 'hex');
  const request = { kind: 'request', destination: 'any', preconnectionBlob: null, proxyAuth: 'witness-x' } as const;
  socket.send(encodeRdCleanPath({ ...request, x224ConnectionPdu }));
  return socket;
}

it.each([
  [DISCONNECTED, true],
  [1000, false],
])('with code %i its own connection took leave: %s', async (code, tookLeave) => {
  const socket = await connect();
  const client = await vi.waitUntil(() => running.pop(), { timeout: 5_000 });
  expect(client.tookLeave).toBe(false);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.close(code);
  await closed;
  await vi.waitFor(() => expect(client.tookLeave).toBe(tookLeave), { timeout: 5_000 });
  expect(ends).toEqual([]);
});
