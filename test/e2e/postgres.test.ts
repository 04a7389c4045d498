/** A gateway whose database is PostgreSQL: the same whole way as on SQLite, and what a killed gateway left is settled. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionId } from '../../src/contract/ids.js';
import { DEMO_TARGET_NAME } from '../../src/gateway/composition/demo-target.js';
import { type ScriptedClientStatistics, runScriptedClient } from '../../src/demo/scripted-client.js';
import { findPostgres, type PostgresServer, startPostgres } from '../database/postgres-server.js';
import { useLab } from '../peers/lab.js';
import { requirePeers } from '../setup/requirements.js';
import { childrenOf, waitForEnd } from './support/children.js';
import { type GatewayProcess, startGatewayProcess, WITNESS } from './support/gateway-process.js';

const TIMEOUT_MS = 120_000;
const FINISH_TIMEOUT_MS = 60_000;

describe.runIf(requirePeers('postgresql'))('a gateway on PostgreSQL', () => {
  const lab = useLab();
  let server: PostgresServer;
  let url: string;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    const binFolder = await findPostgres();
    if (binFolder === null) throw new Error('PostgreSQL is not installed');
    server = await startPostgres(binFolder);
    url = await server.createDatabase();
    gateway = await start();
  });
  afterAll(async () => {
    await gateway.process.stop();
    await server.stop();
  });

  const start = (before?: GatewayProcess): Promise<GatewayProcess> =>
    startGatewayProcess(lab, {
      settings: { WITNESS_DATABASE: url, WITNESS_DEMO_TARGET: 'on' },
      ...(before === undefined ? {} : { dataDir: before.dataDir, api: before.api }),
    });

  const connect = async (waitMs: number): Promise<{ id: SessionId; done: Promise<ScriptedClientStatistics> }> => {
    const { api, rdpPort: port } = gateway;
    const target = (await api.targets()).find(({ name }) => name === DEMO_TARGET_NAME);
    if (target === undefined) throw new Error('no demo target');
    const { sessionId: id, ...ticket } = await api.requestSession(target, { clientSecurity: 'nla' });
    const { routingToken, oneTime } = ticket;
    const script = [{ type: 'type', text: 'kept' } as const, { type: 'wait', durationMs: waitMs } as const];
    const size = { width: 800, height: 600 };
    const { done } = runScriptedClient({
      host: '127.0.0.1',
      port,
      routingToken,
      oneTime,
      size,
      colorDepth: 32,
      script,
    });
    return { id, done };
  };

  const finished = (id: SessionId) =>
    gateway.api.waitForSession(id, 'a finished recording', (info) => info.recording === 'finished', FINISH_TIMEOUT_MS);

  const verify = (id: SessionId): Promise<string> =>
    lab.run(process.execPath, [WITNESS, 'verify', id], {
      HOME: gateway.dataDir,
      WITNESS_DATA: gateway.dataDir,
      WITNESS_DATABASE: url,
    });

  it(
    'records, proves and lists a session',
    async () => {
      const { id, done } = await connect(1500);
      expect((await done).endReason).toBe('script-done');
      expect(await finished(id)).toMatchObject({ state: 'ended', gapCount: 0 });
      expect(await verify(id)).toMatch(new RegExp(`recording ${id}: intact`));
      const kinds = (await gateway.api.audit()).filter((row) => row.sessionId === id).map(({ kind }) => kind);
      expect(kinds).toEqual(expect.arrayContaining(['session.requested', 'session.ended', 'recording.finished']));
    },
    TIMEOUT_MS,
  );

  it(
    'takes up at its next start what a killed gateway left behind',
    async () => {
      const { id, done } = await connect(60_000);
      const over = done.catch(() => null);
      await gateway.api.waitForSession(id, 'a live session', (info) => info.state === 'live', FINISH_TIMEOUT_MS);
      const { pid } = gateway.process;
      const children = [...childrenOf(pid, 'recorder'), ...childrenOf(pid, 'storage')];
      process.kill(pid, 'SIGKILL');
      await Promise.all([gateway.process.exited, waitForEnd(children), over]);
      gateway = await start(gateway);
      expect(await finished(id)).toMatchObject({ state: 'ended', endReason: 'gateway-lost' });
      expect(await verify(id)).toMatch(new RegExp(`recording ${id}: intact`));
    },
    TIMEOUT_MS,
  );
});
