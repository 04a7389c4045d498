/**
 * The last look at a finished recording before its trace is deleted. Between the recorder's own verification and this
 * moment the embedded storage may have been killed, and have forgotten what its index did not hold yet.
 */
import type { StoredRecording } from '../../contract/recorder-protocol.js';
import type { RecordingStore } from '../../storage/recording-store.js';
import type { OpenStorage } from './storage.js';

/** Rejects unless every file is there in full, and stays. */
export async function confirmStored(
  storage: Pick<OpenStorage, 'persist'>,
  store: Pick<RecordingStore, 'listFiles'>,
  { folder, files }: StoredRecording,
): Promise<void> {
  // In this order: what is found after the index was saved is in it.
  await storage.persist();
  const found = new Map((await store.listFiles(folder)).map(({ name, sizeBytes }) => [name, sizeBytes]));
  const missing = files.find(({ name, sizeBytes }) => found.get(name) !== sizeBytes);
  if (missing !== undefined) throw new Error(`${missing.name} is no longer in storage as it was verified`);
}
