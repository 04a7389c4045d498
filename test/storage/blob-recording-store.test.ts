import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAzurite, type Azurite } from '../../src/storage/azurite.js';
import { BlobRecordingStore } from '../../src/storage/blob-recording-store.js';
import { ensureContainer, openContainer } from '../../src/storage/container.js';

let folder: string;
let azurite: Azurite;
let container: ContainerClient;
let store: BlobRecordingStore;
const FOLDER = 'recordings/2026/01/02/one';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'witness-store-'));
  azurite = await startAzurite({ folder: join(folder, 'blobs'), keyFile: join(folder, 'key') });
  container = await openContainer({ connection: azurite.connectionString, container: 'recordings' });
  await ensureContainer(container);
  await ensureContainer(container);
  store = new BlobRecordingStore(container);
  const video = container.getAppendBlobClient(`${FOLDER}/video-0001.mp4`);
  await video.create();
  for (const text of ['abcdefgh', 'ijklmnop']) await video.appendBlock(text, text.length);
  await container.getBlockBlobClient(`${FOLDER}/thumbnails/1.jpg`).upload('x', 1);
  await container.getBlockBlobClient(`${FOLDER}/manifest.json`).upload('{}', 2);
  await container.getBlockBlobClient(`${FOLDER}2/other.json`).upload('{}', 2);
});
afterAll(async () => {
  await azurite.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('reading recordings from blob storage', () => {
  it('streams exactly the range, over block borders', async () => {
    const stream = await store.readRange(`${FOLDER}/video-0001.mp4`, { offset: 5, sizeBytes: 6 });
    expect(await text(stream)).toBe('fghijk');
    expect(await store.size(`${FOLDER}/video-0001.mp4`)).toBe(16);
  });

  it('gives an empty stream for an empty range', async () => {
    expect(await text(await store.readRange(`${FOLDER}/video-0001.mp4`, { offset: 0, sizeBytes: 0 }))).toBe('');
  });

  it('fails when the file ends before the range does', async () => {
    const stream = await store.readRange(`${FOLDER}/video-0001.mp4`, { offset: 10, sizeBytes: 20 });
    await expect(text(stream)).rejects.toMatchObject({ name: 'StorageError', code: 'short' });
    await expect(store.readRange(`${FOLDER}/video-0001.mp4`, { offset: 99, sizeBytes: 1 })).rejects.toMatchObject({
      code: 'short',
    });
  });

  it('refuses a file over the bound before reading it', async () => {
    await expect(store.readSmall(`${FOLDER}/video-0001.mp4`, 15)).rejects.toMatchObject({ code: 'too-large' });
    expect(new TextDecoder().decode(await store.readSmall(`${FOLDER}/video-0001.mp4`, 16))).toBe('abcdefghijklmnop');
  });

  it('says that a file is not there, and that this cannot be retried', async () => {
    await expect(store.size(`${FOLDER}/none`)).rejects.toMatchObject({ code: 'not-found', retryable: false });
  });

  it('lists the files of this recording only', async () => {
    expect(await store.listFiles(FOLDER)).toEqual([
      { name: 'manifest.json', sizeBytes: 2 },
      { name: 'video-0001.mp4', sizeBytes: 16 },
    ]);
  });

  it('gives up when the caller does', async () => {
    await expect(store.size(`${FOLDER}/manifest.json`, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('the storage health check', () => {
  it('passes for a container that can be reached', async () => {
    await expect(store.check()).resolves.toBeUndefined();
  });

  it('tells a missing container from storage that is away', async () => {
    const missing = await openContainer({ connection: azurite.connectionString, container: 'nowhere' });
    await expect(new BlobRecordingStore(missing).check()).rejects.toMatchObject({ code: 'not-found' });
    const away = await openContainer({
      connection: azurite.connectionString.replace(/:\d+\/witness/, ':1/witness'),
      container: 'recordings',
    });
    await expect(new BlobRecordingStore(away).check()).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  });

  it('tells a refusal from both', async () => {
    const refuser = await listen(createServer((_request, response) => response.writeHead(403).end()));
    const connection = azurite.connectionString.replace(/:\d+\/witness/, `:${refuser.port}/witness`);
    const denied = new BlobRecordingStore(await openContainer({ connection, container: 'recordings' }));
    await expect(denied.check()).rejects.toMatchObject({ code: 'denied', retryable: false });
    refuser.server.close();
  });

  it('refuses a connection that is neither string nor account URL', async () => {
    await expect(openContainer({ connection: 'http://example.test', container: 'c' })).rejects.toThrow(TypeError);
  });
});

async function text(stream: Readable): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function listen(server: Server): Promise<{ server: Server; port: number }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { server, port: address !== null && typeof address === 'object' ? address.port : 0 };
}
