/**
 * The audit chain of imports. A running gateway writes its own and nobody else may, so imports on its data folder have one
 * beside it, which whoever has the folder of imports writes.
 */
import { AuditLog } from '../audit/audit-log.js';
import { BlobCheckpointStore } from '../audit/blob-checkpoint-store.js';
import type { Signer } from '../audit/signer.js';
import { chainId } from '../contract/ids.js';
import type { Database } from '../database/open.js';
import type { OpenStorage } from '../gateway/composition/storage.js';
import { type ImportsFolder, lockImportsFolder } from './imports-folder.js';

/** Imports of this gateway's data folder, as owner of sessions and recordings and as name of the chain. */
export function importsId(gatewayId: string): string {
  return `${gatewayId}-imports`;
}

export interface ImportsChain {
  readonly audit: AuditLog;
  readonly folder: ImportsFolder;
  close(): Promise<void>;
}

/** @throws ImportError `busy` while another import runs on the folder; AuditError. */
export async function openImportsChain(
  { dataDir, gatewayId }: { readonly dataDir: string; readonly gatewayId: string },
  data: { readonly database: Database; readonly storage: OpenStorage; readonly signer: Signer },
): Promise<ImportsChain> {
  const folder = await lockImportsFolder(dataDir);
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
        await folder.unlock();
      },
    };
  } catch (error) {
    await folder.unlock();
    throw error;
  }
}
