/** `witness verify`: checks audit chains and recordings, and names the first row or byte that is wrong. */
import { access } from 'node:fs/promises';
import { BlobCheckpointStore } from '../audit/blob-checkpoint-store.js';
import { RECORDING_FAULTS } from '../audit/recording-fault.js';
import { readChain } from '../audit/rows.js';
import { verifyChain } from '../audit/verify-chain.js';
import { verifyRecording } from '../audit/verify-recording.js';
import { isUuidV7, sessionId, type SessionId } from '../contract/ids.js';
import { recordingFolder } from '../contract/manifest.js';
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

/** Checks every chain and the given recordings, or all finished ones. True when nothing is wrong. */
export async function verifyAll(
  data: Pick<OpenData, 'database' | 'storage' | 'signer'>,
  only: readonly SessionId[],
  print: (line: string) => void,
): Promise<boolean> {
  const chains = await verifyChains(data, print);
  const recordings = await verifyRecordings(data, only, print);
  return chains && recordings;
}

async function verifyChains(
  { database, storage, signer }: Pick<OpenData, 'database' | 'storage' | 'signer'>,
  print: (line: string) => void,
): Promise<boolean> {
  const store = new BlobCheckpointStore(storage.container);
  const ranges = await database.auditEvents.ranges({ fromMs: 0, toMs: Number.MAX_SAFE_INTEGER });
  let fine = true;
  for (const { chainId } of ranges) {
    const result = await verifyChain({
      chainId,
      rows: readChain(database.auditEvents, chainId),
      checkpoints: store.read(chainId),
      keys: new Map([[signer.keyId, signer.publicKey]]),
    });
    if (result.ok) {
      const { head, checkpoints, coveredUpTo } = result;
      print(
        `audit ${chainId}: intact, ${head.sequence} rows, ${checkpoints} checkpoints, covered up to row ${coveredUpTo}`,
      );
    } else {
      fine = false;
      print(`audit ${chainId}: WRONG at row ${result.sequence} (${result.problem}): ${result.sentence}`);
    }
  }
  return fine;
}

async function verifyRecordings(
  { database, storage, signer }: Pick<OpenData, 'database' | 'storage' | 'signer'>,
  only: readonly SessionId[],
  print: (line: string) => void,
): Promise<boolean> {
  const store = new BlobRecordingStore(storage.container);
  let fine = true;
  for await (const id of only.length > 0 ? only : finishedRecordings(database)) {
    const recording = await database.recordings.get(id);
    if (recording === null || recording.state !== 'finished') {
      fine = false;
      print(`recording ${id}: ${recording === null ? 'there is none' : `not finished (${recording.state})`}`);
      continue;
    }
    const folder = recordingFolder(id, recording.sessionStartedAtMs);
    const result = await verifyRecording(store, { sessionId: id, folder }, [signer.publicKey]);
    if (result.outcome === 'faulty') {
      fine = false;
      const { code, file, offset, sizeBytes } = result.fault;
      const end = sizeBytes === 0 ? '' : ` to ${offset + sizeBytes}`;
      print(`recording ${id}: WRONG in ${file} at byte ${offset}${end} (${code}): ${RECORDING_FAULTS[code]}`);
    } else if (recording.manifestSha256 !== null && recording.manifestSha256 !== result.manifestSha256) {
      fine = false;
      print(`recording ${id}: WRONG in manifest.json at byte 0: it is not the manifest that the audit log names`);
    } else {
      const { segments, sizeBytes, durationMs, gaps } = result;
      print(`recording ${id}: intact, ${segments} segments, ${sizeBytes} bytes, ${durationMs} ms, ${gaps} gaps`);
    }
  }
  return fine;
}

const PAGE = 200;

async function* finishedRecordings(database: OpenData['database']): AsyncGenerator<SessionId> {
  let before: SessionId | undefined;
  for (;;) {
    const page = await database.sessions.list({ limit: PAGE, ...(before === undefined ? {} : { before }) });
    for (const session of page) if (session.recordingState === 'finished') yield session.id;
    before = page.at(-1)?.id;
    if (before === undefined || page.length < PAGE) return;
  }
}
