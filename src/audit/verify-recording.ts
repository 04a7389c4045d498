/**
 * Verifies a finished recording against its signed manifest: signature, every byte of every file, the hash chain, and
 * that no moment is missing without a record of it. What this cannot see is a whole recording that was removed or put
 * in place of another with a valid signature: the audit chain tells, by `audit` and `manifestSha256` in the result.
 */
import { createHash, type KeyObject } from 'node:crypto';
import type { SessionId } from '../contract/ids.js';
import { recordingFolder, type Manifest } from '../contract/manifest.js';
import type { RecordingStore } from '../storage/recording-store.js';
import { StorageError } from '../storage/storage-error.js';
import { isManifest } from './manifest-schema.js';
import { RecordingFaultFound, type RecordingFault } from './recording-fault.js';
import { filesOf, verifyFile } from './verify-files.js';
import { checkChain, checkLayout, checkSignature, checkTimes } from './verify-manifest.js';

export interface RecordingToVerify {
  readonly sessionId: SessionId;
  /** As `recordingFolder` gives it. */
  readonly folder: string;
}

export type RecordingVerification =
  | {
      readonly outcome: 'intact';
      readonly sessionId: SessionId;
      readonly keyId: string;
      readonly manifestSha256: string;
      readonly files: number;
      readonly segments: number;
      readonly sizeBytes: number;
      readonly durationMs: number;
      readonly gaps: number;
      /** True when the recording rule forbade it afterwards: it is kept as evidence, and shown to nobody. */
      readonly withheld: boolean;
      /** The audit row that the manifest names; whether the log has it is for the caller to check. */
      readonly audit: Manifest['audit'];
    }
  | { readonly outcome: 'faulty'; readonly sessionId: SessionId; readonly fault: RecordingFault };

const MANIFEST = 'manifest.json';
const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;

/**
 * @param publicKeys Ed25519 keys that are trusted; the manifest's own copy is not.
 * @returns the first fault, or what was verified.
 * @throws StorageError when storage does not answer: the recording is then neither intact nor faulty.
 */
export async function verifyRecording(
  store: RecordingStore,
  recording: RecordingToVerify,
  publicKeys: readonly KeyObject[],
  signal?: AbortSignal,
): Promise<RecordingVerification> {
  const { sessionId } = recording;
  try {
    return await verifyAll(store, recording, publicKeys, signal);
  } catch (error) {
    if (error instanceof RecordingFaultFound) return { outcome: 'faulty', sessionId, fault: error.fault };
    throw error;
  }
}

async function verifyAll(
  store: RecordingStore,
  { sessionId, folder }: RecordingToVerify,
  publicKeys: readonly KeyObject[],
  signal?: AbortSignal,
): Promise<RecordingVerification> {
  const { manifest, sha256 } = await readManifest(store, folder, signal);
  checkSignature(manifest, publicKeys);
  if (manifest.sessionId !== sessionId || recordingFolder(sessionId, manifest.sessionStartedAtMs) !== folder) {
    throw new RecordingFaultFound('manifest-foreign', MANIFEST);
  }
  checkLayout(manifest);
  checkChain(manifest.segments);
  checkTimes(manifest);
  const files = filesOf(manifest, folder);
  for (const file of files) await verifyFile(store, file, signal);
  await checkUnlisted(store, folder, new Set(files.map(({ file }) => file)), signal);
  return {
    outcome: 'intact',
    sessionId,
    keyId: manifest.signature.keyId,
    manifestSha256: sha256,
    files: files.length,
    segments: manifest.segments.length,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    durationMs: manifest.durationMs,
    gaps: manifest.gaps.length,
    withheld: manifest.outcome === 'against-rule',
    audit: manifest.audit,
  };
}

async function readManifest(
  store: RecordingStore,
  folder: string,
  signal?: AbortSignal,
): Promise<{ manifest: Manifest; sha256: string }> {
  try {
    const bytes = await store.readSmall(`${folder}/${MANIFEST}`, MAX_MANIFEST_BYTES, signal);
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (!isManifest(value)) throw new RecordingFaultFound('manifest-unreadable', MANIFEST, 0, bytes.length);
    return { manifest: value, sha256: createHash('sha256').update(bytes).digest('hex') };
  } catch (error) {
    if (error instanceof StorageError && error.code === 'not-found') {
      throw new RecordingFaultFound('manifest-missing', MANIFEST);
    }
    // Neither JSON nor UTF-8.
    if (error instanceof SyntaxError || error instanceof TypeError) {
      throw new RecordingFaultFound('manifest-unreadable', MANIFEST);
    }
    throw error;
  }
}

/** A video that the manifest does not know would look as if it belonged to the recording. */
async function checkUnlisted(
  store: RecordingStore,
  folder: string,
  known: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<void> {
  for (const { name, sizeBytes } of await store.listFiles(folder, signal)) {
    if (name !== MANIFEST && !known.has(name)) throw new RecordingFaultFound('file-unlisted', name, 0, sizeBytes);
  }
}
