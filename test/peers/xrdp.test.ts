import { beforeAll, describe, expect, it } from 'vitest';
import { changedRectangle, countColours, countDifferences, type Raster } from '../pixels/raster.js';
import { reduceDepth, reduceDepthAsXfreerdp } from '../pixels/reduce-depth.js';
import { requirePeers } from '../setup/requirements.js';
import { waitForTypedLine } from './desktop.js';
import { pressKey, typeText } from './input.js';
import { useLab, type Display } from './lab.js';
import { startRdesktop, startXfreerdp } from './rdp-client.js';
import { waitForPicture, waitForSamePicture } from './screenshot.js';
import { startXrdp, type Xrdp } from './xrdp.js';
import { startXvfb } from './xvfb.js';

describe.runIf(requirePeers('xrdp', 'xfreerdp', 'rdesktop', 'Xvfb'))('xrdp', () => {
  const lab = useLab();
  let xrdp: Xrdp;
  let monitor: Display;

  beforeAll(async () => {
    xrdp = await startXrdp(lab);
    monitor = await startXvfb(lab);
  });

  const login = () => ({
    port: xrdp.port,
    user: xrdp.user.name,
    password: xrdp.user.password,
    display: monitor,
  });

  it('logs in with the credentials of the command line, and typed text arrives in its own display', async () => {
    const client = await startXfreerdp(lab, login());
    await client.connected();
    const session = await xrdp.sessionDisplay();
    const before = await waitForSamePicture(session, monitor);
    expect(countColours(before.server)).toBeGreaterThan(20);

    await typeText(lab, monitor, 'seen by Witness');
    await waitForPicture(session, 'typed text', (raster) => {
      const area = changedRectangle(before.server, raster);
      // 15 characters of 9 pixels in one line, and the cursor behind them.
      return area !== undefined && area.right - area.left >= 15 * 9 && area.bottom - area.top < 30;
    });
    const after = await waitForSamePicture(session, monitor);
    expect(countDifferences(after.server, after.client)).toBe(0);
    expect(countDifferences(before.client, after.client)).toBeGreaterThan(200);

    await pressKey(lab, monitor, 'Return');
    await waitForTypedLine(xrdp.user.home, 'seen by Witness');
    await client.process.stop();
  });

  it('sends 16 bits a pixel to a client of that depth', async () => {
    const client = await startXfreerdp(lab, { ...login(), args: ['/bpp:16', '-compression'] });
    await client.connected();
    const session = await xrdp.sessionDisplay();
    const asSent = (raster: Raster) => reduceDepthAsXfreerdp(raster, 16);
    const { server, client: shown } = await waitForSamePicture(session, monitor, { asSent });
    expect(countDifferences(asSent(server), shown)).toBe(0);
    expect(countDifferences(server, shown)).toBeGreaterThan(1000);
    await client.process.stop();
  });

  it('shows its desktop to rdesktop, in drawing orders of 16 bits a pixel', async () => {
    const client = await startRdesktop(lab, { ...login(), args: ['-a', '16'] });
    await client.connected();
    const asSent = (raster: Raster) => reduceDepth(raster, 16);
    const { server, client: shown } = await waitForSamePicture(await xrdp.sessionDisplay(), monitor, { asSent });
    expect(countColours(server)).toBeGreaterThan(20);
    expect(countDifferences(asSent(server), shown)).toBe(0);
    await client.process.stop();
  });

  it('refuses a wrong password', async () => {
    const client = await startXfreerdp(lab, { ...login(), password: 'wrong' });
    await client.connected();
    const log = () => xrdp.processes.map((process) => process.log()).join('\n');
    await client.process.ready('a refusal', () => /login failed|AUTHFAIL|pam_authenticate failed/i.test(log()));
    await client.process.stop();
  });

  it('listens on loopback alone, its session included', () => {
    const sockets = lab.listeningSockets();
    expect(sockets.map(({ port }) => port)).toContain(xrdp.port);
    expect(sockets.filter(({ isLoopback }) => !isLoopback)).toEqual([]);
  });
});
