/**
 * A gateway, a desktop whose terminal prints numbered lines until it is told to hold, shared by freerdp-shadow, and a
 * person's display for xfreerdp.
 */
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SessionCreated, TargetInfo } from '../../../src/contract/api.js';
import { startDesktop } from '../../peers/desktop.js';
import { startFreerdpShadow, type FreerdpShadow } from '../../peers/freerdp-shadow.js';
import type { Display, Lab } from '../../peers/lab.js';
import { startXfreerdp, type RdpClient } from '../../peers/rdp-client.js';
import { screenshot, waitForSamePicture } from '../../peers/screenshot.js';
import { startXvfb } from '../../peers/xvfb.js';
import type { Raster, Rectangle } from '../../pixels/raster.js';
import type { GatewayProcess } from './gateway-process.js';

/** A line every 100 ms, unless the file `hold` is there. */
const PROGRAM = `i=0
while :; do
  [ -e "$HOME/hold" ] || { i=$((i+1)); echo "$i connection accepted from 10.0.0.$((i%250)) bytes=$((i*977%65536))"; }
  sleep 0.1
done`;

export const PEERS = ['freerdp-shadow-cli', 'xfreerdp', 'Xvfb', 'ffmpeg'] as const;
/** The refinement of a settled picture comes 300 ms after the last change. */
const REFINED_MS = 1500;
/** Where the pointer rests: it is in the recording, and not in a screenshot. */
export const POINTER: Rectangle = { left: 480, top: 350, right: 560, bottom: 430 };

export class Scene {
  readonly #lab: Lab;
  readonly shadow: FreerdpShadow;
  readonly server: Display;
  readonly monitor: Display;
  readonly #desktopHome: string;

  private constructor(lab: Lab, shadow: FreerdpShadow, server: Display, monitor: Display, desktopHome: string) {
    this.#lab = lab;
    this.shadow = shadow;
    this.server = server;
    this.monitor = monitor;
    this.#desktopHome = desktopHome;
  }

  static async open(lab: Lab): Promise<Scene> {
    const [server, monitor] = await Promise.all([startXvfb(lab), startXvfb(lab)]);
    const { home } = await startDesktop(lab, server, { program: PROGRAM });
    return new Scene(lab, await startFreerdpShadow(lab, { display: server }), server, monitor, home);
  }

  /** The picture changes no more. */
  async hold(): Promise<void> {
    await writeFile(path.join(this.#desktopHome, 'hold'), '');
  }

  async goOn(): Promise<void> {
    await rm(path.join(this.#desktopHome, 'hold'), { force: true });
  }

  async target(gateway: GatewayProcess): Promise<TargetInfo> {
    const known = (await gateway.api.targets()).find(({ name }) => name === 'shadow');
    return known ?? gateway.api.addTarget('shadow', this.shadow.port);
  }

  /** Asks for a session with a one-time password; `connect` uses it. */
  async request(gateway: GatewayProcess): Promise<SessionCreated> {
    return gateway.api.requestSession(await this.target(gateway), { clientSecurity: 'nla' });
  }

  /** Starts xfreerdp with a session's ticket, through `port` when it is not the gateway's own. */
  startClient(gateway: GatewayProcess, session: SessionCreated, more: ClientOptions = {}): Promise<RdpClient> {
    const { routingToken, oneTime } = session;
    return startXfreerdp(this.#lab, {
      port: more.port ?? gateway.rdpPort,
      ...(more.host === undefined ? {} : { host: more.host }),
      display: this.monitor,
      user: oneTime?.userName ?? 'any',
      password: oneTime?.password ?? 'any',
      args: [`/load-balance-info:${routingToken}`, '-gfx', '-compression', '/bpp:32', ...(more.args ?? [])],
    });
  }

  async connect(gateway: GatewayProcess, more: ClientOptions = {}): Promise<Connected> {
    const session = await this.request(gateway);
    const client = await this.startClient(gateway, session, more);
    await client.connected();
    return { session, client };
  }

  /** Holds the picture, waits until the client shows it and it is refined; gives it. */
  async settledPicture(): Promise<Raster> {
    await this.hold();
    await waitForSamePicture(this.server, this.monitor, { minimumPsnr: 45 });
    await new Promise((resolve) => setTimeout(resolve, REFINED_MS));
    return screenshot(this.server);
  }
}

export interface ClientOptions {
  readonly host?: string;
  readonly port?: number;
  readonly args?: readonly string[];
}

export interface Connected {
  readonly session: SessionCreated;
  readonly client: RdpClient;
}
