import { beforeAll, describe, expect, it } from 'vitest';
import { countColours, countDifferences, type Raster } from '../pixels/raster.js';
import { reduceDepthAsXfreerdp } from '../pixels/reduce-depth.js';
import { requirePeers } from '../setup/requirements.js';
import { startDesktop, waitForTypedLine, type Desktop } from './desktop.js';
import { startFreerdpShadow, type FreerdpShadow } from './freerdp-shadow.js';
import { click, movePointer, pointerPosition, pressKey, typeText } from './input.js';
import { useLab, type Display } from './lab.js';
import { startXfreerdp } from './rdp-client.js';
import { waitForSamePicture } from './screenshot.js';
import { waitFor } from './wait.js';
import { startXvfb } from './xvfb.js';

describe.runIf(requirePeers('freerdp-shadow-cli', 'xfreerdp', 'Xvfb', 'openbox'))('freerdp-shadow', () => {
  const lab = useLab();
  let shared: Display;
  let monitor: Display;
  let desktop: Desktop;
  let shadow: FreerdpShadow;

  beforeAll(async () => {
    [shared, monitor] = await Promise.all([startXvfb(lab), startXvfb(lab)]);
    desktop = await startDesktop(lab, shared);
    shadow = await startFreerdpShadow(lab, { display: shared });
  });

  const connect = async (args: readonly string[]) => {
    const client = await startXfreerdp(lab, {
      port: shadow.port,
      user: 'any',
      password: 'any',
      display: monitor,
      args,
    });
    await client.connected();
    return client;
  };

  // With -gfx xfreerdp asks for 32 bits a pixel whatever /bpp says; /bpp:16 alone is bitmaps without the pipeline too.
  it.each([
    [32, ['-gfx', '-compression', '/bpp:32']],
    [16, ['/bpp:16', '-compression']],
  ] as const)('shows its display to the bit at %i bits a pixel', async (depth, args) => {
    const client = await connect(args);
    const asSent = (raster: Raster) => reduceDepthAsXfreerdp(raster, depth);
    const pictures = await waitForSamePicture(shared, monitor, { asSent });
    expect(countColours(pictures.server)).toBeGreaterThan(20);
    expect(countDifferences(asSent(pictures.server), pictures.client)).toBe(0);
    await client.process.stop();
  });

  it('shows its display within the loss of H.264 through the graphics pipeline, and takes input', async () => {
    const client = await connect(['/gfx:AVC444']);
    await waitForSamePicture(shared, monitor, { minimumPsnr: 35 });
    await click(lab, monitor, 200, 200);
    await typeText(lab, monitor, 'through the pipeline');
    await pressKey(lab, monitor, 'Return');
    await waitForTypedLine(desktop.home, 'through the pipeline');
    // The first picture comes as lossless bitmaps, before the pipeline is open; what is typed later is H.264.
    const { server, client: shown } = await waitForSamePicture(shared, monitor, { minimumPsnr: 35 });
    expect(countDifferences(server, shown)).toBeGreaterThan(0);

    await movePointer(lab, monitor, 321, 123);
    await waitFor('the pointer to follow', async () => {
      const { x, y } = await pointerPosition(lab, shared);
      return x === 321 && y === 123;
    });
    await client.process.stop();
  });

  it('with NLA lets in who has the password, and nobody else', async () => {
    const nla = { user: 'nina', password: 'right' };
    const guarded = await startFreerdpShadow(lab, { display: shared, nla });
    const options = { port: guarded.port, user: nla.user, display: monitor, args: ['/sec:nla'] };
    const stranger = await startXfreerdp(lab, { ...options, password: 'wrong' });
    expect((await stranger.exited).code).not.toBe(0);
    expect(stranger.log()).toContain('ERRCONNECT_');

    const client = await startXfreerdp(lab, { ...options, password: nla.password });
    await client.connected();
    await client.process.stop();
  });

  it('listens on loopback alone', () => {
    const sockets = lab.listeningSockets();
    expect(sockets.map(({ port }) => port)).toContain(shadow.port);
    expect(sockets.filter(({ isLoopback }) => !isLoopback)).toEqual([]);
  });
});
