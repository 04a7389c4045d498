/** Opens the blob container that recordings live in. */
import { BlobServiceClient, type ContainerClient, type StoragePipelineOptions } from '@azure/storage-blob';
import type { StorageAccess } from '../contract/recorder-protocol.js';
import { toStorageError } from './storage-error.js';

const PIPELINE: StoragePipelineOptions = {
  retryOptions: { maxTries: 3, tryTimeoutInMs: 15_000, retryDelayInMs: 250, maxRetryDelayInMs: 2_000 },
};

/**
 * A client of the container. `access.connection` is a connection string, or an https account URL that is used with the
 * machine's identity; the identity library is large and is loaded only then. Does not talk to storage yet.
 * @throws TypeError when the connection is neither.
 */
export async function openContainer(access: StorageAccess): Promise<ContainerClient> {
  const service = await openService(access.connection);
  return service.getContainerClient(access.container);
}

async function openService(connection: string): Promise<BlobServiceClient> {
  if (connection.startsWith('https://')) {
    const { DefaultAzureCredential } = await import('@azure/identity');
    return new BlobServiceClient(connection, new DefaultAzureCredential(), PIPELINE);
  }
  if (!/(^|;)(AccountName|BlobEndpoint|UseDevelopmentStorage)=/.test(connection)) {
    throw new TypeError('storage connection: expected a connection string or an https account URL');
  }
  return BlobServiceClient.fromConnectionString(connection, PIPELINE);
}

/** Creates the container unless it exists. @throws StorageError */
export async function ensureContainer(container: ContainerClient): Promise<void> {
  try {
    await container.createIfNotExists();
  } catch (error) {
    throw toStorageError(error, `container ${container.containerName}`);
  }
}
