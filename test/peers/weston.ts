/** weston with its RDP backend: RemoteFX, NSCodec and raw surface bits. One terminal runs in it. */
import { chmodSync } from 'node:fs';
import { basename } from 'node:path';
import { writeCertificate } from './certificate.js';
import type { Lab } from './lab.js';
import { freePort } from './free-port.js';
import { isListening } from './listening-sockets.js';
import type { PeerProcess } from './peer-process.js';

export interface WestonOptions {
  readonly width?: number;
  readonly height?: number;
  /** Whether a weston-terminal is opened (click it before typing). */
  readonly terminal?: boolean;
}

export interface Weston {
  readonly port: number;
  readonly certificateFile: string;
  readonly process: PeerProcess;
}

export async function startWeston(
  lab: Lab,
  { width = 1024, height = 768, terminal = true }: WestonOptions = {},
): Promise<Weston> {
  const home = lab.scratch('weston');
  chmodSync(home, 0o700); // weston refuses a runtime folder that others can enter
  const [port, certificate, socket] = [await freePort(), await writeCertificate(home), basename(home)];
  const env = { HOME: home, XDG_RUNTIME_DIR: home };
  const process = await lab.start({
    name: 'weston',
    command: 'weston',
    args: [
      '--backend=rdp-backend.so',
      `--socket=${socket}`,
      '--no-config',
      '--idle-time=0',
      '--address=127.0.0.1',
    ].concat(
      [`--width=${width}`, `--height=${height}`, `--port=${port}`],
      [`--rdp-tls-cert=${certificate.certificateFile}`, `--rdp-tls-key=${certificate.keyFile}`],
    ),
    env,
  });
  await process.ready(`port ${port}`, () => isListening(port));
  if (terminal) {
    await lab.start({
      name: 'weston-terminal',
      command: 'weston-terminal',
      args: ['--shell=/bin/sh'],
      env: { ...env, WAYLAND_DISPLAY: socket },
    });
  }
  return { port, certificateFile: certificate.certificateFile, process };
}
