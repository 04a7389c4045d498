/** A stream that gives exactly the promised number of bytes, or fails. */
import { Readable } from 'node:stream';
import { StorageError } from './storage-error.js';

/**
 * Passes `source` on. Fails with `short` when it ends early and with `unavailable` when it gives more than promised:
 * an HTTP answer with a Content-Length must neither hang nor overrun. Destroying the result destroys `source`.
 */
export function exactLength(source: Readable, sizeBytes: number, path: string): Readable {
  const counted = Readable.from(count(source, sizeBytes, path), { objectMode: false });
  // Before the first read nobody listens to the source: its failure is the reader's to hear, and must not end the process.
  source.on('error', () => {});
  return counted.once('close', () => source.destroy());
}

async function* count(source: Readable, sizeBytes: number, path: string): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    seen += chunk.length;
    if (seen > sizeBytes) throw new StorageError('unavailable', `storage sent more of ${path} than was asked for`);
    yield chunk;
  }
  if (seen < sizeBytes) throw new StorageError('short', `${path} ended ${sizeBytes - seen} bytes early`);
}
