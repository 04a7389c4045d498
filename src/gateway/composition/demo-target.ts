/** The demo desktop as a target of the inventory. */
import { type TargetId, targetId, uuidV7 } from '../../contract/ids.js';
import type { RecordingSetting } from '../../contract/rule.js';
import type { Database } from '../../database/open.js';

export const DEMO_TARGET_NAME = 'demo-desktop';

export interface DemoTarget {
  readonly port: number;
  readonly recording: RecordingSetting;
  readonly nowMs: number;
  /** 10 random bytes. */
  readonly random: Uint8Array;
}

/** Puts the target there with today's port; its recording setting stays as somebody set it. */
export async function ensureDemoTarget(database: Database, demo: DemoTarget): Promise<TargetId> {
  const existing = (await database.targets.list()).find((target) => target.name === DEMO_TARGET_NAME);
  if (existing?.port === demo.port) return existing.id;
  const id = existing?.id ?? targetId(uuidV7(demo.nowMs, demo.random));
  await database.transaction(async ({ targets }) => {
    if (existing !== undefined) await targets.remove(existing.id);
    await targets.create({
      id,
      name: DEMO_TARGET_NAME,
      kind: 'ip',
      address: '127.0.0.1',
      port: demo.port,
      recordingSetting: existing?.recordingSetting ?? demo.recording,
      createdAtMs: existing?.createdAtMs ?? demo.nowMs,
    });
  });
  return id;
}
