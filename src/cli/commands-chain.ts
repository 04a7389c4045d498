/**
 * The audit chain of commands that change something. A running gateway writes its own chain and nobody else may, so commands
 * on its data folder have one beside it, which whoever has the folder of commands writes.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { AuditLog } from '../audit/audit-log.js';
import { BlobCheckpointStore } from '../audit/blob-checkpoint-store.js';
import { chainId } from '../contract/ids.js';
import { lockDataFolder } from '../gateway/composition/data-lock.js';
import type { Settings } from '../gateway/config/settings.js';
import type { OpenData } from './open-data.js';

/**
 * Runs `work` with an audit log of its own.
 * @throws DataFolderInUseError while another command runs; AuditError
 */
export async function withCommandsChain<T>(
  settings: Settings,
  data: OpenData,
  work: (audit: AuditLog) => Promise<T>,
): Promise<T> {
  const folder = path.join(settings.dataDir, 'commands');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unlock = await lockDataFolder(folder);
  try {
    const audit = await AuditLog.start({
      chainId: chainId(`${settings.gatewayId}-commands`),
      store: new BlobCheckpointStore(data.storage.container),
      signer: data.signer,
      clock: Date.now,
      events: data.database.auditEvents,
    });
    try {
      return await work(audit);
    } finally {
      await audit.stop();
    }
  } finally {
    await unlock();
  }
}
