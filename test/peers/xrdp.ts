/**
 * xrdp with a session manager and a Linux user of its own. Root only.
 *
 * xrdp finds its session manager by the port in /etc/xrdp/sesman.ini, a path it cannot be told otherwise. Each xrdp of
 * the lab therefore runs in a mount namespace where that file is its own, so that many can run side by side. Where the
 * machine allows no mount namespace (an unprivileged container), the file's port is used, by one xrdp at a time.
 */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeCertificate } from './certificate.js';
import { waitForDesktop, writeDesktopScript, type DesktopOptions } from './desktop.js';
import type { Display, Lab } from './lab.js';
import { createLinuxUser, type LinuxUser } from './linux-user.js';
import { freePort } from './free-port.js';
import { isListening } from './listening-sockets.js';
import type { PeerProcess } from './peer-process.js';
import { listProcesses } from './processes.js';
import { waitFor } from './wait.js';
import { sesmanIni, xrdpIni, type XrdpConfig, type XrdpSecurityLayer } from './xrdp-config.js';

const SYSTEM_SESMAN_INI = '/etc/xrdp/sesman.ini';
const SYSTEM_SESMAN_PORT = 3350;
const SOCKET_FOLDER = '/run/xrdp/sockdir';
/** Anybody may make sockets in it, nobody may remove another's, and they keep the folder's group: as sesman makes it. */
const SOCKET_FOLDER_MODE = 0o3777;

export interface XrdpOptions {
  readonly securityLayer?: XrdpSecurityLayer;
  readonly desktop?: DesktopOptions;
  /** Further or other lines of xrdp.ini's [Globals], such as `{ bulk_compression: 'false' }`. */
  readonly globals?: Readonly<Record<string, string>>;
}

export interface Xrdp {
  readonly port: number;
  readonly certificateFile: string;
  readonly user: LinuxUser;
  readonly processes: readonly PeerProcess[];
  /** The X server of the user's session, once its desktop is there: what the server itself shows. */
  sessionDisplay(): Promise<Display>;
}

export async function startXrdp(lab: Lab, options: XrdpOptions = {}): Promise<Xrdp> {
  const user = await createLinuxUser(lab);
  const folder = lab.scratch('xrdp');
  const certificate = await writeCertificate(folder);
  const isPrivate = await canMount(lab);
  const config: XrdpConfig = {
    port: await freePort(),
    sesmanPort: isPrivate ? await freePort() : await systemSesmanPort(),
    securityLayer: options.securityLayer ?? 'tls',
    certificate,
    globals: options.globals ?? {},
    firstDisplay: 200 + Math.floor(Math.random() * 4000) * 8,
    desktopScript: await writeDesktopScript(folder, user.home, options.desktop ?? {}),
    xrdpLogFile: join(folder, 'xrdp.log'),
    sesmanLogFile: join(folder, 'sesman.log'),
    xorgLogFile: join(user.home, 'xorg.log'),
  };
  await makeSocketFolder();
  const processes = await startServers(lab, folder, config, isPrivate);
  const sessionDisplay = async (): Promise<Display> => {
    const name = await waitFor('the X server of the xrdp session', () => displayOf(user.uid), 40_000);
    const display = { name, xauthority: join(user.home, '.Xauthority') };
    await waitForDesktop(lab, display);
    return display;
  };
  return { port: config.port, certificateFile: certificate.certificateFile, user, processes, sessionDisplay };
}

async function startServers(lab: Lab, folder: string, config: XrdpConfig, isPrivate: boolean): Promise<PeerProcess[]> {
  const [sesmanFile, xrdpFile] = [join(folder, 'sesman.ini'), join(folder, 'xrdp.ini')];
  await writeFile(sesmanFile, sesmanIni(config));
  await writeFile(xrdpFile, xrdpIni(config));
  await chmod(sesmanFile, 0o644);
  const wrap = (command: readonly string[]): readonly string[] =>
    isPrivate
      ? [
          'unshare',
          '--mount',
          'sh',
          '-c',
          `mount --bind "$0" ${SYSTEM_SESMAN_INI} && exec "$@"`,
          sesmanFile,
          ...command,
        ]
      : command;
  const startServer = async (name: string, file: string, port: number, logFile: string): Promise<PeerProcess> => {
    const [command = name, ...args] = wrap([name, '-n', '-c', file]);
    const server = await lab.start({ name, command, args, env: { HOME: folder }, logFile });
    await server.ready(`port ${port}`, () => isListening(port));
    return server;
  };
  return [
    await startServer('xrdp-sesman', sesmanFile, config.sesmanPort, config.sesmanLogFile),
    await startServer('xrdp', xrdpFile, config.port, config.xrdpLogFile),
  ];
}

async function canMount(lab: Lab): Promise<boolean> {
  return lab.run('unshare', ['--mount', 'true']).then(
    () => true,
    () => false,
  );
}

async function systemSesmanPort(): Promise<number> {
  const what = `port ${SYSTEM_SESMAN_PORT} to be free (no mount namespaces on this machine: one xrdp at a time)`;
  await waitFor(what, () => !isListening(SYSTEM_SESMAN_PORT), 50_000);
  return SYSTEM_SESMAN_PORT;
}

async function makeSocketFolder(): Promise<void> {
  await mkdir(SOCKET_FOLDER, { recursive: true });
  await chmod(SOCKET_FOLDER, SOCKET_FOLDER_MODE);
}

/** The display of the X server that runs under this user id. */
function displayOf(uid: number): string | undefined {
  const server = listProcesses().find((entry) => entry.uid === uid && entry.command[0]?.endsWith('/Xorg'));
  return server?.command.find((argument) => /^:\d+$/.test(argument));
}
