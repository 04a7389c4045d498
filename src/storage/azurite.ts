/**
 * Azurite's blob service as a child process: the storage of an installation that has no storage account. It listens on
 * 127.0.0.1, under an account whose key only this installation knows.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BlobServiceClient } from '@azure/storage-blob';

export interface AzuriteOptions {
  /** Data folder; made when missing. */
  readonly folder: string;
  /** File of the account key, made with mode 0600 when missing. Keep it outside `folder`. */
  readonly keyFile: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly startTimeoutMs?: number;
}

export interface Azurite {
  readonly connectionString: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason: to start another one is the caller's business. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /**
   * Resolves when everything that was stored before the call survives a kill: Azurite writes blobs at once, but the index
   * that knows them only every five seconds. @throws Error when that fails, or takes longer than 30 s.
   */
  persist(): Promise<void>;
  /** Ends it so that its index is saved; kills it after 10 s. */
  stop(): Promise<void>;
}

const ACCOUNT = 'witness';
const STOP_TIMEOUT_MS = 10_000;
const PERSIST_TIMEOUT_MS = 30_000;
const MAX_STDERR_CHARS = 2_000;

/**
 * Runs inside the child, before Azurite. The channel to the parent closes when the parent dies, even of SIGKILL; SIGTERM
 * then lets Azurite save its index. The open channel would keep a closed Azurite alive, so the first SIGTERM shuts it.
 * It listens on the port that the kernel gives it when it may choose, and says which: a port that was looked for here could be
 * somebody else's by then. Every Loki database in there is an index of Azurite, which saves each of them once when it opens it: that is how they
 * are known when the parent asks for all of them to be saved.
 */
const GUARD = `data:text/javascript,${encodeURIComponent(`
  import { createRequire } from 'node:module';
  import { Server } from 'node:net';
  const { listen } = Server.prototype;
  Server.prototype.listen = function (...args) {
    this.once('listening', () => process.connected && process.send({ listening: this.address().port }));
    return listen.apply(this, args);
  };
  const Loki = createRequire(process.argv[1])('lokijs');
  const { saveDatabase } = Loki.prototype;
  const indexes = new Set();
  Loki.prototype.saveDatabase = function (callback) {
    indexes.add(this);
    saveDatabase.call(this, callback);
  };
  const save = (index) => new Promise((resolve, reject) => {
    index.saveDatabase((error) => error ? reject(error) : resolve());
  });
  process.on('message', ({ persist }) => {
    if (persist === undefined) return;
    Promise.all([...indexes].map(save)).then(
      () => process.send({ persisted: persist, error: null }),
      (error) => process.send({ persisted: persist, error: error.message }),
    );
  });
  let ending = false;
  process.on('SIGTERM', () => {
    if (ending) return;
    ending = true;
    if (process.connected) process.disconnect();
    setTimeout(() => process.exit(1), 8000).unref();
  });
  process.on('disconnect', () => ending || process.kill(process.pid, 'SIGTERM'));
`)}`;

