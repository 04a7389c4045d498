/** A real Azurite for a test file: the blob service alone, in memory, with an account key of its own. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../peers/free-port.js';

export interface Azurite {
  readonly port: number;
  /** Connection string; `port` reaches the same account through a proxy. */
  connection(port?: number): string;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../node_modules/azurite/dist/src/blob/main.js', import.meta.url));
const ACCOUNT = 'recordings';

/** Starts Azurite and waits until it listens. */
export async function startAzurite(): Promise<Azurite> {
  const port = await freePort();
  const key = randomBytes(32).toString('base64');
  const options = [
    '--blobHost',
    '127.0.0.1',
    '--blobPort',
    String(port),
    '--skipApiVersionCheck',
    '--disableTelemetry',
  ];
  const child = spawn(process.execPath, [MAIN, ...options, '--inMemoryPersistence', '--silent'], {
    env: { ...process.env, AZURITE_ACCOUNTS: `${ACCOUNT}:${key}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('Azurite did not start')));
    child.stdout.on('data', (text: Buffer) => {
      if (text.includes('successfully listens')) resolve();
    });
  });
  return {
    port,
    connection: (at = port) =>
      `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${key};BlobEndpoint=http://127.0.0.1:${at}/${ACCOUNT};`,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
