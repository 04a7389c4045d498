/** One recorded session of an ordinary client with a real server, from its ticket to the last frame of its video. */
import { movePointer, pressKey, typeText } from '../../peers/input.js';
import type { Display, Lab } from '../../peers/lab.js';
import { startXfreerdp } from '../../peers/rdp-client.js';
import {
  type SamePictureOptions,
  screenshot,
  waitForSamePicture,
  waitForSettledPicture,
} from '../../peers/screenshot.js';
import { decodeMp4Frame } from '../../pixels/mp4-frame.js';
import type { Raster, Rectangle } from '../../pixels/raster.js';
import type { GatewayProcess } from './gateway-process.js';
import { downloadVideos } from './replay.js';

/** The pointer is in the recording and not in a display's screenshot. */
const POINTER_AT = { x: 700, y: 600 };
export const POINTER: Rectangle = { left: 690, top: 590, right: 740, bottom: 640 };

export interface SessionToRecord {
  readonly lab: Lab;
  readonly gateway: GatewayProcess;
  readonly target: { readonly name: string; readonly port: number };
  /** What the client tells the target over TLS, or that it proves the session's one-time password with NLA. */
  readonly credentials: { readonly user: string; readonly password: string } | 'one-time';
  readonly monitor: Display;
  /** Waited for before anything is typed. Null for a server that has none: then the client's picture has to settle. */
  readonly serverDisplay: (() => Promise<Display>) | null;
  /** When the client shows what the server does. */
  readonly same: Pick<SamePictureOptions, 'asSent' | 'minimumPsnr'>;
  /** Done before anything is typed, such as a click into the window that is to get it. */
  readonly prepare?: () => Promise<void>;
  readonly args: readonly string[];
  /** Done when something was typed. */
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
  const { lab, gateway, monitor, credentials, args, same } = options;
  const { api, rdpPort } = gateway;
  const known = (await api.targets()).find((target) => target.name === options.target.name);
  const target = known ?? (await api.addTarget(options.target.name, options.target.port));
  const nla = credentials === 'one-time';
  const created = await api.requestSession(target, nla ? { clientSecurity: 'nla' } : {});
  if (!created.recorded) throw new Error('the session is not to be recorded');
  const { userName = '', password = '' } = created.oneTime ?? {};
  const login = nla ? { user: userName, password } : credentials;
  const connection = { port: rdpPort, display: monitor, ...login };
  const client = await startXfreerdp(lab, {
    ...connection,
    args: [`/load-balance-info:${created.routingToken}`, ...args],
  });
  await client.connected();
  const display = (await options.serverDisplay?.()) ?? null;
  if (display === null) await waitForSettledPicture(monitor);
  await options.prepare?.();
  await typeText(lab, monitor, 'the quick brown fox');
  await options.meanwhile?.();
  await pressKey(lab, monitor, 'Return');
  await movePointer(lab, monitor, POINTER_AT.x, POINTER_AT.y);
  await (display === null ? waitForSettledPicture(monitor) : waitForSamePicture(display, monitor, same));
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
