/**
 * The audit chain of imports. A running gateway writes its own and nobody else may, so imports on its data folder have one
 * beside it: one import at a time.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { AuditLog } from '../audit/audit-log.js';
import { BlobCheckpointStore } from '../audit/blob-checkpoint-store.js';
import type { Signer } from '../audit/signer.js';
import { chainId } from '../contract/ids.js';
import type { Database } from '../database/open.js';
import { DataFolderInUseError, lockDataFolder } from '../gateway/composition/data-lock.js';
import type { OpenStorage } from '../gateway/composition/storage.js';
import { ImportError } from './import-error.js';

/** Imports of this gateway's data folder, as owner of sessions and recordings and as name of the chain. */
export function importsId(gatewayId: string): string {
  return `${gatewayId}-imports`;
}

export interface ImportsChain {
  readonly audit: AuditLog;
  /** Where traces of imports lie; nothing in it outlives an import. */
  readonly folder: string;
  close(): Promise<void>;
}

/** @throws ImportError `busy` while another import runs on the folder; AuditError. */
export async function openImportsChain(
  { dataDir, gatewayId }: { readonly dataDir: string; readonly gatewayId: string },
  data: { readonly database: Database; readonly storage: OpenStorage; readonly signer: Signer },
): Promise<ImportsChain> {
  const folder = path.join(dataDir, 'imports');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unlock = await lock(folder);
  try {
    const audit = await AuditLog.start({
      chainId: chainId(importsId(gatewayId)),
      store: new BlobCheckpointStore(data.storage.container),
      signer: data.signer,
      clock: Date.now,
      events: data.database.auditEvents,
    });
    return {
      audit,
      folder,
      close: async () => {
        await audit.stop();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function lock(folder: string): Promise<() => Promise<void>> {
  try {
    return await lockDataFolder(folder);
  } catch (error) {
    if (!(error instanceof DataFolderInUseError)) throw error;
    throw new ImportError('busy', `another import is running on ${path.dirname(folder)}; wait until it has ended`);
  }
}
