/** A desktop that gets another size through the graphics pipeline alone, and a client that comes back to it. */
import { describe, expect, it } from 'vitest';
import type { GfxPdu } from '../../src/rdp/gfx/gfx-pdu.js';
import { useLab } from '../peers/lab.js';
import { startXfreerdp } from '../peers/rdp-client.js';
import { waitForPicture } from '../peers/screenshot.js';
import { startXvfb } from '../peers/xvfb.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { decodeMp4Frame } from '../pixels/mp4-frame.js';
import { type Colour, createRaster, type Raster } from '../pixels/raster.js';
import { startGraphicsServer } from '../recorder/gfx/graphics-server.js';
import { END, fill, map, rect, START, surface } from '../recorder/gfx/support.js';
import { requirePeers } from '../setup/requirements.js';
import { keepPicture } from './support/artifacts.js';
import { startGatewayProcess } from './support/gateway-process.js';
import { downloadVideos } from './support/replay.js';
import { wholeRecording } from './support/whole-recording.js';

const TIMEOUT_MS = 90_000;
const SQUARE = { left: 40, top: 30, right: 200, bottom: 170 };

interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly ground: Colour;
  readonly square: Colour;
}

const FIRST: Drawing = { width: 800, height: 600, ground: [20, 40, 90], square: [220, 200, 60] };
const SECOND: Drawing = { width: 640, height: 480, ground: [30, 90, 40], square: [240, 240, 240] };

const word = ([red, green, blue]: Colour): number => (0xff00_0000 | (red << 16) | (green << 8) | blue) >>> 0;

function messagesOf({ width, height, ground, square }: Drawing): GfxPdu[][] {
  const monitors = [{ left: 0, top: 0, right: width - 1, bottom: height - 1, flags: 1 }];
  const { left, top, right, bottom } = SQUARE;
  return [
    [{ kind: 'resetGraphics', width, height, monitors }, surface(1, width, height), map(1)],
    [
      START,
      fill(1, word(ground), rect(0, 0, width, height)),
      fill(1, word(square), rect(left, top, right, bottom)),
      END,
    ],
  ];
}

function rasterOf({ width, height, ground, square }: Drawing): Raster {
  const { left, top, right, bottom } = SQUARE;
  return createRaster(width, height, (x, y) => (x >= left && x < right && y >= top && y < bottom ? square : ground));
}

/** True when the square is somewhere on a client's display. */
function shows({ square }: Drawing): (raster: Raster) => boolean {
  const [red, green, blue] = square;
  return ({ data }) => {
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] === blue && data[at + 1] === green && data[at + 2] === red) count += 1;
    }
    return count > 10_000;
  };
}

describe.runIf(requirePeers('xfreerdp', 'Xvfb', 'ffmpeg'))('a recorded graphics pipeline', () => {
  const lab = useLab();

  it(
    'has a file of video for each size, and for a client that comes back',
    async () => {
      const server = await startGraphicsServer({ ...FIRST, messages: messagesOf(FIRST) });
      const [gateway, monitor] = await Promise.all([startGatewayProcess(lab), startXvfb(lab)]);
      const { api, rdpPort: port } = gateway;
      const { sessionId, routingToken } = await api.requestSession(await api.addTarget('resizing', server.port));
      const connect = () =>
        startXfreerdp(lab, {
          port,
          display: monitor,
          size: FIRST,
          args: [`/load-balance-info:${routingToken}`, '/gfx', '/bpp:32'],
        });
      const client = await connect();
      await waitForPicture(monitor, 'the first size', shows(FIRST));
      server.send(...messagesOf(SECOND));
      await waitForPicture(monitor, 'the second size', shows(SECOND));
      await client.process.stop();
      await api.waitForSession(sessionId, 'the loss of its client', ({ state }) => state === 'client-lost');

      const again = await connect();
      await waitForPicture(monitor, 'the first size again', shows(FIRST));
      expect((await api.session(sessionId)).state).toBe('live');
      await api.disconnect(sessionId);
      await again.exited;

      const { manifest } = await wholeRecording(lab, gateway, sessionId);
      expect(manifest.videos.map(({ part, width, height }) => [part, width, height])).toEqual([
        [1, 800, 600],
        [1, 640, 480],
        [2, 800, 600],
      ]);
      const videos = await downloadVideos(api, sessionId);
      for (const [index, drawing] of [FIRST, SECOND, FIRST].entries()) {
        const last = await decodeMp4Frame(videos[index]?.mp4 ?? Buffer.alloc(0), Number.POSITIVE_INFINITY);
        await keepPicture(`graphics size ${index + 1}`, last);
        expect(lumaPsnr(rasterOf(drawing), last), `video ${index + 1}`).toBeGreaterThanOrEqual(35);
      }
    },
    TIMEOUT_MS,
  );
});
