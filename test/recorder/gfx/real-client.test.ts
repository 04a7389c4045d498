/** The graphics pipeline through a recorded relay: what the recorder draws of the trace is what a real client shows. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createProgressiveDecoder } from '../../../recorder/gfx/progressive-codec.js';
import { GFX_DECODERS } from '../../../recorder/gfx/registry.js';
import { GFX_CODECS_OF_EVERY_VERSION, type AnyGfxCodec } from '../../../src/contract/gfx-table.js';
import type { GfxPdu } from '../../../src/rdp/gfx/gfx-pdu.js';
import { GfxCodecId, PIXEL_FORMAT_XRGB_8888 } from '../../../src/rdp/gfx/gfx-types.js';
import { replayRecords, startRecordedRelay } from '../../helpers/recorded-relay.js';
import { movePointer } from '../../peers/input.js';
import { useLab } from '../../peers/lab.js';
import { startXfreerdp } from '../../peers/rdp-client.js';
import { screenshot } from '../../peers/screenshot.js';
import { waitFor } from '../../peers/wait.js';
import { startXvfb } from '../../peers/xvfb.js';
import { countColours, isInside, type Raster, type Rectangle } from '../../pixels/raster.js';
import { requirePeers } from '../../setup/requirements.js';
import { surfaceFixture, surfaceVectors } from '../decoders/surface-codecs.js';
import { startGraphicsServer } from './graphics-server.js';
import { bitmap, BLUE, END, fill, GREEN, map, rect, RED, START, surface } from './support.js';

const SIZE = { width: 800, height: 600 };
const WHITE = 0xffff_ffff;

/** Two libraries' RemoteFX, as it is and progressive, differ by one in places, and by no more. */
const REMOTEFX: Rectangle = { left: 300, top: 300, right: 400, bottom: 370 };
const PROGRESSIVE: Rectangle = { left: 480, top: 300, right: 580, bottom: 370 };

/** A picture that is not the same anywhere. */
function pattern(width: number, height: number): Uint8Array {
  const words = Uint32Array.from({ length: width * height }, (_, at) => {
    const x = at % width;
    const y = Math.floor(at / width);
    return 0xff00_0000 | ((x * 5 + y) & 0xff) | (((y * 7) & 0xff) << 8) | (((x ^ y) & 0xff) << 16);
  });
  return new Uint8Array(words.buffer);
}

/** RDP 6.0 planes as they are: red, green, blue. */
function planarPattern(width: number, height: number): Uint8Array {
  const plane = (step: number) => Uint8Array.from({ length: width * height }, (_, at) => at * step);
  return new Uint8Array(Buffer.concat([Uint8Array.of(0x20), plane(3), plane(5), plane(7), Uint8Array.of(0)]));
}

const put = (cacheSlot: number, surfaceId: number, rectSrc: ReturnType<typeof rect>): GfxPdu => ({
  kind: 'surfaceToCache',
  surfaceId,
  cacheKey: BigInt(cacheSlot),
  cacheSlot,
  rectSrc,
});
const get = (cacheSlot: number, ...destPts: { x: number; y: number }[]): GfxPdu => ({
  kind: 'cacheToSurface',
  cacheSlot,
  surfaceId: 1,
  destPts,
});
const copy = (from: number, rectSrc: ReturnType<typeof rect>, ...destPts: { x: number; y: number }[]): GfxPdu => ({
  kind: 'surfaceToSurface',
  surfaceIdSrc: from,
  surfaceIdDest: 1,
  rectSrc,
  destPts,
});

/** Streams of a session, each in a place of its own. */
function clearCodec(): GfxPdu[] {
  const file = new URL('../../fixtures/clearcodec/libfreerdp.json', import.meta.url);
  const [streams = []] = JSON.parse(readFileSync(file, 'utf8')) as { width: number; height: number; data: string }[][];
  return streams.map(({ width, height, data }, index) => {
    const [x, y] = [(index % 7) * 100, 420 + Math.floor(index / 7) * 80];
    const stream = new Uint8Array(Buffer.from(data, 'base64'));
    return bitmap(1, rect(x, y, x + width, y + height), stream, GfxCodecId.clearCodec);
  });
}

function remoteFx(): GfxPdu {
  const vector = surfaceVectors('rfx').find(({ width, height }) => width === 100 && height === 70);
  if (vector === undefined) throw new Error('no vector of 100 x 70');
  const { left, top, right, bottom } = REMOTEFX;
  return bitmap(
    1,
    rect(left, top, right, bottom),
    surfaceFixture(`libfreerdp/${vector.compressed}`),
    GfxCodecId.cavideo,
  );
}

/** Passes and differences of a picture, a frame each, on a surface of their own. */
function progressive(): GfxPdu[][] {
  const file = new URL('../../fixtures/progressive/passes/three-passes-and-differences.bin.gz', import.meta.url);
  const stream = gunzipSync(readFileSync(file));
  const frames: GfxPdu[][] = [];
  for (let at = 0; at < stream.length;) {
    const end = at + 4 + stream.readUInt32LE(at);
    const bitmapData = new Uint8Array(stream.subarray(at + 4, end));
    const codec = { codecId: GfxCodecId.caprogressive, codecContextId: 1, pixelFormat: PIXEL_FORMAT_XRGB_8888 };
    const frameId = 100 + frames.length;
    frames.push([
      { kind: 'startFrame', timestamp: 0, frameId },
      { kind: 'wireToSurface2', surfaceId: 3, ...codec, bitmapData },
      { kind: 'endFrame', frameId },
    ]);
    at = end;
  }
  return frames;
}

