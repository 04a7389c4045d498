import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi, type MockInstance } from 'vitest';
import { BulkDecompressor } from '../../recorder/bulk/bulk-decompressor.js';
import { TraceRecordKind, type TraceActivation, type TraceRecord } from '../../src/contract/trace.js';
import { locateSendData } from '../../src/rdp/connection/mcs/send-data.js';
import { Relay } from '../../src/rdp/relay/relay.js';
import { peekPduType2, PduType2 } from '../../src/rdp/session/share-data.js';
import { decodeFastPathOutput, FastPathUpdateCode } from '../../src/rdp/updates/fast-path-output.js';
import { decodeSurfaceCommands, type SurfaceCommand } from '../../src/rdp/updates/surface-commands.js';
import { UpdateFragments } from '../../src/rdp/updates/update-fragments.js';
import { Reader } from '../../src/rdp/wire/reader.js';
import { replayRecords, startRecordedRelay } from '../helpers/recorded-relay.js';
import { startDesktop } from '../peers/desktop.js';
import { startFreerdpShadow } from '../peers/freerdp-shadow.js';
import { click, movePointer, typeText } from '../peers/input.js';
import { useLab, type Display, type Lab } from '../peers/lab.js';
import { startXfreerdp } from '../peers/rdp-client.js';
import { screenshot } from '../peers/screenshot.js';
import { waitFor } from '../peers/wait.js';
import { startWeston } from '../peers/weston.js';
import { startXrdp } from '../peers/xrdp.js';
import { startXvfb } from '../peers/xvfb.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { writePng } from '../pixels/png.js';
import { countColours, countDifferences, isInside, type Raster } from '../pixels/raster.js';
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
  readonly activation: TraceActivation;
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
  await settled(display);
  await prepare(display);
  await typeText(lab, display, TYPED);
  await movePointer(lab, display, POINTER.x, POINTER.y);
  const shown = await settled(display);
  await client.process.stop();
  await relay.over;
  const acknowledgements = countAcknowledgements(fromClient);
  fromClient.mockRestore();
  const records = await relay.records();
  const { raster, drops } = replayRecords(records);
  await keepPictures({ client: shown, replay: raster });
  const commands = surfaceCommands(records);
  return { client: shown, replay: raster, drops, commands, activation: activationOf(records), acknowledgements };
}

/** The display's picture once something is drawn and nothing has changed for a while. */
async function settled(display: Display): Promise<Raster> {
  let last: Raster | undefined;
  let same = 0;
  return waitFor(
    `the picture of ${display.name} to settle`,
    async () => {
      const raster = await screenshot(display);
      same = last !== undefined && countDifferences(last, raster) === 0 ? same + 1 : 0;
      last = raster;
      return same >= 8 && countColours(raster) > 2 ? raster : undefined;
    },
    15_000,
  );
}

function countAcknowledgements(fromClient: MockInstance<Relay['fromClient']>): number {
  const sent = fromClient.mock.results.flatMap(({ value }) => (Array.isArray(value) ? value : []));
  return sent.filter((output: { type: string; to?: string; bytes?: Uint8Array }) => {
    if (output.type !== 'send' || output.to !== 'target' || output.bytes === undefined) return false;
    const location = locateSendData(output.bytes);
    return location !== null && peekPduType2(output.bytes, location.offset) === PduType2.frameAcknowledge;
  }).length;
}

/** All surface commands of a trace. */
function surfaceCommands(records: readonly TraceRecord[]): SurfaceCommand[] {
  const bulk = new BulkDecompressor();
  const fragments = new UpdateFragments();
  const commands: SurfaceCommand[] = [];
  for (const { kind, payload } of records) {
    if (kind !== TraceRecordKind.serverFastPath) continue;
    for (const update of decodeFastPathOutput(new Reader(payload, 'record')).updates) {
      const data = bulk.decompress(update.data, update.compressionFlags);
      const whole = fragments.push({ ...update, data });
      if (whole === null || whole.updateCode !== FastPathUpdateCode.surfaceCommands) continue;
      commands.push(...decodeSurfaceCommands(new Reader(whole.data, 'commands')));
    }
  }
  return commands;
}

function activationOf(records: readonly TraceRecord[]): TraceActivation {
  const found = records.find(({ kind }) => kind === TraceRecordKind.activation);
  if (found === undefined) throw new Error('the trace has no activation');
  return JSON.parse(Buffer.from(found.payload).toString()) as TraceActivation;
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

/** How many commands came in each codec, by the names that the activation gives to their numbers. */
function codecsOf({ commands, activation }: Session): Map<string, number> {
  const counts = new Map<string, number>();
  for (const command of commands) {
    if (command.kind === 'frame-marker') continue;
    const { codecId } = command.bitmap;
    const name = codecId === 0 ? 'none' : activation.surfaceCodecs.find(({ id }) => id === codecId)?.codec;
    counts.set(name ?? `unknown ${codecId}`, (counts.get(name ?? `unknown ${codecId}`) ?? 0) + 1);
  }
  return counts;
}

/** The recording shows what the client showed but for rounding, and it came in this codec alone. */
function expectRecordedIn(codec: string, session: Session, rounding: 0 | 1): void {
  expect(session.drops).toEqual([]);
  expect([...codecsOf(session).keys()]).toEqual([codec]);
  expect(codecsOf(session).get(codec)).toBeGreaterThan(1);
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
