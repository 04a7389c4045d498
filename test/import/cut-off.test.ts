/** What an import that was killed leaves behind, and what the next one makes of it. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AuditEvent, AuditRow } from '../../src/contract/audit-event.js';
import { settleCutOff } from '../../src/import/import-rows.js';
import { lockImportsFolder } from '../../src/import/imports-folder.js';
import { sqliteEngine } from '../database/engines.js';
import { NOW_MS, nextId, session, user } from '../database/samples.js';
import { scratchFolder } from '../helpers/scratch.js';

describe('an import that was cut off', () => {
  const engine = sqliteEngine();

  it('is over in the rows and on record, and the gateway’s own sessions are left alone', async () => {
    const database = await engine.open();
    const owner = user();
    await database.users.create(owner);
    const [imported, own] = ['gateway-1-imports', 'gateway-1'].map((gatewayId) => session(owner, { gatewayId }));
    if (imported === undefined || own === undefined) throw new Error('no sessions');
    for (const one of [imported, own]) {
      await database.sessions.create(one);
      await database.sessions.update(one.id, { state: 'connecting' });
      const { connectionMethod, authenticationMethod, protocol } = one;
      await database.recordings.create({
        sessionId: one.id,
        connectionMethod,
        authenticationMethod,
        protocol,
        recordingSetting: 'preferred',
        ownerGatewayId: one.gatewayId,
        leaseExpiresAtMs: NOW_MS,
        sessionStartedAtMs: NOW_MS,
      });
    }
    const events: AuditEvent[] = [];
    const audit = {
      append: async (event: AuditEvent): Promise<AuditRow> => {
        events.push(event);
        return event as AuditRow;
      },
    };
    await settleCutOff(database, audit, 'gateway-1', NOW_MS + 5);
    expect(events.map(({ kind, sessionId }) => [kind, sessionId])).toEqual([
      ['recording.failed', imported.id],
      ['session.ended', imported.id],
    ]);
    expect(await database.sessions.get(imported.id)).toMatchObject({ state: 'ended', endReason: 'import-cut-off' });
    expect(await database.recordings.get(imported.id)).toMatchObject({ state: 'failed' });
    expect(await database.sessions.get(own.id)).toMatchObject({ state: 'connecting', recordingState: 'live' });

    await settleCutOff(database, audit, 'gateway-1', NOW_MS + 6);
    expect(events).toHaveLength(2);
  });

  it('leaves no trace behind once the next one has begun', async () => {
    const dataDir = await scratchFolder();
    const left = path.join(dataDir, 'imports', nextId());
    await mkdir(left, { recursive: true });
    await writeFile(path.join(left, 'part-0001.trace'), 'sealed');
    const folder = await lockImportsFolder(dataDir);
    expect(await readdir(folder.path)).toEqual(['gateway.pid']);
    await expect(lockImportsFolder(dataDir)).rejects.toMatchObject({ problem: 'busy' });
    await folder.unlock();
    await (await lockImportsFolder(dataDir)).unlock();
    expect(await readdir(folder.path)).toEqual([]);
  });
});