const MESSAGES: readonly (readonly GfxPdu[])[] = [
  [
    { kind: 'resetGraphics', ...SIZE, monitors: [{ left: 0, top: 0, right: 799, bottom: 599, flags: 1 }] },
    surface(1, SIZE.width, SIZE.height),
    map(1),
  ],
  [
    START,
    fill(1, 0xff20_4060, rect(0, 0, 800, 600)),
    fill(1, RED, rect(10, 10, 50, 50), rect(30, 30, 90, 40)),
    bitmap(1, rect(100, 10, 164, 74), pattern(64, 64)),
    bitmap(1, rect(200, 10, 230, 30), planarPattern(30, 20), GfxCodecId.planar),
    END,
  ],
  [
    START,
    surface(2, 60, 40),
    bitmap(2, rect(0, 0, 60, 40), pattern(60, 40)),
    copy(2, rect(5, 5, 45, 35), { x: 300, y: 10 }, { x: 350, y: 15 }, { x: 320, y: 30 }),
    // Onto itself in all directions.
    copy(1, rect(100, 10, 164, 74), { x: 110, y: 100 }),
    copy(1, rect(110, 100, 174, 164), { x: 120, y: 110 }),
    copy(1, rect(120, 110, 184, 174), { x: 105, y: 95 }),
    copy(1, rect(200, 10, 230, 30), { x: 210, y: 5 }),
    put(1, 1, rect(100, 10, 132, 42)),
    put(2, 2, rect(0, 0, 10, 10)),
    fill(1, GREEN, rect(100, 10, 116, 26)),
    get(1, { x: 10, y: 200 }, { x: 50, y: 210 }, { x: 768, y: 0 }),
    get(2, { x: 10, y: 250 }),
    { kind: 'evictCacheEntry', cacheSlot: 2 },
    put(2, 1, rect(100, 10, 120, 20)),
    get(2, { x: 30, y: 250 }),
    { kind: 'deleteSurface', surfaceId: 2 },
    END,
  ],
  // xfreerdp 2.11 does not show what was drawn before the surface was mapped.
  [
    START,
    surface(2, 120, 90),
    map(2, 600, 200),
    fill(2, BLUE, rect(0, 0, 120, 90)),
    fill(2, WHITE, rect(9, 9, 30, 30)),
    END,
  ],
  [START, remoteFx(), END],
  [START, ...clearCodec(), END],
  [surface(3, 100, 70), map(3, PROGRESSIVE.left, PROGRESSIVE.top)],
  ...progressive(),
];

describe.runIf(requirePeers('xfreerdp', 'Xvfb'))('a graphics pipeline', () => {
  const lab = useLab();

  it('is recorded as xfreerdp shows it', async () => {
    const server = await startGraphicsServer({ ...SIZE, messages: MESSAGES });
    const relay = await startRecordedRelay(server.port, {
      gfxOffer: new Set<AnyGfxCodec>(GFX_CODECS_OF_EVERY_VERSION),
    });
    const display = await startXvfb(lab, SIZE);
    const client = await startXfreerdp(lab, { display, port: relay.port, size: SIZE, args: ['/gfx', '/bpp:32'] });
    await client.connected();
    await movePointer(lab, display, SIZE.width - 1, SIZE.height - 1);
    const shown = await settled(() => screenshot(display));
    await client.process.stop();
    await relay.over;
    const { raster, drops } = replayRecords(await relay.records(), {
      ...GFX_DECODERS,
      progressive: createProgressiveDecoder,
    });
    expect(drops).toEqual([]);
    expect(differences(shown, raster), client.log()).toEqual([]);
  });
});

/** The picture once something is drawn and nothing has changed for a while. */
async function settled(take: () => Promise<Raster>): Promise<Raster> {
  let last: Raster | undefined;
  let same = 0;
  return waitFor(
    'the picture to settle',
    async () => {
      const raster = await take();
      same = last !== undefined && Buffer.compare(last.data, raster.data) === 0 ? same + 1 : 0;
      last = raster;
      return same >= 6 && countColours(raster) > 1000 ? raster : undefined;
    },
    10_000,
  );
}

/** Squares of 20 pixels in which the pictures differ, but for the pointer's place. */
function differences(shown: Raster, raster: Raster): string[] {
  const squares = new Set<string>();
  for (let y = 0; y < SIZE.height - 30; y++) {
    for (let x = 0; x < SIZE.width; x++) {
      const tolerance = isInside(x, y, REMOTEFX) || isInside(x, y, PROGRESSIVE) ? 1 : 0;
      const at = 4 * (y * SIZE.width + x);
      const by = Math.max(
        ...[0, 1, 2].map((byte) => Math.abs((shown.data[at + byte] ?? 0) - (raster.data[at + byte] ?? 0))),
      );
      if (by > tolerance) squares.add(`${Math.floor(x / 20) * 20},${Math.floor(y / 20) * 20}`);
    }
  }
  return [...squares];
}
