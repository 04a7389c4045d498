/**
 * Captured sessions of real programs, imported: the picture of the stored video against the server's own display, and
 * what the records say of where it came from.
 */
import { createPublicKey } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { manifestBodyOf, readManifest, readRows } from './support/imported.js';
import { verifySignature } from '../../src/audit/signer.js';
import type { RecordingInfo, SessionList } from '../../src/contract/api.js';
import { startGatewayProcess, WITNESS } from '../e2e/support/gateway-process.js';
import { keepPicture } from '../e2e/support/artifacts.js';
import { startDesktop } from '../peers/desktop.js';
import { startFreerdpShadow } from '../peers/freerdp-shadow.js';
import { movePointer, pressKey, typeText } from '../peers/input.js';
import { type Display, type Lab, useLab } from '../peers/lab.js';
import { startXfreerdp } from '../peers/rdp-client.js';
import { screenshot, waitForSamePicture } from '../peers/screenshot.js';
import { startXvfb } from '../peers/xvfb.js';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { decodeMp4Frame } from '../pixels/mp4-frame.js';
import type { Raster, Rectangle } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';
import { startCapture } from './support/capture.js';
import { startKeylogRelay } from './support/keylog-relay.js';
import { runImport } from './support/run-import.js';

const MINIMUM_PSNR_DB = 35;
const TIMEOUT_MS = 120_000;
const LOGIN = { user: 'any', password: 'any-secret' };
/** The pointer is in the recording and not in a display's screenshot. */
const POINTER_AT = { x: 700, y: 600 };
const POINTER: Rectangle = { left: 690, top: 590, right: 740, bottom: 640 };

/** Two sessions in one capture: an ordinary one, and one that signs in to the domain of Microsoft Entra ID. */
interface Captured {
  readonly file: string;
  readonly keylog: string;
  readonly port: number;
  /** The server's display at the end of the first session. */
  readonly display: Raster;
}

interface Lodgings {
  readonly lab: Lab;
  readonly shared: Display;
  readonly monitor: Display;
}

async function session({ lab, shared, monitor }: Lodgings, port: number, args: readonly string[]): Promise<Raster> {
  const client = await startXfreerdp(lab, { port, display: monitor, ...LOGIN, args: ['-gfx', '/bpp:32', ...args] });
  await client.connected();
  await typeText(lab, monitor, 'seen in a capture');
  await pressKey(lab, monitor, 'Return');
  await movePointer(lab, monitor, POINTER_AT.x, POINTER_AT.y);
  await waitForSamePicture(shared, monitor);
  // The refinement of a settled picture comes 300 ms after the last change.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const raster = await screenshot(shared);
  await client.process.stop();
  return raster;
}

async function captureSessions(lodgings: Lodgings): Promise<Captured> {
  const { lab, shared } = lodgings;
  const { port } = await startFreerdpShadow(lab, { display: shared });
  const keylog = path.join(lab.scratch('keys'), 'tls.keys');
  const relay = await startKeylogRelay(lab, { targetPort: port, keylog });
  const capture = await startCapture(lab, port);
  const display = await session(lodgings, relay, ['/sec:tls']);
  await session(lodgings, relay, ['/sec:tls', '/d:AzureAD']);
  await capture.stop();
  return { file: capture.file, keylog, port, display };
}

/** One session that begins with CredSSP. */
async function captureNla(lodgings: Lodgings): Promise<Captured> {
  const { lab, shared } = lodgings;
  const { port, certificateFile } = await startFreerdpShadow(lab, { display: shared, nla: LOGIN });
  const [cert, key] = await Promise.all(
    [certificateFile, certificateFile.replace(/\.crt$/, '.key')].map((file) => readFile(file, 'utf8')),
  );
  if (cert === undefined || key === undefined) throw new Error('the server has no certificate');
  const keylog = path.join(lab.scratch('keys'), 'tls.keys');
  const relay = await startKeylogRelay(lab, { targetPort: port, keylog, identity: { cert, key } });
  const capture = await startCapture(lab, port);
  const display = await session(lodgings, relay, ['/sec:nla']);
  await capture.stop();
  return { file: capture.file, keylog, port, display };
}

