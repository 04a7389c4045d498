/**
 * `witness demo`: everything once, unattended. A gateway on a folder of its own, a scripted client through it to the demo
 * desktop, the recording, its verification, the export. Ends other than 0 when any step fails.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { RecordingInfo, SessionCreated, SessionInfo, TargetInfo } from '../contract/api.js';
import type { Manifest } from '../contract/manifest.js';
import { DEMO_TARGET_NAME } from '../gateway/composition/demo-target.js';
import type { Settings } from '../gateway/config/settings.js';
import { type Gateway, startGateway } from '../gateway/gateway.js';
import type { ScriptStep } from '../demo/script.js';
import { runScriptedClient } from '../demo/scripted-client.js';
import { LocalApi } from './local-api.js';
import { openData } from './open-data.js';
import { loadSettings } from './settings.js';
import { verifyAll } from './verify.js';

const SIZE = { width: 1280, height: 720 };
const FINISH_TIMEOUT_MS = 60_000;
const STEPS = 7;

type Print = (line: string) => void;

export async function runDemo(options: { readonly seconds: string; readonly out?: string }): Promise<void> {
  const seconds = Number(options.seconds);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 3600) {
    throw new Error(`--seconds is "${options.seconds}"; allowed: a whole number from 1 to 3600`);
  }
  const folder = path.resolve(options.out ?? (await mkdtemp(path.join(tmpdir(), 'witness-demo-'))));
  await mkdir(folder, { recursive: true });
  const print: Print = (line) => void process.stdout.write(`${line}\n`);
  const settings = await loadSettings({
    WITNESS_DATA: path.join(folder, 'data'),
    WITNESS_RDP_HOST: '127.0.0.1',
    WITNESS_HTTP_HOST: '127.0.0.1',
    WITNESS_PUBLIC_HOST: '127.0.0.1',
    WITNESS_RDP_PORT: '0',
    WITNESS_HTTP_PORT: '0',
    WITNESS_DEMO_TARGET: 'on',
    WITNESS_DATABASE: 'embedded',
    WITNESS_STORAGE: 'embedded',
  });
  const step = stepper(print);
  step('starting a gateway with everything embedded');
  const gateway = await startGateway(settings, pino({ level: 'warn' }, pino.destination(2)));
  try {
    await follow({ gateway, settings, folder, seconds, step, print });
  } finally {
    await gateway.stop();
  }
}

function stepper(print: Print): (what: string) => void {
  let count = 0;
  return (what) => {
    count += 1;
    print(`[${count}/${STEPS}] ${what}`);
  };
}

interface Demo {
  readonly gateway: Gateway;
  readonly settings: Settings;
  readonly folder: string;
  readonly seconds: number;
  readonly step: (what: string) => void;
  readonly print: Print;
}

async function follow({ gateway, settings, folder, seconds, step, print }: Demo): Promise<void> {
  print(`      encoder ${gateway.encoder}, RDP port ${gateway.rdp.port}, web port ${gateway.http.port}`);
  step('signing in as the first administrator and requesting a session');
  const api = new LocalApi({ port: gateway.http.port, fingerprint: gateway.certificateFingerprint });
  const created = await requestSession(gateway, api);
  print(`      session ${created.sessionId}, ${created.recorded ? 'recorded' : 'not recorded'}`);

  step(`a scripted client works on the demo desktop for ${seconds} s`);
  const statistics = await runScriptedClient({
    host: '127.0.0.1',
    port: gateway.rdp.port,
    routingToken: created.routingToken,
    oneTime: created.oneTime,
    fingerprint: gateway.certificateFingerprint,
    size: SIZE,
    colorDepth: 32,
    script: scriptOf(seconds),
  }).done;
  if (statistics.endReason !== 'script-done') throw new Error('the session ended before the script did');
  print(`      ${statistics.graphicsPdus} graphics PDUs, ${statistics.graphicsBytes} bytes`);

  step('waiting for the recording to be stored, read back and verified by its recorder');
  const session = await finishedRecording(api, created.sessionId);
  print(`      ${session.videoBytes} bytes of video, ${session.gapCount} gaps, ${session.durationMs ?? 0} ms`);
  if (session.gapCount !== 0) throw new Error('the recording has gaps');

  step('witness verify');
  await verify(settings, created.sessionId, print);

  step('replaying: playlist, video, manifest');
  const video = await replay(api, created.sessionId, folder);

  step('exporting the audit rows');
  const audit = path.join(folder, 'audit.ndjson');
  const auditBytes = await api.download('/api/v1/audit/events?format=ndjson', createWriteStream(audit));
  print(`      ${auditBytes} bytes`);
  print('');
  print('Done: connected, recorded, verified, replayed, exported.');
  print(`  video   ${video}`);
  print(`  audit   ${audit}`);
  print(`  data    ${settings.dataDir}`);
  print(`  again   WITNESS_DATA=${settings.dataDir} npx witness verify ${created.sessionId}`);
}

async function requestSession(gateway: Gateway, api: LocalApi): Promise<SessionCreated> {
  if (gateway.firstSignInToken === null) {
    throw new Error('somebody has signed in on this folder before; give --out another one');
  }
  await api.signIn(gateway.firstSignInToken);
  const { targets } = await api.json<{ targets: TargetInfo[] }>('GET', '/api/v1/targets');
  const target = targets.find(({ name }) => name === DEMO_TARGET_NAME);
  if (target === undefined) throw new Error('the demo target is not in the inventory');
  return api.json<SessionCreated>('POST', '/api/v1/sessions', {
    targetId: target.id,
    connectionMethod: 'native',
    authenticationMethod: 'password',
  });
}

/** Types, points and watches, for about as long as asked. */
function scriptOf(seconds: number): readonly ScriptStep[] {
  const path = Array.from({ length: 40 }, (_unused, index) => ({ x: 200 + index * 20, y: 300 + ((index * 37) % 200) }));
  return [
    { type: 'wait', durationMs: 500 },
    { type: 'type', text: 'Witness was here.' },
    { type: 'move', path },
    { type: 'wait', durationMs: Math.max(0, seconds * 1000 - 1_700) },
  ];
}

