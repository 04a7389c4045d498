/** [invariant 1] Entra ID that shows in a capture to the recorder alone: the server compressed what it says of the logon. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openData } from '../../src/cli/open-data.js';
import { readSettings } from '../../src/gateway/config/settings.js';
import { compressedLogonFrame } from '../helpers/logon-frames.js';
import { useLab } from '../peers/lab.js';
import { requirePeers } from '../setup/requirements.js';
import { readManifest, readRows } from './support/imported.js';
import { runImport } from './support/run-import.js';
import { synthesiseCapture } from './support/synthesised-capture.js';

const TIMEOUT_MS = 120_000;

describe.runIf(requirePeers('tshark'))('a capture in which only a compressed logon names Entra ID', () => {
  const lab = useLab();

  it(
    'is refused and leaves nothing that looks like a recording, unless a person says that it was native',
    async () => {
      const { file, keylog } = await synthesiseCapture(lab, [compressedLogonFrame('AzureAD')]);
      const dataDir = lab.scratch('data');
      const env = { HOME: lab.scratch('home'), WITNESS_DATA: dataDir };
      const refused = await runImport([file, '--keylog', keylog], env);
      expect(refused).toMatchObject({ status: 1, stdout: '' });
      expect(refused.stderr).toMatch(/^witness: Microsoft Entra ID sign-in shows in this capture, .*--method native/);
      await expectNothingWhole(dataDir);

      const out = path.join(lab.scratch('out'), 'recording');
      const native = await runImport([file, '--keylog', keylog, '--method', 'native', '--out', out], env);
      expect(native).toMatchObject({ status: 0, stderr: '' });
      expect(await readManifest(out)).toMatchObject({ outcome: 'complete', facts: { connectionMethod: 'native' } });
      const rows = await readRows(out);
      expect(rows[0]).toMatchObject({ kind: 'import.requested', data: { method: 'native', entraSeen: [] } });
      expect(rows.find(({ data }) => data['domain'] === 'AzureAD')?.kind).toBe('session.logon');
      const made = rows.find(({ kind }) => kind === 'import.made');
      expect(made?.data).toMatchObject({ entraSeen: ['save-session-info-compressed'] });
    },
    TIMEOUT_MS,
  );

  async function expectNothingWhole(dataDir: string): Promise<void> {
    const data = await openData(readSettings({ WITNESS_DATA: dataDir }, {}));
    try {
      const [session, another] = await data.database.sessions.list({ limit: 2 });
      if (session === undefined) throw new Error('the session is not on record');
      expect(another).toBeUndefined();
      expect(session).toMatchObject({ state: 'ended', endReason: 'recording-rule', recordingState: 'withheld' });
      const recording = await data.database.recordings.get(session.id);
      expect(recording).toMatchObject({ state: 'failed', manifestSha256: null, withheldReason: 'recording-rule' });
      expect(await data.database.media.listVideos(session.id)).toEqual([]);
      const blobs: string[] = [];
      for await (const { name } of data.storage.container.listBlobsFlat({ prefix: 'recordings/' })) blobs.push(name);
      expect(blobs).toEqual([]);
      const rows = await data.database.auditEvents.listOfSession(session.id, 100);
      const kinds = rows.map(({ kind }) => kind);
      expect(kinds.slice(-4)).toEqual(['import.refused', 'recording.failed', 'recording.withheld', 'session.ended']);
      expect(kinds).not.toContain('import.made');
      expect(await readdir(path.join(dataDir, 'imports'))).toEqual([]);
    } finally {
      await data.close();
    }
  }
});
