/** Opens a gateway's data for a command, beside the running gateway or without one. */
import path from 'node:path';
import { pino } from 'pino';
import { loadSigner, type Signer } from '../audit/signer.js';
import { type Database, openDatabase } from '../database/open.js';
import { DataFolderInUseError, lockDataFolder } from '../gateway/composition/data-lock.js';
import { openRunningStorage, openStorage, type OpenStorage } from '../gateway/composition/storage.js';
import type { Settings } from '../gateway/config/settings.js';
import { databaseLocation } from '../gateway/composition/ground.js';

export interface OpenData {
  readonly database: Database;
  readonly storage: OpenStorage;
  readonly signer: Signer;
  close(): Promise<void>;
}

export async function openData(settings: Settings): Promise<OpenData> {
  const { storage, unlock } = await openOwnOrRunning(settings);
  const database = await openDatabase(databaseLocation(settings));
  const signer = await loadSigner(path.join(settings.dataDir, 'keys', 'signing.pem'));
  return {
    database,
    storage,
    signer,
    close: async () => {
      await database.close();
      await storage.stop();
      await unlock();
    },
  };
}

async function openOwnOrRunning(settings: Settings): Promise<{ storage: OpenStorage; unlock: () => Promise<void> }> {
  let unlock: () => Promise<void>;
  try {
    unlock = await lockDataFolder(settings.dataDir);
  } catch (error) {
    if (!(error instanceof DataFolderInUseError)) throw error;
    return { storage: await openRunningStorage(settings), unlock: async () => {} };
  }
  try {
    return { storage: await openStorage(settings, pino({ level: 'silent' })), unlock };
  } catch (error) {
    await unlock();
    throw error;
  }
}
