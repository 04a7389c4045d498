import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_BLOCK_BYTES } from '../../../recorder/storage/append-blob.js';
import { BlobStorage } from '../../../recorder/storage/blob-storage.js';
import { EventTrack } from '../../../recorder/storage/event-track.js';
import { StorageError } from '../../../recorder/storage/storage-error.js';
import { startAzurite, type Azurite } from '../azurite.js';
import { startFaultyProxy, type FaultyProxy } from './faulty-proxy.js';

const RETRIES = { attempts: 4, firstDelayMs: 5, longestDelayMs: 20 };
let azurite: Azurite;
let proxy: FaultyProxy;
let storage: BlobStorage;

beforeAll(async () => {
  azurite = await startAzurite();
  proxy = await startFaultyProxy(azurite.port);
  storage = await BlobStorage.open({ connection: azurite.connection(proxy.port), container: 'test' }, RETRIES);
});
afterAll(async () => {
  await proxy.stop();
  await azurite.stop();
});

const isAppend = (request: IncomingMessage) => request.url?.includes('comp=appendblock') ?? false;
const isPut = (request: IncomingMessage) => request.method === 'PUT';

async function content(name: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of storage.read(name)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function failure(promise: Promise<unknown>): Promise<StorageError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof StorageError) return error;
  throw new Error('a StorageError was due', { cause: error });
}

describe('append blobs', () => {
  it('take appends of any length, in blocks of 4 MiB at most', async () => {
    const blob = storage.appendBlob('a/large');
    await blob.create('video/mp4');
    const bytes = randomBytes(MAX_BLOCK_BYTES * 2 + 5);
    expect(await blob.append(0, bytes)).toBe(3);
    expect(await blob.append(bytes.length, Buffer.from('end'))).toBe(1);
    expect(await blob.state()).toEqual({ lengthBytes: bytes.length + 3, blocks: 4 });
    expect((await content('a/large')).equals(Buffer.concat([bytes, Buffer.from('end')]))).toBe(true);
  });

  it('[invariant] an append whose answer was lost is stored once', async () => {
    const blob = storage.appendBlob('a/lost');
    await blob.create('video/mp4');
    proxy.plan(isAppend, 'lost-answer');
    await blob.append(0, Buffer.from('first'));
    proxy.plan(isAppend, 'lost-answer', 'busy', 'reset');
    await blob.append(5, Buffer.from('second'));
    expect(proxy.pending).toBe(0);
    expect((await content('a/lost')).toString()).toBe('firstsecond');
  });

  it('[invariant] what another writer appended is not taken for an own append, even of the same length', async () => {
    const blob = storage.appendBlob('a/two-writers');
    await blob.create('video/mp4');
    await storage.appendBlob('a/two-writers').append(0, Buffer.from('other'));
    const error = await failure(blob.append(0, Buffer.from('mine!')));
    expect([error.code, error.retryable]).toEqual(['conflict', false]);
    expect((await failure(blob.append(2, Buffer.from('x')))).code).toBe('conflict');
    expect((await content('a/two-writers')).toString()).toBe('other');
  });

  it('go on after refusals, resets and a busy service, and give up after the last attempt', async () => {
    const blob = storage.appendBlob('a/retry');
    await blob.create('video/mp4');
    proxy.plan(isAppend, 'busy', 'reset', 'busy');
    await blob.append(0, Buffer.from('kept'));
    proxy.plan(isAppend, 'busy', 'busy', 'busy', 'busy', 'busy');
    const error = await failure(blob.append(4, Buffer.from('lost')));
    expect([error.code, error.retryable, proxy.pending]).toEqual(['unavailable', true, 1]);
    proxy.plan(() => false);
    expect((await content('a/retry')).toString()).toBe('kept');
  });

  it('creating one that exists leaves it as it is', async () => {
    const blob = storage.appendBlob('a/exists');
    expect(await blob.create('video/mp4')).toEqual({ lengthBytes: 0, blocks: 0 });
    await blob.append(0, Buffer.from('abc'));
    expect(await blob.create('video/mp4')).toEqual({ lengthBytes: 3, blocks: 1 });
    proxy.plan(isPut, 'lost-answer');
    expect(await storage.appendBlob('a/created').create('video/mp4')).toEqual({ lengthBytes: 0, blocks: 0 });
  });

  it('that do not exist, or storage that is not there, are told apart', async () => {
    const missing = await failure(storage.appendBlob('a/missing').state());
    expect([missing.code, missing.retryable]).toEqual(['not-found', false]);
    const nowhere = BlobStorage.open({ connection: azurite.connection(1), container: 'test' }, RETRIES);
    expect((await failure(nowhere)).code).toBe('unavailable');
    const wrongKey = azurite
      .connection()
      .replace(/AccountKey=[^;]+/, `AccountKey=${Buffer.alloc(32).toString('base64')}`);
    const error = await failure(BlobStorage.open({ connection: wrongKey, container: 'test' }, RETRIES));
    expect([error.code, error.retryable]).toEqual(['forbidden', false]);
    expect((await failure(BlobStorage.open({ connection: 'nonsense', container: 'test' }))).code).toBe('misconfigured');
  });

  it('[invariant] errors carry no address, key or content', async () => {
    const error = await failure(storage.appendBlob('folder/secret-name/video.mp4').append(0, Buffer.from('payload')));
    expect(error.message).toBe('storage: cannot append to video.mp4: BlobNotFound (404)');
  });
});

