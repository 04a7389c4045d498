/** A stream of storage that nobody reads in the end. */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { exactLength } from '../../src/storage/exact-length.js';

it('goes with the stream that was made of it, also when nothing was read yet', async () => {
  const source = Readable.from([Buffer.from('abc')]);
  exactLength(source, 3, 'video').destroy();
  await vi.waitFor(() => expect(source.destroyed).toBe(true));
});

it('fails its reader, and nobody else, when it fails before it is read', async () => {
  const source = new Readable({ read: () => {} });
  const counted = exactLength(source, 3, 'video');
  source.destroy(new Error('the connection is gone'));
  await sleep(10);
  await expect(counted.toArray()).rejects.toThrow('the connection is gone');
});
