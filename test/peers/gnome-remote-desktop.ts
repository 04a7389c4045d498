/**
 * gnome-remote-desktop: NLA only, progressive RemoteFX in the graphics pipeline. One terminal runs in it.
 *
 * It listens on all interfaces, so it runs in a network namespace where there are none but loopback; a UNIX socket leads in,
 * and a port of 127.0.0.1 leads to that.
 */
import { writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { basename, join } from 'node:path';
import { writeCertificate } from './certificate.js';
import type { Lab } from './lab.js';
import type { PeerProcess } from './peer-process.js';

export interface GnomeRemoteDesktopOptions {
  readonly user: string;
  readonly password: string;
}

export interface GnomeRemoteDesktop {
  readonly port: number;
  readonly process: PeerProcess;
}

/** Inside the namespace, where the port is nobody else's. */
const PORT = 3396;

const WAY_IN = `import { connect, createServer } from 'node:net';
const [, , path] = process.argv;
createServer((client) => {
  const server = connect({ host: '127.0.0.1', port: ${PORT} });
  for (const socket of [client, server]) socket.on('error', () => {});
  client.pipe(server).pipe(client);
  client.once('close', () => server.destroy());
  server.once('close', () => client.destroy());
}).listen(path);
`;

export async function startGnomeRemoteDesktop(
  lab: Lab,
  { user, password }: GnomeRemoteDesktopOptions,
): Promise<GnomeRemoteDesktop> {
  const home = lab.scratch('gnome-remote-desktop');
  const { certificateFile, keyFile } = await writeCertificate(home);
  const [socketFile, display] = [join(home, 'rdp.sock'), basename(home)];
  writeFileSync(join(home, 'way-in.mjs'), WAY_IN);
  const script = `
ip link set lo up
'${process.execPath}' '${join(home, 'way-in.mjs')}' '${socketFile}' &
pipewire &
until [ -S '${join(home, 'pipewire-0')}' ]; do sleep 0.05; done
wireplumber &
mutter --headless --wayland --no-x11 --virtual-monitor 1024x768 --wayland-display '${display}' &
until [ -S '${join(home, display)}' ]; do sleep 0.05; done
grdctl --headless rdp set-tls-cert '${certificateFile}'
grdctl --headless rdp set-tls-key '${keyFile}'
grdctl --headless rdp set-credentials '${user}' '${password}'
grdctl --headless rdp disable-view-only
grdctl --headless rdp enable
WAYLAND_DISPLAY='${display}' weston-terminal --shell=/bin/sh &
exec /usr/libexec/gnome-remote-desktop-daemon --headless --rdp-port=${PORT}
`;
  const server = await lab.start({
    name: 'gnome-remote-desktop',
    command: 'unshare',
    args: ['--net', '--', 'dbus-run-session', '--', 'sh', '-c', script],
    env: { HOME: home, XDG_RUNTIME_DIR: home, GSETTINGS_BACKEND: 'keyfile', LIBGL_ALWAYS_SOFTWARE: '1' },
  });
  await server.ready('the RDP server', () => server.log().includes('RDP server started'));
  return { port: await wayTo(lab, socketFile), process: server };
}

async function wayTo(lab: Lab, socketFile: string): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const inside = connect(socketFile);
    for (const socket of [client, inside]) {
      sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    }
    client.pipe(inside).pipe(client);
    client.once('close', () => inside.destroy());
    inside.once('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  lab.onClose(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return (server.address() as AddressInfo).port;
}