async function finishedRecording(api: LocalApi, sessionId: string): Promise<SessionInfo> {
  const deadline = performance.now() + FINISH_TIMEOUT_MS;
  for (;;) {
    const session = await api.json<SessionInfo>('GET', `/api/v1/sessions/${sessionId}`);
    if (session.recording === 'finished') return session;
    if (session.recording === 'failed' || session.recording === 'none') {
      throw new Error(`the recording is in state "${session.recording}"`);
    }
    if (performance.now() > deadline) throw new Error('the recording was not finished in time');
    await sleep(200);
  }
}

async function verify(settings: Settings, sessionId: SessionCreated['sessionId'], print: Print): Promise<void> {
  const data = await openData(settings);
  try {
    const fine = await verifyAll(data, [sessionId], (line) => print(`      ${line}`));
    if (!fine) throw new Error('verification found something wrong');
  } finally {
    await data.close();
  }
}

/** Asks for what the replay page asks for, and keeps the first video file. */
async function replay(api: LocalApi, sessionId: string, folder: string): Promise<string> {
  const base = `/api/v1/recordings/${sessionId}`;
  const recording = await api.json<RecordingInfo>('GET', base);
  const playlistFile = path.join(folder, 'playlist.m3u8');
  await api.download(`${base}/playlist.m3u8`, createWriteStream(playlistFile));
  const uri = /EXT-X-MAP:URI="([^"]+)"/.exec(await readFile(playlistFile, 'utf8'))?.[1];
  if (uri === undefined) throw new Error('the playlist names no video');
  const manifest = await api.json<Manifest>('GET', `${base}/manifest`);
  const file = path.join(folder, 'video-0001.mp4');
  const sizeBytes = await api.download(`${base}/${uri}`, createWriteStream(file));
  if (sizeBytes !== manifest.videos[0]?.sizeBytes) throw new Error('the video is not as long as its manifest says');
  if (recording.durationMs <= 0) throw new Error('the recording has no duration');
  return file;
}
