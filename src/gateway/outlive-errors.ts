/**
 * A listener that is up reports a connection that it could not accept (no file descriptor left, no memory) as an error of its
 * own, and an error that nobody listens for ends the process with all its sessions. The listener itself goes on, and takes
 * connections again when there is room for them.
 */
import type { Server } from 'node:net';
import type { Logger } from 'pino';

/** Such errors come in swarms. */
const LOG_INTERVAL_MS = 10_000;

/** Errors before the server listens are left to whoever waits for it to do so. @param listener its name in the log */
export function outliveErrors(server: Server, listener: string, log: Pick<Logger, 'error'>): void {
  let [loggedMs, since] = [-Infinity, 0];
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (!server.listening) return;
    since += 1;
    if (performance.now() - loggedMs < LOG_INTERVAL_MS) return;
    log.error({ listener, code: error.code ?? error.name, times: since }, 'connections could not be accepted');
    [loggedMs, since] = [performance.now(), 0];
  });
}
