/** A page in the place of the desktop, for a person with a good ticket who is refused all the same. */
import { beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../peers/free-port.js';
import { focusWindow, findWindow, pressKey } from '../peers/input.js';
import { useLab, type Display } from '../peers/lab.js';
import { startRdesktop, startXfreerdp, type RdpClientOptions } from '../peers/rdp-client.js';
import { waitForPicture } from '../peers/screenshot.js';
import { startXvfb } from '../peers/xvfb.js';
import type { Raster } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';
import { keepPicture } from './support/artifacts.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';

const TIMEOUT_MS = 60_000;
/** The bar over the page's text, red on any depth. */
const BAR = { left: 200, right: 824, y: 248 };

function hasBar({ width, data }: Raster): boolean {
  for (let x = BAR.left; x < BAR.right; x += 8) {
    const [red = 0, green = 0, blue = 0] = data.subarray((BAR.y * width + x) * 4, (BAR.y * width + x) * 4 + 3);
    const [most, least] = [Math.max(red, blue), Math.min(red, blue)];
    if (most < 150 || most > 175 || green > 70 || least > 70) return false;
  }
  return true;
}

describe.runIf(requirePeers('xfreerdp', 'rdesktop', 'Xvfb'))('a person whose target is down', () => {
  const lab = useLab();
  let gateway: GatewayProcess;
  let monitor: Display;

  beforeAll(async () => {
    [gateway, monitor] = await Promise.all([startGatewayProcess(lab), startXvfb(lab)]);
    await gateway.api.addTarget('build-07', await freePort());
  });

  async function connect(args: (token: string) => Partial<RdpClientOptions>, start: typeof startXfreerdp) {
    const [target] = await gateway.api.targets();
    if (target === undefined) throw new Error('no target');
    const { sessionId, routingToken } = await gateway.api.requestSession(target);
    const client = await start(lab, { port: gateway.rdpPort, display: monitor, ...args(routingToken) });
    return { sessionId, client };
  }

  it(
    'is shown a page, and the error code when a key was pressed',
    async () => {
      const { client, sessionId } = await connect(
        (token) => ({ user: 'ada', password: 'any', args: [`/load-balance-info:${token}`, '/sec:tls'] }),
        startXfreerdp,
      );
      const page = await waitForPicture(monitor, 'the page', hasBar, 25_000);
      await keepPicture('refusal page', page);
      const id = await findWindow(lab, monitor, 'xfreerdp');
      if (id !== undefined) await focusWindow(lab, monitor, id);
      await pressKey(lab, monitor, 'Return');
      await client.exited;
      expect(client.log()).toContain('ERRINFO_CB_DESTINATION_NOT_FOUND');
      expect(await gateway.api.session(sessionId)).toMatchObject({ state: 'refused', endReason: 'target-unreachable' });
    },
    TIMEOUT_MS,
  );

  it(
    'is shown it also by a client with 16 bits a pixel, for some seconds and no longer',
    async () => {
      const { client } = await connect((token) => ({ user: token, args: ['-a', '16'] }), startRdesktop);
      await keepPicture('refusal page 16', await waitForPicture(monitor, 'the page', hasBar, 25_000));
      const shownAtMs = performance.now();
      await client.exited;
      expect(performance.now() - shownAtMs).toBeLessThan(20_000);
    },
    TIMEOUT_MS,
  );

  it(
    'is shown nothing of the kind for a ticket that was guessed',
    async () => {
      const args = [`/load-balance-info:witness-${'A'.repeat(22)}`, '/sec:tls'];
      const client = await startXfreerdp(lab, {
        port: gateway.rdpPort,
        display: monitor,
        user: 'x',
        password: 'y',
        args,
      });
      const startedAtMs = performance.now();
      await client.exited;
      expect(client.log()).toContain('ERRINFO_SERVER_DENIED_CONNECTION');
      expect(performance.now() - startedAtMs).toBeLessThan(9_000);
    },
    TIMEOUT_MS,
  );
});
