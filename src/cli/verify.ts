/** `witness verify`: checks audit chains and recordings, and names the first row or byte that is wrong. */
import { access } from 'node:fs/promises';
import { BlobCheckpointStore } from '../audit/blob-checkpoint-store.js';
import { RECORDING_FAULTS } from '../audit/recording-fault.js';
import { readChain } from '../audit/rows.js';
import { verifyChain } from '../audit/verify-chain.js';
import { verifyRecording } from '../audit/verify-recording.js';
import { isUuidV7, sessionId, type SessionId } from '../contract/ids.js';
import type { AuditRow } from '../contract/audit-event.js';
import type { Manifest } from '../contract/manifest.js';
import type { Signer } from '../audit/signer.js';
import type { RecordingStore } from '../storage/recording-store.js';
import { BlobRecordingStore } from '../storage/blob-recording-store.js';
import { type OpenData, openData } from './open-data.js';
import { loadSettings } from './settings.js';

export async function runVerify(sessions: readonly string[]): Promise<void> {
  const unknown = sessions.find((id) => !isUuidV7(id));
  if (unknown !== undefined) throw new Error(`"${unknown}" is not a session id`);
  const settings = await loadSettings();
  await access(settings.dataDir).catch(() => {
    throw new Error(`${settings.dataDir} does not exist; set WITNESS_DATA to the gateway's data folder`);
  });
  const data = await openData(settings);
  try {
    const print = (line: string): void => void process.stdout.write(`${line}\n`);
    const fine = await verifyAll(data, sessions.map(sessionId), print);
    if (!fine) process.exitCode = 1;
  } finally {
    await data.close();
  }
}

/**
 * Checks every chain, and the given recordings or all that the audit log says were finished: what is to be there is told
 * by the log, not by the rows that the recordings left. True when nothing is wrong.
 */
export async function verifyAll(
  data: Pick<OpenData, 'database' | 'storage' | 'signer'>,
  only: readonly SessionId[],
  print: (line: string) => void,
): Promise<boolean> {
  const logged = new LoggedRecordings();
  const chains = await verifyChains(data, logged, print);
  const recordings = await verifyRecordings(data, logged, only, print);
  return chains && recordings;
}

interface FinishedRecording {
  readonly folder: string;
  readonly manifestSha256: string;
}

/** What the rows of the chains say of recordings. */
class LoggedRecordings {
  readonly finished = new Map<SessionId, FinishedRecording>();
  /** Hash of each row that says that a recording ended, by `chain:sequence`. */
  readonly #ended = new Map<string, { readonly hash: string; readonly sessionId: SessionId | null }>();

  /** Passes rows on and remembers what they say. */
  async *note(rows: AsyncIterable<AuditRow>): AsyncGenerator<AuditRow> {
    for await (const row of rows) {
      if (row.kind === 'recording.ended') {
        this.#ended.set(`${row.chainId}:${row.sequence}`, { hash: row.hash, sessionId: row.sessionId });
      }
      const { folder, manifestSha256 } = row.data;
      const complete = typeof folder === 'string' && typeof manifestSha256 === 'string';
      if (row.kind === 'recording.finished' && row.sessionId !== null && complete) {
        this.finished.set(row.sessionId, { folder, manifestSha256 });
      }
      yield row;
    }
  }

  /** True when the log has the row that a manifest names. */
  has(sessionId: SessionId, position: Manifest['audit']): boolean {
    const row = this.#ended.get(`${position.chainId}:${position.sequence}`);
    return row?.hash === position.hash && row.sessionId === sessionId;
  }
}

async function verifyChains(
  { database, storage, signer }: Pick<OpenData, 'database' | 'storage' | 'signer'>,
  logged: LoggedRecordings,
  print: (line: string) => void,
): Promise<boolean> {
  const store = new BlobCheckpointStore(storage.container);
  let fine = true;
  for (const chainId of await database.auditEvents.listChains()) {
    const result = await verifyChain({
      chainId,
      rows: logged.note(readChain(database.auditEvents, chainId)),
      checkpoints: store.read(chainId),
      keys: new Map([[signer.keyId, signer.publicKey]]),
    });
    if (result.ok) {
      const { head, checkpoints, coveredUpTo } = result;
      print(`audit ${chainId}: intact, ${head.sequence} rows, ${checkpoints} checkpoints up to row ${coveredUpTo}`);
    } else {
      fine = false;
      print(`audit ${chainId}: WRONG at row ${result.sequence} (${result.problem}): ${result.sentence}`);
    }
  }
  return fine;
}

async function verifyRecordings(
  { storage, signer }: Pick<OpenData, 'storage' | 'signer'>,
  logged: LoggedRecordings,
  only: readonly SessionId[],
  print: (line: string) => void,
): Promise<boolean> {
  const store = new BlobRecordingStore(storage.container);
  let fine = true;
  for (const id of only.length > 0 ? only : logged.finished.keys()) {
    const recording = logged.finished.get(id);
    const verdict =
      recording === undefined
        ? { ok: false, text: 'the audit log does not say that there is a finished one' }
        : await verdictOf(store, signer, logged, id, recording);
    fine &&= verdict.ok;
    print(`recording ${id}: ${verdict.text}`);
  }
  return fine;
}

async function verdictOf(
  store: RecordingStore,
  signer: Signer,
  logged: LoggedRecordings,
  sessionId: SessionId,
  { folder, manifestSha256 }: FinishedRecording,
): Promise<{ ok: boolean; text: string }> {
  const result = await verifyRecording(store, { sessionId, folder }, [signer.publicKey]);
  if (result.outcome === 'faulty') {
    const { code, file, offset, sizeBytes } = result.fault;
    const end = sizeBytes === 0 ? '' : ` to ${offset + sizeBytes}`;
    return { ok: false, text: `WRONG in ${file} at byte ${offset}${end} (${code}): ${RECORDING_FAULTS[code]}` };
  }
  if (result.manifestSha256 !== manifestSha256) {
    return { ok: false, text: 'WRONG in manifest.json at byte 0: it is not the manifest that the audit log names' };
  }
  if (!logged.has(sessionId, result.audit)) {
    return { ok: false, text: 'WRONG in manifest.json: the audit log does not have the row that the manifest names' };
  }
  const { segments, sizeBytes, durationMs, gaps, withheld } = result;
  const shown = withheld ? ', withheld by the recording rule' : '';
  return { ok: true, text: `intact, ${segments} segments, ${sizeBytes} bytes, ${durationMs} ms, ${gaps} gaps${shown}` };
}
