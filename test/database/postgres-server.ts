/** A PostgreSQL server of its own in a scratch folder, for tests. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../peers/free-port.js';

const run = promisify(execFile);

export interface PostgresServer {
  /** Creates an empty database and gives its URL. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** Folder of initdb and postgres, or null when PostgreSQL is not installed. */
export async function findPostgres(): Promise<string | null> {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return null;
  const folders = (await readdir(root)).toSorted().map((version) => join(root, version, 'bin'));
  return folders.findLast((folder) => existsSync(join(folder, 'initdb'))) ?? null;
}

export async function startPostgres(binFolder: string): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'witness-postgres-'));
  const account = await serverAccount();
  if (account !== null) await chown(folder, account.uid, account.gid);
  const data = join(folder, 'data');
  const options = account === null ? {} : { uid: account.uid, gid: account.gid };
  const initdb = ['-D', data, '-U', 'witness', '--auth=trust', '--encoding=UTF8', '--no-sync', '--locale=C.UTF-8'];
  await run(join(binFolder, 'initdb'), initdb, { ...options, cwd: folder });
  const port = await freePort();
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'fsync=off'];
  const server = spawn(join(binFolder, 'postgres'), ['-D', data, ...settings.flatMap((one) => ['-c', one])], {
    ...options,
    cwd: folder,
    stdio: 'ignore',
  });
  await ready(port, server);
  let databases = 0;
  return {
    createDatabase: async () => {
      const name = `witness_${++databases}`;
      await withClient(port, (client) => client.query(`create database ${name}`));
      return urlOf(port, name);
    },
    stop: async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function urlOf(port: number, name: string): string {
  return `postgres://witness@127.0.0.1:${port}/${name}`;
}

/** PostgreSQL refuses to run as root: the account `postgres` is used then. */
async function serverAccount(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const ids = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'postgres'])));
  const [uid, gid] = ids.map(({ stdout }) => Number(stdout));
  if (uid === undefined || gid === undefined) throw new Error('there is no account "postgres"');
  return { uid, gid };
}

async function ready(port: number, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (server.exitCode !== null) throw new Error('PostgreSQL ended while it started');
    try {
      await withClient(port, (client) => client.query('select 1'));
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error('PostgreSQL did not start');
}

async function withClient(port: number, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(port, 'postgres') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
