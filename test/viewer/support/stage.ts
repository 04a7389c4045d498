/** All that a test of the viewer needs: storage with a recording, the built viewer, a server, a browser. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerClient } from '@azure/storage-blob';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { startAzurite } from '../../../src/storage/azurite.js';
import { BlobRecordingStore } from '../../../src/storage/blob-recording-store.js';
import { ensureContainer, openContainer } from '../../../src/storage/container.js';
import { signManifest, type SampleRecording } from '../../http/recordings/support/sample-recording.js';
import { uploadEvents, uploadManifest, uploadSegment } from './blob-upload.js';
import { launchBrowser } from './browser.js';
import { numberedRecording } from './numbered-recording.js';
import { startTestServer, type TestServer } from './test-server.js';

export interface Stage {
  readonly browser: Browser;
  readonly server: TestServer;
  readonly store: BlobRecordingStore;
  readonly container: ContainerClient;
  readonly sample: SampleRecording;
  readonly publicKey: KeyObject;
  close(): Promise<void>;
}

/** @param stored how many segments are in storage at first; all of them and the manifest when absent. */
export async function openStage(stored?: number): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'witness-viewer-'));
  const viewerFolder = join(folder, 'viewer');
  await build({
    root: new URL('../../../viewer', import.meta.url).pathname,
    logLevel: 'warn',
    build: { outDir: viewerFolder },
  });
  const azurite = await startAzurite({ folder: join(folder, 'blobs'), keyFile: join(folder, 'key') });
  const container = await openContainer({ connection: azurite.connectionString, container: 'recordings' });
  await ensureContainer(container);
  const sample = await numberedRecording();
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await uploadEvents(container, sample);
  for (const segment of sample.body.segments.slice(0, stored)) await uploadSegment(container, sample, segment);
  if (stored === undefined) {
    await uploadManifest(container, sample.folder, signManifest(sample.body, privateKey, publicKey));
  }
  const store = new BlobRecordingStore(container);
  const server = await startTestServer(viewerFolder, store);
  const browser = await launchBrowser();
  const close = async (): Promise<void> => {
    await browser.close();
    await server.close();
    await azurite.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { browser, server, store, container, sample, publicKey, close };
}