async function lastFrame(out: string): Promise<Raster> {
  return decodeMp4Frame(await readFile(path.join(out, 'video-0001.mp4')), Number.POSITIVE_INFINITY);
}

describe.runIf(requirePeers('tshark', 'freerdp-shadow-cli', 'xfreerdp', 'Xvfb', 'ffmpeg', 'openbox'))(
  'importing a captured session',
  () => {
    const lab = useLab();
    let lodgings: Lodgings;
    let captured: Captured;
    let home: string;
    let port: string[];

    beforeAll(async () => {
      const [shared, monitor] = await Promise.all([startXvfb(lab), startXvfb(lab)]);
      lodgings = { lab, shared, monitor };
      await startDesktop(lab, shared);
      captured = await captureSessions(lodgings);
      home = lab.scratch('home');
      port = ['--port', String(captured.port)];
    }, TIMEOUT_MS);

    const outFolder = () => path.join(lab.scratch('out'), 'recording');

    it(
      'gives the picture that the server showed, in a folder, without a gateway',
      async () => {
        const out = outFolder();
        const args = [captured.file, ...port, '--keylog', captured.keylog, '--stream', '0', '--out', out];
        const run = await runImport(args, { HOME: home });
        expect(run).toMatchObject({ status: 0, stderr: '' });
        const names = ['audit.ndjson', 'events.ndjson', 'manifest.json', 'signing-key.pem', 'video-0001.mp4'];
        expect((await readdir(out)).toSorted()).toEqual(names);

        const manifest = await readManifest(out);
        expect(manifest.facts).toEqual({
          connectionMethod: 'imported',
          authenticationMethod: 'password',
          protocol: 'rdp',
        });
        expect(manifest).toMatchObject({ gaps: [], coverage: { pdusDropped: 0, framesDropped: 0 } });
        const key = createPublicKey(await readFile(path.join(out, 'signing-key.pem')));
        expect(verifySignature(manifestBodyOf(manifest), manifest.signature.value, key)).toBe(true);

        const recorded = await lastFrame(out);
        await keepPicture('imported', recorded);
        expect(lumaPsnr(captured.display, recorded, POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);

        const rows = await readRows(out);
        const kinds = rows.map(({ kind }) => kind);
        expect(kinds.slice(0, 3)).toEqual(['import.requested', 'session.decided', 'recording.started']);
        expect(kinds).toEqual(expect.arrayContaining(['recording.ended', 'recording.finished', 'import.made']));
        expect(rows[0]?.data).toMatchObject({ connectionMethod: 'imported', file: 'session.pcapng', entraSeen: [] });
        expect(rows[2]?.data).toMatchObject({ connectionMethod: 'imported' });
        expect(JSON.stringify(rows)).not.toContain('any-secret');
      },
      TIMEOUT_MS,
    );

    it(
      'skips the sign-in that NLA begins with',
      async () => {
        const nla = await captureNla(lodgings);
        const out = outFolder();
        const args = [nla.file, '--port', String(nla.port), '--keylog', nla.keylog, '--out', out];
        expect(await runImport(args, { HOME: home })).toMatchObject({ status: 0, stderr: '' });
        const facts = { connectionMethod: 'imported', authenticationMethod: 'password', protocol: 'rdp' };
        expect(await readManifest(out)).toMatchObject({ facts, gaps: [] });
        expect(lumaPsnr(nla.display, await lastFrame(out), POINTER)).toBeGreaterThanOrEqual(MINIMUM_PSNR_DB);
      },
      TIMEOUT_MS,
    );

    it(
      '[invariant 3] says what is missing in the capture as a gap',
      async () => {
        const { file, keylog } = captured;
        const fromServer = `tcp.stream==0 && tcp.srcport==${captured.port} && tcp.len>1000`;
        const fields = ['-T', 'fields', '-e', 'frame.number'];
        const frames = (await lab.run('tshark', ['-n', '-r', file, '-Y', fromServer, ...fields])).trim().split('\n');
        const missing = frames[Math.floor(frames.length / 2)];
        if (missing === undefined) throw new Error('the server sent nothing');
        const holed = path.join(lab.scratch('holed'), 'holed.pcapng');
        await lab.run('editcap', [file, holed, missing]);

        const out = outFolder();
        const args = [holed, ...port, '--keylog', keylog, '--stream', '0', '--out', out];
        expect(await runImport(args, { HOME: home })).toMatchObject({ status: 0, stderr: '' });
        const { gaps, durationMs } = await readManifest(out);
        expect(gaps).toMatchObject([{ codec: 'tls', reason: 'packets or TLS secrets are missing', endMs: durationMs }]);
        expect(gaps[0]?.bytes).toBeGreaterThan(1000);
      },
      TIMEOUT_MS,
    );

    it(
      'asks which one when there are several',
      async () => {
        const run = await runImport([captured.file, ...port, '--keylog', captured.keylog], { HOME: home });
        expect(run).toMatchObject({ status: 1, stdout: '' });
        expect(run.stderr).toMatch(/^witness: there are 2 sessions in this capture; choose one:\n {2}--stream 0 /);
        expect(run.stderr).toMatch(/\n {2}--stream 1 .* to 127\.0\.0\.1:\d+\n$/);
      },
      TIMEOUT_MS,
    );

    it(
      '[invariant 1] refuses one in which Entra ID shows, unless a person says that it was native',
      async () => {
        const dataDir = lab.scratch('data');
        const env = { HOME: home, WITNESS_DATA: dataDir };
        const args = [captured.file, ...port, '--keylog', captured.keylog, '--stream', '1'];
        const refused = await runImport(args, env);
        expect(refused).toMatchObject({ status: 1, stdout: '' });
        expect(refused.stderr).toMatch(/^witness: Microsoft Entra ID sign-in shows in this capture, .*--method native/);

        const out = outFolder();
        const native = await runImport([...args, '--method', 'native', '--out', out], env);
        expect(native).toMatchObject({ status: 0, stderr: '' });
        const facts = { connectionMethod: 'native', authenticationMethod: 'entra', protocol: 'rdp' };
        expect((await readManifest(out)).facts).toEqual(facts);
        const said = { ...facts, method: 'native', entraSeen: ['client-info'] };
        expect((await readRows(out))[0]).toMatchObject({ kind: 'import.requested', data: said });

        // The refusal is on record where it happened, and nothing else came of it.
        const verified = await lab.run(process.execPath, [WITNESS, 'verify'], env);
        expect(verified).toMatch(/^audit gateway-1-imports: intact, 3 rows, \d checkpoints up to row 3\n$/);
      },
      TIMEOUT_MS,
    );

    it(
      'puts it beside the recordings of a running gateway, from secrets inside the file',
      async () => {
        const file = path.join(lab.scratch('injected'), 'whole.pcapng');
        await lab.run('editcap', ['--inject-secrets', `tls,${captured.keylog}`, captured.file, file]);
        const { api, dataDir } = await startGatewayProcess(lab);
        const run = await runImport([file, ...port, '--stream', '0'], { HOME: home, WITNESS_DATA: dataDir });
        expect(run).toMatchObject({ status: 0, stderr: '' });

        const { sessions } = await api.json<SessionList>('GET', '/api/v1/sessions');
        expect(sessions).toMatchObject([
          {
            userName: 'import',
            targetName: '127.0.0.1',
            connectionMethod: 'imported',
            state: 'ended',
            recording: 'finished',
            gapCount: 0,
          },
        ]);
        const id = sessions[0]?.id ?? '';
        const info = await api.json<RecordingInfo>('GET', `/api/v1/recordings/${id}`);
        expect(info).toMatchObject({ width: 1024, height: 768 });
        // The session stood still for a second before it ended.
        expect(info.durationMs).toBeGreaterThan(1500);
        const verified = await lab.run(process.execPath, [WITNESS, 'verify'], { HOME: home, WITNESS_DATA: dataDir });
        expect(verified).toMatch(/audit gateway-1: intact/);
        expect(verified).toMatch(/audit gateway-1-imports: intact/);
        expect(verified).toMatch(new RegExp(`recording ${id}: intact`));
        expect(await readdir(path.join(dataDir, 'imports'))).toEqual([]);
      },
      TIMEOUT_MS,
    );
  },
);
