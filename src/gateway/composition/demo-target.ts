/** The demo desktop as a target of the inventory. */
import { randomBytes } from 'node:crypto';
import { type TargetId, targetId, uuidV7 } from '../../contract/ids.js';
import type { Database } from '../../database/open.js';
import type { DemoDesktop } from '../../demo/demo-desktop.js';
import { localMachine } from '../../policy/scopes.js';
import type { ServerCertificate } from '../tls/certificate.js';

export const DEMO_TARGET_NAME = 'demo-desktop';

export interface DemoTarget {
  readonly port: number;
  readonly nowMs: number;
  /** 10 random bytes. */
  readonly random: Uint8Array;
}

/** Puts the target there with today's port; its recording setting stays as somebody set it. */
export async function ensureDemoTarget(database: Database, demo: DemoTarget): Promise<TargetId> {
  const existing = await database.targets.getByName(DEMO_TARGET_NAME);
  const resource = { kind: 'resource', resourceId: localMachine(DEMO_TARGET_NAME) } as const;
  if (existing !== null) {
    await database.targets.update(existing.id, { ...resource, port: demo.port });
    return existing.id;
  }
  const id = targetId(uuidV7(demo.nowMs, demo.random));
  await database.targets.create({
    ...resource,
    id,
    name: DEMO_TARGET_NAME,
    address: '127.0.0.1',
    port: demo.port,
    recordingSetting: null,
    createdAtMs: demo.nowMs,
  });
  return id;
}

/** Starts the desktop, and puts it into the inventory. */
export async function startDemoTarget(
  database: Database,
  certificate: ServerCertificate,
  clock: () => number,
): Promise<DemoDesktop> {
  // A gateway without the demo target does not load its code.
  const { startDemoDesktop } = await import('../../demo/demo-desktop.js');
  const demo = await startDemoDesktop({ host: '127.0.0.1', port: 0, tls: certificate, clock });
  await ensureDemoTarget(database, { port: demo.port, nowMs: clock(), random: randomBytes(10) });
  return demo;
}
