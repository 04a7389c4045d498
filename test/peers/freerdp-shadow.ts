/** freerdp-shadow: a server that shares a display of the lab, with the newest codecs of FreeRDP 2. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { displayEnv, type Display, type Lab } from './lab.js';
import { freePort } from './free-port.js';
import { isListening } from './listening-sockets.js';
import type { PeerProcess } from './peer-process.js';

export interface FreerdpShadowOptions {
  readonly display: Display;
  /** With it the server demands NLA and these credentials; without it TLS, and it lets everybody in. */
  readonly nla?: { readonly user: string; readonly password: string };
}

export interface FreerdpShadow {
  readonly port: number;
  readonly certificateFile: string;
  readonly process: PeerProcess;
}

export async function startFreerdpShadow(lab: Lab, { display, nla }: FreerdpShadowOptions): Promise<FreerdpShadow> {
  const home = lab.scratch('shadow');
  const port = await freePort();
  const security =
    nla === undefined ? ['-auth', '-sec-nla'] : ['/sec:nla', `/sam-file:${await samFile(lab, home, nla)}`];
  const process = await lab.start({
    name: 'freerdp-shadow',
    command: 'freerdp-shadow-cli',
    args: [`/port:${port}`, '/bind-address:127.0.0.1', ...security],
    env: { HOME: home, ...displayEnv(display) },
  });
  await process.ready(`port ${port}`, () => isListening(port));
  return { port, certificateFile: join(home, '.config/freerdp/shadow/shadow.crt'), process };
}

async function samFile(lab: Lab, home: string, nla: { user: string; password: string }): Promise<string> {
  const file = join(home, 'sam');
  const entry = await lab.run('winpr-hash', ['-u', nla.user, '-p', nla.password, '-f', 'sam']);
  await writeFile(file, entry, { mode: 0o600 });
  return file;
}
