/** Notices a browser that is gone without a word, and one that nobody uses. */
import type { WebSocket } from 'ws';
import { isFastPath } from '../rdp/wire/tpkt.js';

export interface KeepAliveOptions {
  readonly pingMs: number;
  /** How long nobody may type or point; 0: for ever. */
  readonly idleMs: number;
  readonly onIdle: () => void;
}

/** Pings until the socket closes; one that did not answer the last ping when the next is due is terminated. */
export function keepAlive(socket: WebSocket, { pingMs, idleMs, onIdle }: KeepAliveOptions): void {
  let answered = true;
  let lastInputMs = performance.now();
  const timer = setInterval(() => {
    // Of a socket that is paused, because the target is slow, no answer is read.
    if (!answered && !socket.isPaused) socket.terminate();
    else if (idleMs > 0 && performance.now() - lastInputMs >= idleMs) onIdle();
    answered = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, pingMs);
  socket.on('pong', () => {
    answered = true;
  });
  socket.on('message', (data: Buffer) => {
    answered = true;
    // Acknowledgements and channels are TPKT; fast-path is what a person types and points at.
    if (isFastPath(data)) lastInputMs = performance.now();
  });
  socket.on('close', () => clearInterval(timer));
}
