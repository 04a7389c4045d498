/** The storage that a gateway uses: Azure Blob Storage, or Azurite as a child process that is started again when it dies. */
import path from 'node:path';
import type { ContainerClient } from '@azure/storage-blob';
import type { Logger } from 'pino';
import type { StorageAccess } from '../../contract/recorder-protocol.js';
import { type Azurite, startAzurite } from '../../storage/azurite.js';
import { ensureContainer, openContainer } from '../../storage/container.js';
import type { Settings } from '../config/settings.js';

export interface OpenStorage {
  readonly access: StorageAccess;
  readonly container: ContainerClient;
  stop(): Promise<void>;
}

const RESTART_DELAY_MS = 1_000;

/** Opens the storage of the settings and makes its container. Rejects when it cannot be reached. */
export async function openStorage(settings: Settings, log: Logger): Promise<OpenStorage> {
  if (settings.storage !== 'embedded') {
    const access = { connection: settings.storage, container: settings.container };
    const container = await openContainer(access);
    await ensureContainer(container);
    return { access, container, stop: async () => {} };
  }
  const embedded = await EmbeddedStorage.start(settings.dataDir, log);
  const access = { connection: embedded.connectionString, container: settings.container };
  const container = await openContainer(access);
  await ensureContainer(container);
  return { access, container, stop: () => embedded.stop() };
}

/** Azurite under supervision: it keeps its port and key over restarts, so clients only retry. */
class EmbeddedStorage {
  readonly #options: { readonly folder: string; readonly keyFile: string };
  readonly #log: Logger;
  #azurite: Azurite;
  #stopping = false;

  private constructor(options: { folder: string; keyFile: string }, log: Logger, azurite: Azurite) {
    this.#options = options;
    this.#log = log;
    this.#azurite = azurite;
    this.#watch();
  }

  static async start(dataDir: string, log: Logger): Promise<EmbeddedStorage> {
    const options = { folder: path.join(dataDir, 'blobs'), keyFile: path.join(dataDir, 'keys', 'blobs.key') };
    return new EmbeddedStorage(options, log, await startAzurite(options));
  }

  get connectionString(): string {
    return this.#azurite.connectionString;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#azurite.stop();
  }

  #watch(): void {
    const { port } = this.#azurite;
    void this.#azurite.exited.then(async ({ code, signal }) => {
      while (!this.#stopping) {
        this.#log.error({ code, signal }, 'the embedded blob storage ended; it is started again');
        try {
          this.#azurite = await startAzurite({ ...this.#options, port });
          this.#watch();
          return;
        } catch (error) {
          this.#log.error({ error: String(error) }, 'the embedded blob storage does not start');
          await new Promise((resolve) => setTimeout(resolve, RESTART_DELAY_MS));
        }
      }
    });
  }
}
