/** Copies an imported recording into a folder: everything in storage, the audit rows, and the key that signed them. */
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exportRows } from '../audit/export.js';
import { BlobRecordingStore } from '../storage/blob-recording-store.js';
import { ImportError } from './import-error.js';
import type { ImportTarget } from './import-capture.js';

const AUDIT_FILE = 'audit.ndjson';
const KEY_FILE = 'signing-key.pem';

/** Makes the folder. @throws ImportError `folder-not-empty`: nothing in it is replaced. */
export async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length === 0) return;
  throw new ImportError('folder-not-empty', `${folder} is not empty; name another folder with --out`);
}

/** Gives the names of the files that are in `out` now. */
export async function exportFiles(
  { database, storage, signer }: Pick<ImportTarget, 'database' | 'storage' | 'signer'>,
  recording: string,
  out: string,
): Promise<readonly string[]> {
  const store = new BlobRecordingStore(storage.container);
  const names: string[] = [];
  for (const { name, sizeBytes } of await store.listFiles(recording)) {
    const stream = await store.readRange(`${recording}/${name}`, { offset: 0, sizeBytes });
    await pipeline(stream, createWriteStream(path.join(out, name), { flags: 'wx' }));
    names.push(name);
  }
  const all = { format: 'ndjson', after: null, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER } as const;
  const rows = Readable.from(exportRows(database.auditEvents, all));
  await pipeline(rows, createWriteStream(path.join(out, AUDIT_FILE), { flags: 'wx' }));
  const key = signer.publicKey.export({ type: 'spki', format: 'pem' });
  await writeFile(path.join(out, KEY_FILE), key, { flag: 'wx' });
  return [...names, AUDIT_FILE, KEY_FILE];
}
