/** The product as a person starts it: `witness start` in a process of its own, on a data folder of its own. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lab } from '../../peers/lab.js';
import type { PeerProcess } from '../../peers/peer-process.js';
import { ApiClient } from './api-client.js';
import { KEEP_TRACES } from './kept-trace.js';
import { rememberSecret, requireNoSecretIn, secretsInData } from './secrets.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface GatewayProcess {
  readonly process: PeerProcess;
  readonly dataDir: string;
  readonly rdpPort: number;
  readonly httpPort: number;
  /** The printed link of the first administrator; null when somebody has used one. */
  readonly signInLink: string | null;
  /** Signed in as the administrator. */
  readonly api: ApiClient;
}

export interface GatewayProcessOptions {
  /** An earlier gateway's data folder; a fresh one when left out. */
  readonly dataDir?: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether the printed link is used; true when left out. */
  readonly signIn?: boolean;
  /** For a data folder whose administrator has signed in before. */
  readonly api?: ApiClient;
}

/** The compiled program; the tests run on sources, so it has to be built before. */
export const WITNESS = path.join(ROOT, 'bin', 'witness.js');

export async function startGatewayProcess(lab: Lab, options: GatewayProcessOptions = {}): Promise<GatewayProcess> {
  const dataDir = options.dataDir ?? lab.scratch('gateway');
  // Asked for before the program is started, so that it is done when that has ended; one that never was ready left nothing.
  let search = async (): Promise<void> => {};
  lab.onClose(() => search());
  const process = await lab.start({
    name: 'witness',
    command: globalThis.process.execPath,
    args: [WITNESS, 'start'],
    cwd: dataDir,
    env: {
      HOME: dataDir,
      WITNESS_DATA: dataDir,
      WITNESS_RDP_PORT: '0',
      WITNESS_HTTP_PORT: '0',
      WITNESS_PUBLIC_HOST: '127.0.0.1',
      WITNESS_RECONNECT_WINDOW_MS: '2000',
      WITNESS_DEMO_TARGET: 'off',
      WITNESS_TLS_ONLY_TICKETS: 'on',
      ...KEEP_TRACES,
      ...options.settings,
    },
  });
  const log = await process.ready('the ready line', () =>
    process.log().includes('Stop   with') ? process.log() : undefined,
  );
  const httpPort = Number(/https:\/\/127\.0\.0\.1:(\d+)/.exec(log)?.[1]);
  const rdpPort = Number(/\/v:127\.0\.0\.1:(\d+)/.exec(log)?.[1]);
  const [signInLink = null, token] = /https:\S+\/sign-in#token=([A-Za-z0-9_-]+)/.exec(log) ?? [];
  search = () => requireNoSecretLeft(dataDir, process, signInLink);
  if (token !== undefined) rememberSecret('the first sign-in link', token);
  const api = new ApiClient(httpPort, options.api?.cookie ?? null);
  if (token !== undefined && options.signIn !== false) await api.signIn(token);
  return { process, dataDir, rdpPort, httpPort, signInLink, api };
}

/** [invariant 6] The first sign-in link is printed once, for whoever started the gateway: that is where it belongs. */
async function requireNoSecretLeft(dataDir: string, program: PeerProcess, signInLink: string | null): Promise<void> {
  const output = signInLink === null ? program.log() : program.log().replace(signInLink, '');
  requireNoSecretIn('the output of the gateway', Buffer.from(output));
  const found = await secretsInData(dataDir);
  if (found.length > 0) throw new Error(`the gateway left secrets behind: ${found.join('; ')}`);
}
