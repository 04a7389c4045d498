/** Starting xfreerdp and rdesktop on a display of the lab. */
import { findWindow, focusWindow } from './input.js';
import { displayEnv, type Display, type Lab } from './lab.js';
import type { PeerExit, PeerProcess } from './peer-process.js';

export interface RdpClientOptions {
  readonly display: Display;
  /** On 127.0.0.1, unless `host` says otherwise. */
  readonly port: number;
  readonly host?: string;
  readonly user?: string;
  readonly password?: string;
  /** Should be the display's size: then the client's window is the whole screenshot. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Further options as the program takes them: `['/gfx:AVC420']`, `['-a', '16']`. */
  readonly args?: readonly string[];
}

export interface RdpClient {
  readonly process: PeerProcess;
  /** Resolves when the client has connected: its window is there, and is given the keyboard. */
  connected(): Promise<void>;
  /** Resolves when the program ends, by itself or by `process.stop()`. */
  readonly exited: Promise<PeerExit>;
  log(): string;
}

/** The certificate is accepted unseen; the login is the one given, or none. */
export async function startXfreerdp(lab: Lab, options: RdpClientOptions): Promise<RdpClient> {
  const { width, height } = options.size ?? { width: 1024, height: 768 };
  const args = [`/v:${options.host ?? '127.0.0.1'}:${options.port}`, `/size:${width}x${height}`, '/cert:ignore'];
  if (options.user !== undefined) args.push(`/u:${options.user}`);
  if (options.password !== undefined) args.push(`/p:${options.password}`);
  return startClient(lab, options, 'xfreerdp', [...args, ...(options.args ?? [])]);
}

/** RDP 5 with drawing orders. rdesktop asks on its standard input whether to trust the certificate: it is told yes. */
export async function startRdesktop(lab: Lab, options: RdpClientOptions): Promise<RdpClient> {
  const { width, height } = options.size ?? { width: 1024, height: 768 };
  const args = ['-g', `${width}x${height}`];
  if (options.user !== undefined) args.push('-u', options.user);
  if (options.password !== undefined) args.push('-p', options.password);
  const target = `${options.host ?? '127.0.0.1'}:${options.port}`;
  return startClient(lab, options, 'rdesktop', [...args, ...(options.args ?? []), target], 'yes\n'.repeat(4));
}

async function startClient(
  lab: Lab,
  { display }: RdpClientOptions,
  command: 'xfreerdp' | 'rdesktop',
  args: readonly string[],
  input?: string,
): Promise<RdpClient> {
  const process = await lab.start({
    name: command,
    command,
    args,
    env: { HOME: lab.scratch(command), ...displayEnv(display) },
    ...(input === undefined ? {} : { input }),
  });
  const connected = async (): Promise<void> => {
    const id = await process.ready('a window', () => findWindow(lab, display, command));
    await focusWindow(lab, display, id);
  };
  return { process, connected, exited: process.exited, log: () => process.log() };
}
