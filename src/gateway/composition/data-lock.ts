/** One gateway a data folder: two would write the same traces and audit chain. */
import { open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';

/** Another gateway uses the data folder. */
export class DataFolderInUseError extends Error {
  override readonly name = 'DataFolderInUseError';
}

/** Folders that this process holds. A lock file with its own id is another's all the same where ids come back, as 1 in containers. */
const held = new Set<string>();

/**
 * Takes the folder for this process; resolves with what gives it back. A lock that a dead process left is taken over.
 * @throws DataFolderInUseError when a living process holds it.
 */
export async function lockDataFolder(dataDir: string): Promise<() => Promise<void>> {
  const file = path.join(dataDir, 'gateway.pid');
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const handle = await open(file, 'wx', 0o600);
      await handle.writeFile(String(process.pid));
      await handle.close();
      held.add(file);
      return () => {
        held.delete(file);
        return rm(file, { force: true });
      };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = Number((await readFile(file, 'utf8')).trim());
    if (holder === process.pid ? held.has(file) : isAlive(holder)) {
      throw new DataFolderInUseError(
        `${dataDir} is used by the gateway with process id ${holder}; stop it, or set WITNESS_DATA to another folder`,
      );
    }
    await rm(file, { force: true });
  }
  throw new DataFolderInUseError(`${dataDir} was taken by another gateway at this moment; try again`);
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
