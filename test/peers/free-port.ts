/**
 * A TCP port for a program that has to be told one: nobody takes it between the choice and the program's start. It is none of
 * those that the kernel hands out by itself, and other test processes are kept from it by a claim that ends with this one.
 */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type ListenOptions } from 'node:net';

const RANGE_FILE = '/proc/sys/net/ipv4/ip_local_port_range';
/** Programs that are set up by hand listen below; there is hardly one in here. */
const [FIRST_PORT, LAST_PORT] = [12_000, 65_000];
const MAX_ATTEMPTS = 1_000;

/** A TCP port of 127.0.0.1 that nobody uses. It stays this process's until it ends. */
export async function freePort(propose: () => number = anyPort): Promise<number> {
  const handedOut =
    process.platform === 'linux' ? readFileSync(RANGE_FILE, 'utf8').trim().split(/\s+/).map(Number) : [];
  const [low = 0, high = 0] = handedOut;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const port = propose();
    if (port >= low && port <= high) continue;
    if ((await claim(port)) && (await isFree(port))) return port;
  }
  throw new Error(`no free port outside ${low} to ${high}, which the kernel hands out (${RANGE_FILE})`);
}

const anyPort = (): number => randomInt(FIRST_PORT, LAST_PORT + 1);

/** An abstract UNIX socket: it leaves no file, and is gone with its process, however that ends. */
async function claim(port: number): Promise<boolean> {
  return process.platform !== 'linux' || (await listens({ path: `\0witness-test-port-${port}` }, true));
}

async function isFree(port: number): Promise<boolean> {
  return listens({ port, host: '127.0.0.1' }, false);
}

/** False when the address is taken. */
function listens(where: ListenOptions, keep: boolean): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(where, () => {
      if (!keep) {
        server.close(() => resolve(true));
        return;
      }
      server.unref();
      resolve(true);
    });
  });
}
