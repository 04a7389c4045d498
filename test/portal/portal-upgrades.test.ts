/** Upgrades that become no session: none of them leaves a connection behind. */
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { refusalLog } from '../helpers/refusals.js';
import type { RefusalLog } from '../../src/audit/refusal-log.js';
import type { AuditEvent } from '../../src/contract/audit-event.js';
import { PortalEntrance, type PortalEntranceOptions } from '../../src/portal/portal-entrance.js';

const LIMITS = { network: { burst: 5, perSecond: 0 }, overall: { burst: 100, perSecond: 0 } };

let server: Server;
let entrance: PortalEntrance;
let refusals: RefusalLog;
let rows: AuditEvent[];
const clients: Socket[] = [];

beforeEach(async () => {
  server = createServer((_request, response) => void response.end());
  const log = { warn: () => {}, error: () => {} };
  // Nobody gets as far as to need the rest of the gateway.
  rows = [];
  refusals = refusalLog({ append: async (event) => void rows.push(event) }, Date.now, LIMITS);
  const admission = { refusals };
  const options = { admission, log, maxConnections: 5 } as unknown as PortalEntranceOptions;
  entrance = new PortalEntrance(server, options);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await entrance.close();
  server.close();
});

/** A client that asks for an upgrade and never closes by itself; gives what it is told. */
async function upgrade(path: string): Promise<() => string> {
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  clients.push(client);
  let told = '';
  client.on('error', () => {}).on('data', (data) => (told += data.toString('latin1')));
  const lines = [`GET ${path} HTTP/1.1`, 'Host: witness.test', 'Connection: Upgrade', 'Upgrade: websocket', '', ''];
  client.write(lines.join('\r\n'));
  await vi.waitFor(() => expect(client.bytesWritten).toBeGreaterThan(0));
  return () => told;
}

const open = (): Promise<number> =>
  new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );

it.each([
  ['/elsewhere', '404'],
  ['/rdcleanpath', '403'],
])('one of %s is answered with %s and closed, whatever its client does', async (path, status) => {
  const told = await upgrade(path);
  await vi.waitFor(() => expect(told()).toContain(`HTTP/1.1 ${status} `), { timeout: 15_000 });
  await vi.waitFor(async () => expect(await open()).toBe(0), { timeout: 15_000 });
});

it('a flood of those from other sites writes a bounded number of rows, and the rest is counted', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => upgrade('/rdcleanpath')));
  await vi.waitFor(() => expect(answers.every((told) => told().includes('403'))).toBe(true), { timeout: 15_000 });
  await refusals.flush();
  expect(rows.slice(0, 5).map(({ data }) => data['reason'])).toEqual(Array(5).fill('cross-site'));
  expect(rows.slice(5).map(({ kind, data }) => [kind, data['count']])).toEqual([['refusals.counted', 15]]);
});
