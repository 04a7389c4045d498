/**
 * Signing in at real targets with credentials that the person who connects does not have: the client says another name and
 * another password, and reaches the desktop all the same; or not at all, and is told so.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { SessionRequest, TargetInfo } from '../../src/contract/api.js';
import { startDesktop } from '../peers/desktop.js';
import { startFreerdpShadow, type FreerdpShadow } from '../peers/freerdp-shadow.js';
import { useLab, type Display } from '../peers/lab.js';
import { startXfreerdp } from '../peers/rdp-client.js';
import { startXrdp, type Xrdp } from '../peers/xrdp.js';
import { startXvfb } from '../peers/xvfb.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { reduceDepth, reduceDepthAsXfreerdp } from '../pixels/reduce-depth.js';
import { requirePeers } from '../setup/requirements.js';
import { keepPicture } from './support/artifacts.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { startSwitch } from './support/switch.js';
import { POINTER, recordSession } from './support/record-session.js';

const TIMEOUT_MS = 90_000;
const MINIMUM_PSNR_DB = 35;
const ACCOUNT = { user: 'service', password: 'a password that nobody types' };
const SOMEBODY = { user: 'somebody', password: 'something' };

async function setCredential(gateway: GatewayProcess, target: TargetInfo, password: string): Promise<void> {
  const credential = { userName: ACCOUNT.user, password };
  const { status } = await gateway.api.send('PUT', `/api/v1/targets/${target.id}/credential`, credential);
  expect(status).toBe(204);
}

describe.runIf(requirePeers('freerdp-shadow-cli', 'xfreerdp', 'Xvfb', 'ffmpeg'))(
  'signing in at freerdp-shadow with NLA',
  () => {
    const lab = useLab();
    let gateway: GatewayProcess;
    let shadow: FreerdpShadow;
    let target: TargetInfo;
    let [shared, monitor]: Display[] = [];

    beforeAll(async () => {
      [gateway, shared, monitor] = await Promise.all([startGatewayProcess(lab), startXvfb(lab), startXvfb(lab)]);
      await startDesktop(lab, shared);
      shadow = await startFreerdpShadow(lab, { display: shared, nla: ACCOUNT });
      target = await gateway.api.addTarget('shadow', shadow.port);
    });

    /** Connects, and resolves with the reason in the audit log when the client has given up. */
    const refused = async (change: Partial<SessionRequest> = {}): Promise<Readonly<Record<string, unknown>>> => {
      const { sessionId, routingToken } = await gateway.api.requestSession(target, change);
      if (monitor === undefined) throw new Error('no display');
      const connection = { port: gateway.rdpPort, display: monitor, ...SOMEBODY };
      const args = [`/load-balance-info:${routingToken}`, '/sec:tls', '-auto-reconnect'];
      const client = await startXfreerdp(lab, { ...connection, args });
      expect((await client.exited).code).not.toBe(0);
      const rows = (await gateway.api.audit()).filter((row) => row.sessionId === sessionId);
      return rows.find(({ kind }) => kind === 'connection.refused')?.data ?? {};
    };

    it(
      'is refused to the client, with the reason on record, without a credential or with a wrong one',
      async () => {
        expect(await refused()).toMatchObject({ reason: 'target-requires-nla' });
        await setCredential(gateway, target, 'mistaken');
        // This server closes instead of saying why.
        expect(await refused()).toMatchObject({ reason: 'target-credssp-failed' });
      },
      TIMEOUT_MS,
    );

    it(
      'succeeds with the target’s credential and NLA on both legs, and the picture is recorded',
      async () => {
        if (shared === undefined || monitor === undefined) throw new Error('no display');
        const display = shared;
        await setCredential(gateway, target, ACCOUNT.password);
        const { server, recorded, sessionId } = await recordSession({
          lab,
          gateway,
          target: { name: 'shadow', port: shadow.port },
          credentials: 'one-time',
          monitor,
          serverDisplay: async () => display,
          same: { asSent: (raster) => reduceDepthAsXfreerdp(raster, 32) },
          args: ['/sec:nla', '-gfx', '-compression', '/bpp:32'],
        });
        await keepPicture('shadow nla injected', recorded);
        expect(lumaPsnr(reduceDepth(server, 32), recorded, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
        const rows = (await gateway.api.audit()).filter((row) => row.sessionId === sessionId);
        expect(rows.find(({ kind }) => kind === 'session.credential-used')?.data).toMatchObject({
          source: 'target',
          userName: ACCOUNT.user,
          nla: true,
        });
      },
      TIMEOUT_MS,
    );

    it(
      'succeeds with a credential that was typed for the session, and not again without it',
      async () => {
        if (monitor === undefined) throw new Error('no display');
        await setCredential(gateway, target, 'mistaken');
        const credential = { userName: ACCOUNT.user, password: ACCOUNT.password };
        const { sessionId, routingToken } = await gateway.api.requestSession(target, { credential });
        const connection = { port: gateway.rdpPort, display: monitor, ...SOMEBODY };
        const args = [`/load-balance-info:${routingToken}`, '/sec:tls', '-gfx'];
        const client = await startXfreerdp(lab, { ...connection, args });
        await client.connected();
        await gateway.api.waitForSession(sessionId, 'a live session', ({ state }) => state === 'live');
        await client.process.stop();
        expect(await refused()).toMatchObject({ reason: 'target-credssp-failed' });
      },
      TIMEOUT_MS,
    );

    it(
      'is refused when another server answers than before',
      async () => {
        if (shared === undefined) throw new Error('no display');
        const place = await startSwitch(shadow.port);
        lab.onClose(() => place.close());
        target = await gateway.api.addTarget('switched', place.port);
        await setCredential(gateway, target, 'mistaken');
        expect(await refused()).toMatchObject({ reason: 'target-credssp-failed' });
        place.switchTo((await startFreerdpShadow(lab, { display: shared, nla: ACCOUNT })).port);
        await setCredential(gateway, target, ACCOUNT.password);
        expect(await refused()).toMatchObject({ reason: 'target-certificate-changed' });
        const changes = (await gateway.api.audit()).filter(({ kind }) => kind === 'target.certificate-changed');
        expect(changes).toMatchObject([{ data: { targetId: target.id, accepted: false } }]);
      },
      TIMEOUT_MS,
    );
  },
);

