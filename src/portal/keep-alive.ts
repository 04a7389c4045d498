/** Notices a browser that is gone without a word. How long a session may be idle is the session's own limit. */
import type { WebSocket } from 'ws';

/** Pings until the socket closes; one that did not answer the last ping when the next is due is terminated. */
export function keepAlive(socket: WebSocket, pingMs: number): void {
  let answered = true;
  const timer = setInterval(() => {
    // Of a socket that is paused, because the target is slow, no answer is read.
    if (!answered && !socket.isPaused) socket.terminate();
    answered = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, pingMs);
  const alive = (): void => {
    answered = true;
  };
  socket.on('pong', alive).on('message', alive);
  socket.on('close', () => clearInterval(timer));
}
