/**
 * Which of the programs that tests need are on this machine. The table of programs and their Debian packages is
 * packages.txt, which install-packages.sh reads too.
 */
import { accessSync, constants, existsSync, readFileSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const PACKAGES_FILE = new URL('./packages.txt', import.meta.url);
const INSTALL_COMMAND = 'npm run test:setup';

export type Peer =
  | 'Xvfb'
  | 'chromium'
  | 'ffmpeg'
  | 'freerdp-shadow-cli'
  | 'gnome-remote-desktop'
  | 'krb5-kdc'
  | 'openbox'
  | 'postgresql'
  | 'rdesktop'
  | 'tshark'
  | 'weston'
  | 'xclip'
  | 'xfreerdp'
  | 'xrdp';

/** What a peer consists of, as first columns of packages.txt. */
const PARTS: Record<Peer, readonly string[]> = {
  Xvfb: ['Xvfb', 'xdotool', 'xwd'],
  chromium: ['chromium'],
  ffmpeg: ['ffmpeg', 'ffprobe'],
  'freerdp-shadow-cli': ['freerdp-shadow-cli', 'winpr-hash'],
  'gnome-remote-desktop': [
    '/usr/libexec/gnome-remote-desktop-daemon',
    'grdctl',
    'mutter',
    'pipewire',
    'wireplumber',
    'dbus-run-session',
    'weston-terminal',
  ],
  'krb5-kdc': ['krb5kdc', 'kdb5_util', 'kadmin.local', 'kinit', 'klist', '/usr/lib/*/krb5/plugins/tls/k5tls.so'],
  openbox: ['openbox', 'xterm', '/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf'],
  postgresql: ['/usr/lib/postgresql/*/bin/postgres'],
  rdesktop: ['rdesktop'],
  tshark: ['tshark', 'editcap'],
  weston: ['weston'],
  xclip: ['xclip'],
  xfreerdp: ['xfreerdp'],
  xrdp: [
    'xrdp',
    'xrdp-sesman',
    'xauth',
    'openbox',
    'xterm',
    '/usr/lib/xorg/modules/drivers/xrdpdev_drv.so',
    '/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf',
  ],
};

/** Peers that only root can run (xrdp: the harness creates Linux users for it; gnome-remote-desktop: in a network namespace; tshark: it captures on loopback). */
const ROOT_ONLY: ReadonlySet<Peer> = new Set<Peer>(['gnome-remote-desktop', 'tshark', 'xrdp']);

/** Every first column of packages.txt that some peer needs. */
export const REQUIRED_PROGRAMS: ReadonlySet<string> = new Set(Object.values(PARTS).flat());

/** Rows of a packages.txt: program (or path) to package. */
export function parsePackageTable(text: string): Map<string, string> {
  const table = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [program, name, ...rest] = line.trim().split(/\s+/);
    if (program === undefined || program === '' || program.startsWith('#')) continue;
    if (name === undefined || rest.length > 0) throw new Error(`packages.txt: two columns expected: ${line}`);
    table.set(program, name);
  }
  return table;
}

/** The file that a first column of packages.txt stands for, or undefined where there is none. */
export function findProgram(program: string, path = process.env['PATH'] ?? ''): string | undefined {
  if (!program.startsWith('/')) {
    return [...path.split(delimiter), '/usr/sbin', '/sbin'].map((folder) => join(folder, program)).find(isExecutable);
  }
  const [before, after] = program.split('*');
  if (before === undefined || after === undefined) return existsSync(program) ? program : undefined;
  if (!existsSync(before)) return undefined;
  return readdirSync(before)
    .map((name) => before + name + after)
    .find((file) => existsSync(file));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What is missing for these peers, as sentences; empty when tests with them can run. */
export function missingFor(
  peers: readonly Peer[],
  find: (program: string) => string | undefined = findProgram,
): string[] {
  const table = parsePackageTable(readFileSync(PACKAGES_FILE, 'utf8'));
  const packages = new Set<string>();
  for (const program of peers.flatMap((peer) => PARTS[peer])) {
    const name = table.get(program);
    if (name === undefined) throw new Error(`${program} has no row in packages.txt`);
    if (find(program) === undefined) packages.add(name);
  }
  const sentences = packages.size === 0 ? [] : [`packages ${[...packages].sort().join(' ')} (run: ${INSTALL_COMMAND})`];
  const rootOnly = peers.filter((peer) => ROOT_ONLY.has(peer));
  if (rootOnly.length > 0 && process.getuid?.() !== 0) sentences.push(`root, for ${rootOnly.join(' ')}`);
  return sentences;
}

/**
 * Whether tests with these peers can run: `describe.runIf(requirePeers('xrdp', 'xfreerdp'))(...)`. Where they cannot,
 * says on standard error what is missing and what installs it. With CI=true a missing peer throws, which fails the file:
 * a suite that skips its proofs must not look green.
 */
export function requirePeers(...peers: readonly Peer[]): boolean {
  const missing = missingFor(peers);
  if (missing.length === 0) return true;
  const message = `tests with ${peers.join(', ')} need ${missing.join(' and ')}`;
  if (process.env['CI'] === 'true') throw new Error(message);
  process.stderr.write(`skipped: ${message}\n`);
  return false;
}
