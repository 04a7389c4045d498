/** Connections that are no RDP, at the listener itself: what they cost is bounded, however many there are. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { AuditEvent } from '../../../src/contract/audit-event.js';
import { NativeEntrance, type NativeEntranceOptions } from '../../../src/gateway/rdp/native-entrance.js';
import { refusalLog } from '../../helpers/refusals.js';

const LIMITS = { network: { burst: 5, perSecond: 0 }, overall: { burst: 100, perSecond: 0 } };

it('a flood of connections that are no RDP writes a bounded number of rows, and the rest is counted', async () => {
  const rows: AuditEvent[] = [];
  const append = async (event: AuditEvent): Promise<void> => void rows.push(event);
  const refusals = refusalLog({ append }, Date.now, LIMITS);
  const count = vi.spyOn(refusals, 'count');
  const log = { warn: () => {}, error: () => {} };
  // Nobody gets as far as to need the rest of the gateway.
  const options = { admission: { refusals }, log, maxConnections: 100 } as unknown as NativeEntranceOptions;
  const entrance = new NativeEntrance(options);
  onTestFinished(() => entrance.close());
  const port = await entrance.listen('127.0.0.1', 0);
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      const client = connect(port, '127.0.0.1');
      client.on('error', () => {}).end('GET / HTTP/1.1\r\n\r\n');
      await once(client.resume(), 'close');
    }),
  );
  await vi.waitFor(() => expect(count).toHaveBeenCalledTimes(35), { timeout: 10_000 });
  await refusals.flush();
  expect(rows.map(({ kind }) => kind)).toEqual([...Array<string>(5).fill('connection.refused'), 'refusals.counted']);
  expect(rows.at(-1)?.data).toMatchObject({ count: 35, reasons: { 'connection.refused not-rdp': 35 } });
});
