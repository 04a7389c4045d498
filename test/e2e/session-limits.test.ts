/** Limits on sessions as a real client shows them, and as they are on record. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { LiveSessionList } from '../../src/contract/live-sessions.js';
import type { SessionId } from '../../src/contract/ids.js';
import { movePointer } from '../peers/input.js';
import { useLab, type Display } from '../peers/lab.js';
import { type RdpClient, startXfreerdp } from '../peers/rdp-client.js';
import { startXvfb } from '../peers/xvfb.js';
import { requirePeers } from '../setup/requirements.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';

const TIMEOUT_MS = 60_000;
const MAX_SESSION_MS = 8_000;
const IDLE_TIMEOUT_MS = 4_000;

describe.runIf(requirePeers('xfreerdp', 'Xvfb'))('a session of xfreerdp that reaches a limit', () => {
  const lab = useLab();
  let gateway: GatewayProcess;
  let monitor: Display;

  beforeAll(async () => {
    const settings = {
      WITNESS_DEMO_TARGET: 'on',
      WITNESS_RECORDING: 'off',
      WITNESS_MAX_SESSION_MS: String(MAX_SESSION_MS),
      WITNESS_IDLE_TIMEOUT_MS: String(IDLE_TIMEOUT_MS),
      WITNESS_SESSIONS_PER_USER: '1',
    };
    [gateway, monitor] = await Promise.all([startGatewayProcess(lab, { settings }), startXvfb(lab)]);
  });

  async function connect(): Promise<{ sessionId: SessionId; client: RdpClient }> {
    const { api, rdpPort } = gateway;
    const [target] = await api.targets();
    if (target === undefined) throw new Error('no demo target');
    const { sessionId, routingToken } = await api.requestSession(target);
    const args = [`/load-balance-info:${routingToken}`, '/sec:tls'];
    const client = await startXfreerdp(lab, { port: rdpPort, display: monitor, user: 'ada', password: 'any', args });
    await client.connected();
    return { sessionId, client };
  }

  /** What the client shows in the end, and what the session ended with; the limit is on record before its end. */
  async function end(sessionId: SessionId, client: RdpClient) {
    await client.exited;
    const { endReason } = await gateway.api.waitForSession(sessionId, 'its end', ({ state }) => state === 'ended');
    const rows = (await gateway.api.audit()).filter((row) => row.sessionId === sessionId);
    const kinds = rows.map(({ kind }) => kind).slice(-2);
    return { shown: /ERRINFO_[A-Z_]+/.exec(client.log())?.[0] ?? client.log(), endReason, kinds };
  }

  it(
    'shows that it was idle when nobody touches it',
    async () => {
      const { sessionId, client } = await connect();
      const live = await gateway.api.json<LiveSessionList>('GET', '/api/v1/sessions/live');
      expect(live.sessions).toMatchObject([{ sessionId, protocol: 'rdp', targetHostName: 'demo-desktop' }]);
      // The place of the person is taken.
      const again = gateway.api.requestSession((await gateway.api.targets())[0] ?? expect.fail('no target'));
      await expect(again).rejects.toThrow('urn:witness:problem:session-limit');
      expect(await end(sessionId, client)).toEqual({
        shown: 'ERRINFO_IDLE_TIMEOUT',
        endReason: 'session-idle',
        kinds: ['session.limit-reached', 'session.ended'],
      });
    },
    TIMEOUT_MS,
  );

  it(
    'shows that its time is over although somebody works in it',
    async () => {
      const { sessionId, client } = await connect();
      const work = async (): Promise<void> => {
        for (let x = 100; client.process.isRunning(); x = x === 100 ? 200 : 100) {
          await movePointer(lab, monitor, x, 200);
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
      };
      const [ended] = await Promise.all([end(sessionId, client), work()]);
      expect(ended).toEqual({
        shown: 'ERRINFO_LOGON_TIMEOUT',
        endReason: 'session-too-long',
        kinds: ['session.limit-reached', 'session.ended'],
      });
    },
    TIMEOUT_MS,
  );

  it(
    'shows that an administrator ended it',
    async () => {
      const { sessionId, client } = await connect();
      await gateway.api.disconnect(sessionId);
      expect(await end(sessionId, client)).toMatchObject({
        shown: 'ERRINFO_RPC_INITIATED_DISCONNECT',
        endReason: 'disconnected-by-administrator',
      });
    },
    TIMEOUT_MS,
  );
});
