/** TCP to a target. */
import { connect, type Socket } from 'node:net';
import { TargetError } from './target-error.js';

/** A peer whose network went away without a word is noticed, so that its session ends or waits for it. */
export const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelay: 30_000 } as const;

export interface TargetAddress {
  readonly address: string;
  readonly port: number;
}

/** Rejects with `TargetError`. */
export function openSocket({ address, port }: TargetAddress, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, noDelay: true, ...KEEP_ALIVE });
    const fail = (detail: string): void => {
      socket.destroy();
      reject(new TargetError('target-unreachable', `${address}:${port}: ${detail}`));
    };
    const timer = setTimeout(() => fail('no answer in time'), timeoutMs);
    socket.once('error', (error) => {
      clearTimeout(timer);
      fail('code' in error && typeof error.code === 'string' ? error.code : 'connection failed');
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      // Errors end in 'close', which every later step listens for.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}
