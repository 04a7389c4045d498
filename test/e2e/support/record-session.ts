/** One recorded session of an ordinary client with a real server, from its ticket to the last frame of its video. */
import type { SessionCreated } from '../../../src/contract/api.js';
import { movePointer, pressKey, typeText } from '../../peers/input.js';
import type { Display, Lab } from '../../peers/lab.js';
import { type RdpClient, startRdesktop, startXfreerdp } from '../../peers/rdp-client.js';
import {
  type SamePictureOptions,
  screenshot,
  waitForPicture,
  waitForSamePicture,
  waitForSettledPicture,
} from '../../peers/screenshot.js';
import { decodeMp4Frame } from '../../pixels/mp4-frame.js';
import { countDifferences, type Raster, type Rectangle } from '../../pixels/raster.js';
import type { GatewayProcess } from './gateway-process.js';
import { downloadVideos } from './replay.js';

/** The pointer is in the recording and not in a display's screenshot. */
const POINTER_AT = { x: 700, y: 600 };

/** Fewer than a line of text has. */
const CHANGED_PIXELS = 300;

export const POINTER: Rectangle = { left: 690, top: 590, right: 740, bottom: 640 };

export interface SessionToRecord {
  readonly lab: Lab;
  readonly gateway: GatewayProcess;
  readonly target: { readonly name: string; readonly port: number };
  /** `xfreerdp` when left out. */
  readonly client?: 'xfreerdp' | 'rdesktop';
  /**
   * What the client tells the target over TLS, or that it proves the session's one-time password with NLA. The user name of
   * rdesktop is its ticket: what it would tell is stored with the target instead, and the gateway signs in. Null: nobody
   * does.
   */
  readonly credentials: { readonly user: string; readonly password: string } | 'one-time' | null;
  readonly monitor: Display;
  /** What the client has to show before anything is done. Null for a server that has none: then its picture has to settle. */
  readonly serverDisplay: (() => Promise<Display>) | null;
  /** When the client shows what the server does. */
  readonly same: Pick<SamePictureOptions, 'asSent' | 'minimumPsnr'>;
  /** Done before anything is typed, such as a click into the window that is to get it. */
  readonly prepare?: () => Promise<void>;
  readonly args: readonly string[];
  /** What is done in the session; when left out, a line is typed. */
  readonly act?: () => Promise<void>;
  /** Done when the line was typed and not yet entered. */
  readonly meanwhile?: () => Promise<void>;
}

export interface RecordedPictures {
  readonly sessionId: string;
  /** The server's display and the client's when the session ended; the client's twice where the server has none. */
  readonly server: Raster;
  readonly client: Raster;
  /** The last frame of the stored video. */
  readonly recorded: Raster;
}

/** Connects, types, lets the picture settle, disconnects. */
export async function recordSession(options: SessionToRecord): Promise<RecordedPictures> {
  const { lab, monitor } = options;
  const { api } = options.gateway;
  const created = await requestSession(options);
  const client = await startClient(options, created);
  await client.connected();
  const display = (await options.serverDisplay?.()) ?? null;
  const settle = async (): Promise<Raster> =>
    display === null
      ? waitForSettledPicture(monitor)
      : (await waitForSamePicture(display, monitor, options.same)).client;
  const before = await settle();
  await options.prepare?.();
  await (options.act ?? (() => typeLine(options)))();
  await movePointer(lab, monitor, POINTER_AT.x, POINTER_AT.y);
  await waitForPicture(monitor, 'what was done', (raster) => countDifferences(before, raster) >= CHANGED_PIXELS);
  await settle();
  // The refinement of a settled picture comes 300 ms after the last change.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const shown = await screenshot(monitor);
  const server = display === null ? shown : await screenshot(display);
  await client.process.stop();
  await api.waitForSession(created.sessionId, 'a finished recording', (info) => info.recording === 'finished', 40_000);
  const last = (await downloadVideos(api, created.sessionId)).at(-1);
  if (last === undefined) throw new Error('the recording has no video');
  const recorded = await decodeMp4Frame(last.mp4, Number.POSITIVE_INFINITY);
  return { sessionId: created.sessionId, server, client: shown, recorded };
}

async function typeLine({ lab, monitor, meanwhile }: SessionToRecord): Promise<void> {
  await typeText(lab, monitor, 'the quick brown fox');
  await meanwhile?.();
  await pressKey(lab, monitor, 'Return');
}

async function requestSession({ gateway: { api }, ...options }: SessionToRecord): Promise<SessionCreated> {
  const known = (await api.targets()).find((target) => target.name === options.target.name);
  const target = known ?? (await api.addTarget(options.target.name, options.target.port));
  const { client, credentials } = options;
  if (client === 'rdesktop' && credentials !== 'one-time' && credentials !== null) {
    const credential = { userName: credentials.user, password: credentials.password };
    await api.send('PUT', `/api/v1/targets/${target.id}/credential`, credential);
  }
  const created = await api.requestSession(target, credentials === 'one-time' ? { clientSecurity: 'nla' } : {});
  if (!created.recorded) throw new Error('the session is not to be recorded');
  return created;
}

async function startClient(options: SessionToRecord, created: SessionCreated): Promise<RdpClient> {
  const { lab, gateway, monitor, credentials, args } = options;
  const connection = { port: gateway.rdpPort, display: monitor };
  const { routingToken, oneTime } = created;
  if (options.client === 'rdesktop') return startRdesktop(lab, { ...connection, user: routingToken, args });
  const { userName = '', password = '' } = oneTime ?? {};
  const login = credentials === 'one-time' ? { user: userName, password } : credentials;
  return startXfreerdp(lab, { ...connection, ...login, args: [`/load-balance-info:${routingToken}`, ...args] });
}
