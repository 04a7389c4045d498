import { describe, expect, it } from 'vitest';
import { countColours } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';
import { useLab } from './lab.js';
import { startXfreerdp } from './rdp-client.js';
import { waitForPicture } from './screenshot.js';
import { startWeston } from './weston.js';
import { startXvfb } from './xvfb.js';

describe.runIf(requirePeers('weston', 'xfreerdp', 'Xvfb'))('weston', () => {
  const lab = useLab();

  it('shows its terminal to xfreerdp, and listens on loopback alone', async () => {
    const [weston, monitor] = [await startWeston(lab), await startXvfb(lab)];
    const client = await startXfreerdp(lab, { port: weston.port, display: monitor, args: ['/bpp:32'] });
    await client.connected();
    // The background is one texture of few colours: the terminal's text and frame bring the rest.
    await waitForPicture(monitor, 'the terminal', (raster) => countColours(raster) > 100);
    expect(lab.listeningSockets().map(({ port, isLoopback }) => ({ port, isLoopback }))).toEqual([
      { port: weston.port, isLoopback: true },
    ]);
  });
});