describe('blobs that are written once', () => {
  it('cannot be written again, except with the same content', async () => {
    proxy.plan(isPut, 'lost-answer');
    await storage.writeOnce('w/manifest.json', Buffer.from('{}'), 'application/json');
    await storage.writeOnce('w/manifest.json', Buffer.from('{}'), 'application/json');
    const error = await failure(storage.writeOnce('w/manifest.json', Buffer.from('{"a":1}'), 'application/json'));
    expect(error.code).toBe('conflict');
    expect(Buffer.from((await storage.readSmall('w/manifest.json')) ?? []).toString()).toBe('{}');
    expect(await storage.readSmall('w/other.json')).toBeNull();
    expect(await storage.list('w/')).toEqual([{ name: 'w/manifest.json', sizeBytes: 2 }]);
  });
});

describe('event track', () => {
  const event = (index: number) => ({ mediaMs: index, kind: 'resize', data: { width: index, note: 'ü' } });

  async function fill(track: EventTrack, from: number, to: number): Promise<void> {
    for (let index = from; index < to; index++) await track.add(event(index));
  }

  it('stores one line for each event', async () => {
    const track = await EventTrack.open(storage, 'e/plain');
    await fill(track, 0, 5000);
    const summary = await track.finish();
    const stored = await content('e/plain');
    expect(summary).toEqual({
      count: 5000,
      sizeBytes: stored.length,
      sha256: createHash('sha256').update(stored).digest('hex'),
    });
    const lines = stored.toString().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(lines.map((_, index) => event(index)));
  });

  it('[invariant] a track that is taken up again holds every event once', async () => {
    const first = await EventTrack.open(storage, 'e/again');
    await fill(first, 0, 7);
    await first.flush();
    await fill(first, 7, 9);
    const second = await EventTrack.open(storage, 'e/again');
    await fill(second, 0, 12);
    const summary = await second.finish();
    expect((await content('e/again')).toString().trimEnd().split('\n')).toHaveLength(12);
    expect(summary.count).toBe(12);
    const third = await EventTrack.open(storage, 'e/again');
    await fill(third, 0, 12);
    expect(await third.finish()).toEqual(summary);
  });

  it('refuses to continue events of another trace, or more than the trace has', async () => {
    const first = await EventTrack.open(storage, 'e/other');
    await fill(first, 0, 3);
    await first.finish();
    const other = await EventTrack.open(storage, 'e/other');
    await other.add(event(0));
    await expect(fill(other, 5, 8)).rejects.toThrow(StorageError);
    const shorter = await EventTrack.open(storage, 'e/other');
    await shorter.add(event(0));
    await expect(shorter.finish()).rejects.toThrow(StorageError);
  });
});
