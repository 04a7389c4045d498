import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi, type MockInstance } from 'vitest';
import { locateSendData } from '../../src/rdp/connection/mcs/send-data.js';
import { Relay } from '../../src/rdp/relay/relay.js';
import { peekPduType2, PduType2 } from '../../src/rdp/session/share-data.js';
import type { SurfaceCommand } from '../../src/rdp/updates/surface-commands.js';
import { countSurfaceCodecs, surfaceCommands } from '../helpers/surface-commands.js';
import { replayRecords, startRecordedRelay } from '../helpers/recorded-relay.js';
import { startDesktop } from '../peers/desktop.js';
import { startFreerdpShadow } from '../peers/freerdp-shadow.js';
import { click, movePointer, typeText } from '../peers/input.js';
import { useLab, type Display, type Lab } from '../peers/lab.js';
import { startXfreerdp } from '../peers/rdp-client.js';
import { waitForSettledPicture } from '../peers/screenshot.js';
import { startWeston } from '../peers/weston.js';
import { startXrdp } from '../peers/xrdp.js';
import { startXvfb } from '../peers/xvfb.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { writePng } from '../pixels/png.js';
import { countColours, isInside, type Raster } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';

/** Where the tests leave the pointer, which is drawn into the recording and is no part of a screenshot. */
const POINTER = { x: 700, y: 600 };
const MASK = { left: 660, top: 560, right: 780, bottom: 680 };
const TYPED = 'The quick brown fox jumps over the lazy dog. 0123456789 '.repeat(3);

interface Session {
  /** What the client showed last, decoded by its own library. */
  readonly client: Raster;
  readonly replay: Raster;
  readonly drops: readonly string[];
  readonly commands: readonly SurfaceCommand[];
  /** How many came in each codec. */
  readonly codecs: ReadonlyMap<string, number>;
  /** Frame Acknowledge PDUs that the target was sent. */
  readonly acknowledgements: number;
}

/** Lets a person type in a session that is recorded, and replays its trace. */
async function recordSession(
  lab: Lab,
  port: number,
  args: readonly string[],
  login: { user: string; password: string },
  prepare: (display: Display) => Promise<void> = async () => {},
): Promise<Session> {
  const fromClient = vi.spyOn(Relay.prototype, 'fromClient');
  const relay = await startRecordedRelay(port);
  const display = await startXvfb(lab);
  const client = await startXfreerdp(lab, { port: relay.port, ...login, display, args });
  await client.connected();
  await waitForSettledPicture(display);
  await prepare(display);
  await typeText(lab, display, TYPED);
  await movePointer(lab, display, POINTER.x, POINTER.y);
  const shown = await waitForSettledPicture(display);
  await client.process.stop();
  await relay.over;
  const acknowledgements = countAcknowledgements(fromClient);
  fromClient.mockRestore();
  const records = await relay.records();
  const { raster, drops } = replayRecords(records);
  await keepPictures({ client: shown, replay: raster });
  const commands = surfaceCommands(records);
  return { client: shown, replay: raster, drops, commands, codecs: countSurfaceCodecs(records), acknowledgements };
}

function countAcknowledgements(fromClient: MockInstance<Relay['fromClient']>): number {
  const sent = fromClient.mock.results.flatMap(({ value }) => (Array.isArray(value) ? value : []));
  return sent.filter((output: { type: string; to?: string; bytes?: Uint8Array }) => {
    if (output.type !== 'send' || output.to !== 'target' || output.bytes === undefined) return false;
    const location = locateSendData(output.bytes);
    return location !== null && peekPduType2(output.bytes, location.offset) === PduType2.frameAcknowledge;
  }).length;
}

/** Where WITNESS_LAB_PICTURES names a folder, writes both pictures there. */
async function keepPictures(pictures: Readonly<Record<string, Raster>>): Promise<void> {
  const folder = process.env['WITNESS_LAB_PICTURES'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  const test = (expect.getState().currentTestName ?? '').replaceAll(/\W+/g, '-');
  for (const [name, raster] of Object.entries(pictures))
    await writePng(path.join(folder, `${test}-${name}.png`), raster);
}

/** The recording shows what the client showed but for rounding, and it came in this codec alone. */
function expectRecordedIn(codec: string, session: Session, rounding: 0 | 1): void {
  expect(session.drops).toEqual([]);
  expect([...session.codecs.keys()]).toEqual([codec]);
  expect(session.codecs.get(codec)).toBeGreaterThan(1);
  expect(countColours(session.replay)).toBeGreaterThan(2);
  expect(lumaPsnr(session.client, session.replay, MASK)).toBeGreaterThanOrEqual(rounding === 0 ? Infinity : 45);
  expect(largestDifference(session.client, session.replay)).toBeLessThanOrEqual(rounding);
}

/** Of one colour of one pixel, outside of the mask. */
function largestDifference(a: Raster, b: Raster): number {
  let largest = 0;
  for (let at = 0; at < a.data.length; at += 1) {
    const pixel = at >> 2;
    if (at % 4 === 3 || isInside(pixel % a.width, Math.floor(pixel / a.width), MASK)) continue;
    largest = Math.max(largest, Math.abs((a.data[at] ?? 0) - (b.data[at] ?? 0)));
  }
  return largest;
}

function frameMarkers({ commands }: Session): number {
  return commands.filter(({ kind }) => kind === 'frame-marker').length;
}

const ANYBODY = { user: 'any', password: 'any' };

describe.runIf(requirePeers('xrdp', 'xfreerdp', 'Xvfb'))('a recorded relay to xrdp', () => {
  const lab = useLab();

  it('records RemoteFX', { timeout: 60_000 }, async () => {
    const xrdp = await startXrdp(lab);
    const { name: user, password } = xrdp.user;
    const wait = async (): Promise<void> => void (await xrdp.sessionDisplay());
    const session = await recordSession(lab, xrdp.port, ['/rfx', '/bpp:32'], { user, password }, wait);
    expectRecordedIn('remotefx', session, 1);
    expect(frameMarkers(session)).toBeGreaterThan(1);
    expect(session.acknowledgements).toBeGreaterThan(1);
  });
});

describe.runIf(requirePeers('freerdp-shadow-cli', 'xfreerdp', 'Xvfb'))('a recorded relay to freerdp-shadow', () => {
  const lab = useLab();

  it('records RemoteFX', { timeout: 60_000 }, async () => {
    const shared = await startXvfb(lab);
    await startDesktop(lab, shared);
    const shadow = await startFreerdpShadow(lab, { display: shared });
    const session = await recordSession(lab, shadow.port, ['/rfx'], ANYBODY);
    expectRecordedIn('remotefx', session, 1);
    expect(frameMarkers(session)).toBeGreaterThan(1);
    expect(session.acknowledgements).toBeGreaterThan(1);
  });
});

describe.runIf(requirePeers('weston', 'xfreerdp', 'Xvfb'))('a recorded relay to weston', () => {
  const lab = useLab();
  let port: number;

  beforeAll(async () => {
    ({ port } = await startWeston(lab));
  });

  it.each([
    ['RemoteFX', 'remotefx', [], 1],
    ['NSCodec', 'nscodec', ['/nsc', '/bpp:32'], 0],
    ['raw surface bits', 'none', ['/bpp:32'], 0],
  ] as const)('records %s', { timeout: 60_000 }, async (_, codec, args, rounding) => {
    const focusTerminal = (display: Display) => click(lab, display, 300, 300);
    const session = await recordSession(lab, port, args, ANYBODY, focusTerminal);
    expectRecordedIn(codec, session, rounding);
  });
});
