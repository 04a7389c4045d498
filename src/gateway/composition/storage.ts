/** The storage that a gateway uses: Azure Blob Storage, or Azurite as a child process that is started again when it dies. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ContainerClient } from '@azure/storage-blob';
import type { Logger } from 'pino';
import type { StorageAccess } from '../../contract/recorder-protocol.js';
import { type Azurite, azuriteConnection, startAzurite } from '../../storage/azurite.js';
import { ensureContainer, openContainer } from '../../storage/container.js';
import type { Settings } from '../config/settings.js';

export interface OpenStorage {
  readonly access: StorageAccess;
  readonly container: ContainerClient;
  /** Resolves when everything that was stored before the call stays, whatever happens to the storage's process. */
  persist(): Promise<void>;
  stop(): Promise<void>;
}

const RESTART_DELAY_MS = 1_000;
/** Says where the embedded storage of a running gateway listens, for commands beside it. */
const PORT_FILE = 'blobs.port';

/** Storage of a data folder that a running gateway holds: its embedded storage, or the configured one. */
export async function openRunningStorage(settings: Settings): Promise<OpenStorage> {
  const { dataDir, container: name } = settings;
  let connection = settings.storage;
  if (connection === 'embedded') {
    const [port, key] = await Promise.all([
      readFile(path.join(dataDir, PORT_FILE), 'utf8'),
      readFile(path.join(dataDir, 'keys', 'blobs.key'), 'utf8'),
    ]);
    connection = azuriteConnection(Number(port), key.trim());
  }
  const access = { connection, container: name };
  return { access, container: await openContainer(access), persist: async () => {}, stop: async () => {} };
}

/** Opens the storage of the settings and makes its container. Rejects when it cannot be reached. */
export async function openStorage(settings: Settings, log: Logger): Promise<OpenStorage> {
  if (settings.storage !== 'embedded') {
    const access = { connection: settings.storage, container: settings.container };
    const container = await openContainer(access);
    await ensureContainer(container);
    return { access, container, persist: async () => {}, stop: async () => {} };
  }
  const embedded = await EmbeddedStorage.start(settings.dataDir, log);
  const access = { connection: embedded.connectionString, container: settings.container };
  const container = await openContainer(access);
  await ensureContainer(container);
  await embedded.persist();
  return { access, container, persist: () => embedded.persist(), stop: () => embedded.stop() };
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
    const azurite = await startAzurite(options);
    await writeFile(path.join(dataDir, PORT_FILE), String(azurite.port), { mode: 0o600 });
    return new EmbeddedStorage(options, log, azurite);
  }

  get connectionString(): string {
    return this.#azurite.connectionString;
  }

  persist(): Promise<void> {
    return this.#azurite.persist();
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