/** Starts Azurite and resolves when it answers with our key. @throws Error with its last words when it does not. */
export async function startAzurite(options: AzuriteOptions): Promise<Azurite> {
  await mkdir(options.folder, { recursive: true });
  const key = await accountKey(options.keyFile);
  const child = launch(options.folder, key, options.port ?? 0);
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const killWithParent = (): void => void child.kill('SIGTERM');
  process.once('exit', killWithParent);
  void exited.then(() => process.off('exit', killWithParent));
  const stop = (): Promise<void> => stopChild(child, exited);
  try {
    const port = await untilReady(child, key, options.startTimeoutMs ?? 20_000);
    const connectionString = azuriteConnection(port, key);
    // A process that answered has a pid.
    return { connectionString, port, pid: child.pid as number, exited, persist: () => persist(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Connection string of an Azurite that listens on `port` with our account and `key`. */
export function azuriteConnection(port: number, key: string): string {
  return (
    `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${key};` +
    `BlobEndpoint=http://127.0.0.1:${port}/${ACCOUNT};`
  );
}

function launch(folder: string, key: string, port: number): ChildProcess {
  const flags = ['--skipApiVersionCheck', '--disableTelemetry', '--silent'];
  const { PATH, HOME, TMPDIR, TZ } = process.env;
  const child = fork(
    azuriteBlobEntry(),
    ['--location', folder, '--blobHost', '127.0.0.1', '--blobPort', String(port), ...flags],
    {
      execArgv: ['--import', GUARD],
      env: { PATH, HOME, TMPDIR, TZ, AZURITE_ACCOUNTS: `${ACCOUNT}:${key}` },
      // A group of its own: Ctrl+C in a terminal is for the gateway, which ends its storage last.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
  // Neither the channel nor the process keeps the gateway alive.
  child.channel?.unref();
  child.unref();
  if (child.stderr instanceof Socket) child.stderr.unref();
  return child;
}

function azuriteBlobEntry(): string {
  const require = createRequire(import.meta.url);
  const manifest = require.resolve('azurite/package.json');
  const { bin } = require(manifest) as { bin: { readonly [name: string]: string } };
  const entry = bin['azurite-blob'];
  if (entry === undefined) throw new Error('the installed azurite has no blob service');
  return join(dirname(manifest), entry);
}

async function accountKey(keyFile: string): Promise<string> {
  await mkdir(dirname(keyFile), { recursive: true });
  try {
    await writeFile(keyFile, randomBytes(64).toString('base64'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const key = (await readFile(keyFile, 'utf8')).trim();
  if (!/^[A-Za-z0-9+/]{86}==$/.test(key)) throw new Error(`${keyFile} does not hold an account key`);
  return key;
}

/** Asks with our key until it answers, which a stranger on its port could not; gives the port that it listens on. */
async function untilReady(child: ChildProcess, key: string, timeoutMs: number): Promise<number> {
  let [lastWords, port] = ['', 0];
  child.stderr?.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString('utf8')).slice(-MAX_STDERR_CHARS);
  });
  child.once('message', (message: unknown) => {
    port = (message as { listening: number }).listening;
  });
  const deadline = performance.now() + timeoutMs;
  while (child.exitCode === null && child.signalCode === null && performance.now() < deadline) {
    if (port !== 0 && (await answers(azuriteConnection(port, key)))) return port;
    await sleep(50);
  }
  const how = child.exitCode === null ? `did not answer within ${timeoutMs} ms` : `ended with code ${child.exitCode}`;
  throw new Error(`the embedded blob storage ${how}: ${lastWords.trim() || 'it said nothing'}`);
}

async function answers(connectionString: string): Promise<boolean> {
  const service = BlobServiceClient.fromConnectionString(connectionString, {
    retryOptions: { maxTries: 1, tryTimeoutInMs: 2_000 },
  });
  return service.getProperties().then(
    () => true,
    () => false,
  );
}

let persistRequests = 0;

function persist(child: ChildProcess): Promise<void> {
  persistRequests += 1;
  const request = persistRequests;
  return new Promise((resolve, reject) => {
    const settle = (error: string | null): void => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
      if (error === null) resolve();
      else reject(new Error(`the embedded blob storage did not save its index: ${error}`));
    };
    const onMessage = (message: unknown): void => {
      const { persisted, error } = message as { persisted: number; error: string | null };
      if (persisted === request) settle(error);
    };
    const onExit = (): void => settle('it ended');
    const timer = setTimeout(() => settle('no answer in time'), PERSIST_TIMEOUT_MS);
    child.on('message', onMessage).on('exit', onExit);
    if (!child.connected) onExit();
    else child.send({ persist: request }, (error) => error !== null && onExit());
  });
}

async function stopChild(child: ChildProcess, exited: Azurite['exited']): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(kill);
}
