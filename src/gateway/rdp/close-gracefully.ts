/** The end of a stream whose peer is still to read what was written to it. */
import type { Duplex } from 'node:stream';

/** What is still on its way to a client that is being disconnected gets this long. */
const FAREWELL_MS = 1_000;

/** Resolves when the stream is closed. */
export function closeGracefully(stream: Duplex): Promise<void> {
  if (stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => stream.destroy(), FAREWELL_MS);
    stream.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    stream.resume();
    stream.end();
  });
}
