import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BlobCheckpointStore } from '../../src/audit/blob-checkpoint-store.js';
import { makeCheckpoint } from '../../src/audit/checkpoint.js';
import { Signer } from '../../src/audit/signer.js';
import type { AuditCheckpoint } from '../../src/contract/audit-event.js';
import { type ChainId, chainId } from '../../src/contract/ids.js';
import { type Azurite, startAzurite } from '../../src/storage/azurite.js';
import { ensureContainer, openContainer } from '../../src/storage/container.js';

let folder = '';
let azurite: Azurite;
let container: ContainerClient;
const signer = new Signer(generateKeyPairSync('ed25519').privateKey);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'witness-checkpoints-'));
  azurite = await startAzurite({ folder: join(folder, 'blobs'), keyFile: join(folder, 'key') });
  container = await openContainer({ connection: azurite.connectionString, container: 'recordings' });
  await ensureContainer(container);
});
afterAll(async () => {
  await azurite.stop();
  await rm(folder, { recursive: true, force: true });
});

const checkpoint = (chain: ChainId, sequence: number): AuditCheckpoint =>
  makeCheckpoint(chain, { sequence, hash: 'a'.repeat(64) }, 1_767_000_000_000, signer);

async function sequences(store: BlobCheckpointStore, chain: ChainId): Promise<(number | undefined)[]> {
  const found = [];
  for await (const one of store.read(chain)) found.push(one?.sequence);
  return found;
}

test('checkpoints are appended to a blob of their chain and read in order, also by another process', async () => {
  const chain = chainId('gateway-1');
  const store = new BlobCheckpointStore(container);
  expect(await sequences(store, chain)).toEqual([]);
  await store.append(checkpoint(chain, 1));
  await store.append(checkpoint(chain, 5));
  await new BlobCheckpointStore(container).append(checkpoint(chain, 9));
  expect(await sequences(new BlobCheckpointStore(container), chain)).toEqual([1, 5, 9]);
  expect(await sequences(store, chainId('gateway-2'))).toEqual([]);
  expect(await container.getAppendBlobClient('audit/checkpoints/gateway-1.ndjson').exists()).toBe(true);
});

test('a full blob is followed by another one', async () => {
  const chain = chainId('gateway-3');
  const store = new BlobCheckpointStore(container, 2);
  for (let sequence = 1; sequence <= 3; sequence++) await store.append(checkpoint(chain, sequence));
  const later = new BlobCheckpointStore(container, 2);
  for (let sequence = 4; sequence <= 5; sequence++) await later.append(checkpoint(chain, sequence));
  expect(await sequences(later, chain)).toEqual([1, 2, 3, 4, 5]);
  expect(await container.getAppendBlobClient('audit/checkpoints/gateway-3.3.ndjson').exists()).toBe(true);
});

test('what is no checkpoint is told as such', async () => {
  const chain = chainId('gateway-4');
  const store = new BlobCheckpointStore(container);
  await store.append(checkpoint(chain, 1));
  await container.getAppendBlobClient('audit/checkpoints/gateway-4.ndjson').appendBlock('rubbish\n', 8);
  expect(await sequences(store, chain)).toEqual([1, undefined]);
});