describe.runIf(requirePeers('xrdp', 'xfreerdp', 'Xvfb'))('signing in at xrdp with TLS', () => {
  const lab = useLab();
  let gateway: GatewayProcess;
  let xrdp: Xrdp;
  let monitor: Display;

  beforeAll(async () => {
    [gateway, xrdp, monitor] = await Promise.all([startGatewayProcess(lab), startXrdp(lab), startXvfb(lab)]);
  });

  it(
    'opens the desktop of the injected account, whoever the client says that it is',
    async () => {
      const target = await gateway.api.addTarget('xrdp', xrdp.port);
      const { name: userName, password } = xrdp.user;
      const { status } = await gateway.api.send('PUT', `/api/v1/targets/${target.id}/credential`, {
        userName,
        password,
      });
      expect(status).toBe(204);
      const { routingToken, oneTime } = await gateway.api.requestSession(target, { clientSecurity: 'nla' });
      const { userName: user = '', password: typed = '' } = oneTime ?? {};
      const connection = { port: gateway.rdpPort, display: monitor, user, password: typed };
      const client = await startXfreerdp(lab, {
        ...connection,
        args: [`/load-balance-info:${routingToken}`, '/sec:nla'],
      });
      await client.connected();
      // xrdp starts it for the account that signed in, and for no other.
      expect((await xrdp.sessionDisplay()).name).toMatch(/^:/);
      await client.process.stop();
    },
    TIMEOUT_MS,
  );
});
