/**
 * [invariant 1] The recording rule against any order of events: settings change, sessions are asked for, tickets redeemed,
 * clients lost and back, Entra ID shows on the wire. On a real database, with the parts that decide in the product.
 */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { AuditEvent, AuditRow } from '../../src/contract/audit-event.js';
import { chainId, sessionId, type SessionId, targetId } from '../../src/contract/ids.js';
import type { RecordingSetting } from '../../src/contract/rule.js';
import type { Database } from '../../src/database/open.js';
import { LockOut } from '../../src/identity/lock-out.js';
import { admit, attemptLimits } from '../../src/gateway/rdp/admission.js';
import { createTicket, ticketHash } from '../../src/gateway/rdp/ticket.js';
import { LiveSession, LiveSessions } from '../../src/gateway/sessions/live-session.js';
import { changeHost } from '../../src/inventory/host-changes.js';
import { readHost } from '../../src/inventory/host.js';
import { makeRecordingChange, SessionsInTheWayError } from '../../src/inventory/policy-change.js';
import { type Asked, SessionPolicy } from '../../src/inventory/session-policy.js';
import type { GatewayAbilities } from '../../src/policy/gateway-abilities.js';
import { recordingForbidden } from '../../src/policy/permit.js';
import { sqliteEngine } from '../database/engines.js';
import { nextId, NOW_MS, recording as recordingRow, session as sessionRow, user } from '../database/samples.js';
import { refusalLog } from '../helpers/refusals.js';

vi.setConfig({ testTimeout: 120_000 });

const BUILT = { entrance: true, authentication: { password: true, kerberos: true, entra: true } };
const ABILITIES: GatewayAbilities = { native: BUILT, portal: BUILT, shareableLinks: true };
const TARGETS = [targetId('target-1'), targetId('target-2')] as const;
const WINDOW_MS = 60_000;
const ADDRESS = '192.0.2.10';

const engine = sqliteEngine();

interface Known {
  readonly ticket: string;
  readonly asked: Asked;
  readonly target: (typeof TARGETS)[number];
}

/** The gateway around the database, as far as the rule goes. */
class World {
  readonly database: Database;
  readonly audit: AuditEvent[] = [];
  readonly live = new LiveSessions();
  readonly sessions = new Map<SessionId, Known>();
  readonly #person = user({ roles: ['administrator'] });
  readonly #policy: SessionPolicy;

  constructor(database: Database) {
    this.database = database;
    this.#policy = new SessionPolicy({ database, recording: 'required', clock: () => NOW_MS, abilities: ABILITIES });
  }

  async prepare(): Promise<void> {
    await this.database.users.create(this.#person);
    for (const [index, id] of TARGETS.entries()) {
      const resourceId = `/subscriptions/s1/resourceGroups/rg/virtualMachines/${id}`;
      const place = { kind: 'resource', address: '192.0.2.7', port: 3389, entraJoined: true, resourceId } as const;
      const recordingSetting = index === 0 ? null : 'off';
      await this.database.targets.create({ ...place, id, name: id, recordingSetting, createdAtMs: NOW_MS });
    }
    const login = { role: 'Virtual Machine User Login', scope: '/', source: 'manual', createdAtMs: NOW_MS } as const;
    const everybody = { principalKind: 'product-role', principal: 'administrator', principalName: null } as const;
    await this.database.roleAssignments.create({ id: nextId(), ...everybody, ...login });
  }

  readonly append = async (event: AuditEvent): Promise<AuditRow> => {
    this.audit.push(event);
    return { ...event, chainId: chainId('t'), sequence: this.audit.length, timeMs: 0, previousHash: '', hash: '' };
  };

  get #changes() {
    return { database: this.database, audit: this, clock: () => NOW_MS, recording: 'required' } as const;
  }

  async setHost(change: Parameters<typeof changeHost>[2]): Promise<void> {
    await this.#refusedOrMade(changeHost(this.#changes, 'user:1', change));
  }

  async setTarget(id: (typeof TARGETS)[number], setting: RecordingSetting | null, endSessions: boolean): Promise<void> {
    const recording = { targets: new Map([[id, setting]]) };
    const change = { actor: 'user:1', change: 'target-recording', data: {}, recording, endSessions };
    const effect = async ({ targets }: { targets: Database['targets'] }) =>
      void (await targets.setRecording(id, setting));
    await this.#refusedOrMade(makeRecordingChange(this.#changes, change, effect));
  }

  async #refusedOrMade(change: Promise<unknown>): Promise<void> {
    await change.catch((error: unknown) => {
      if (!(error instanceof SessionsInTheWayError)) throw error;
      expect(error.sessions.length).toBeGreaterThan(0);
    });
    // What the gateway's control does once a second.
    for (const id of await this.database.sessions.listDisconnectRequested('gateway-1')) await this.end(id);
  }

  async end(id: SessionId): Promise<void> {
    this.live.remove(id);
    await this.database.sessions.update(id, { state: 'ended', endedAtMs: NOW_MS, endReason: 'test' });
  }

  async request(target: (typeof TARGETS)[number], asked: Asked): Promise<void> {
    const { decision, facts } = await this.#policy.decide(this.#person, target, asked);
    if (decision.outcome === 'denied') return;
    const { connectionMethod, authenticationMethod } = asked;
    const recorded = decision.permit !== null;
    const recordingSetting = facts.targetRecording ?? facts.hostRecording;
    const row = sessionRow(this.#person, {
      connectionMethod,
      authenticationMethod,
      recorded,
      recordingSetting,
      targetId: target,
      policyVersion: facts.policyVersion,
    });
    await this.database.sessions.create(row);
    const ticket = createTicket();
    const times = { createdAtMs: NOW_MS, expiresAtMs: NOW_MS + 60_000, boundClientAddress: null, proof: null };
    const entrance = connectionMethod;
    await this.database.tickets.create({ ticketHash: ticketHash(ticket), sessionId: row.id, entrance, ...times });
    this.sessions.set(row.id, { ticket, asked, target });
  }

  async connect(target: (typeof TARGETS)[number], asked: Asked): Promise<void> {
    await this.request(target, asked);
    const id = [...this.sessions.keys()].at(-1);
    if (id !== undefined) await this.show(id);
  }

  /** Redeems the ticket, or comes back with it. */
  async show(id: SessionId): Promise<void> {
    const { ticket, asked } = this.sessions.get(id) ?? fail();
    const options = { database: this.database, audit: this, clock: () => NOW_MS, reconnectWindowMs: WINDOW_MS };
    const shown = { entrance: asked.connectionMethod, clientAddress: ADDRESS };
    const places = { take: async () => null };
    const attempts = new LockOut(attemptLimits(30));
    const refusals = refusalLog(this);
    const asks = { ...options, policy: this.#policy, live: this.live, places, attempts, refusals };
    const admission = await admit(asks, ticket, shown);
    if (admission.kind === 'refused') return;
    if (admission.live === null) {
      if (admission.permit !== null) await this.#createRecording(id);
      this.live.add(new LiveSession(admission.session, admission.permit, NOW_MS, new Set()));
    }
    expect(await this.database.sessions.update(id, { state: 'live' })).toBe(true);
  }

  async #createRecording(id: SessionId): Promise<void> {
    const session = (await this.database.sessions.get(id)) ?? fail();
    await this.database.recordings.create(recordingRow(session));
  }

  async loseClient(id: SessionId): Promise<void> {
    if (this.live.get(id) === undefined) return;
    await this.database.sessions.update(id, { state: 'client-lost', clientLostAtMs: NOW_MS });
  }

  /** As the session runner does when the relay reports a sign of Entra ID. */
  async entraShows(id: SessionId): Promise<void> {
    const permit = this.live.get(id)?.permit ?? null;
    if (permit !== null && recordingForbidden({ ...permit.facts, authenticationMethod: 'entra' })) await this.end(id);
  }

  /** What must be true after every event. */
  async check(): Promise<void> {
    const host = await readHost(this.database, 'required');
    const able = host.sku === 'premium' && host.sessionRecording;
    for (const { id, permit } of this.live.all()) {
      const { asked, target } = this.sessions.get(id) ?? fail();
      if (asked.connectionMethod !== 'portal' || asked.authenticationMethod !== 'entra') continue;
      expect(permit, 'a portal session with Entra ID has no permit').toBeNull();
      await expect(this.#createRecording(id)).rejects.toMatchObject({ code: 'constraint' });
      const setting = (await this.database.targets.get(target))?.recordingSetting ?? host.recording;
      expect(able && setting === 'required', 'none is live where recording is required').toBe(false);
    }
    const rows = await this.database.kysely
      .selectFrom('recordings')
      .select('session_id')
      .where('connection_method', '=', 'portal')
      .where('authentication_method', '=', 'entra')
      .execute();
    expect(rows).toEqual([]);
  }
}

type Step = (world: World, pick: <T>(from: readonly T[]) => T | undefined) => Promise<void>;

const setting = fc.constantFrom('required', 'preferred', 'off') as fc.Arbitrary<RecordingSetting>;
const target = fc.constantFrom(...TARGETS);
const asked: fc.Arbitrary<Asked> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ connectionMethod: 'portal', authenticationMethod: 'entra' } as const) },
  fc.record({
    connectionMethod: fc.constantFrom('portal', 'native'),
    authenticationMethod: fc.constantFrom('password', 'entra'),
  }),
);
const onSession =
  (act: (world: World, id: SessionId) => Promise<void>): Step =>
  async (world, pick) => {
    const id = pick([...world.sessions.keys()]);
    if (id !== undefined) await act(world, id);
  };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(setting, fc.boolean()).map(
    ([recording, endSessions]): Step =>
      (world) =>
        world.setHost({ recording, endSessions }),
  ),
  fc.tuple(fc.boolean(), fc.boolean()).map(
    ([sessionRecording, endSessions]): Step =>
      (world) =>
        world.setHost({ sessionRecording, endSessions }),
  ),
  fc.tuple(target, fc.option(setting), fc.boolean()).map(
    ([id, recording, endSessions]): Step =>
      (world) =>
        world.setTarget(id, recording, endSessions),
  ),
  {
    weight: 2,
    arbitrary: fc.tuple(target, asked).map(
      ([id, what]): Step =>
        (world) =>
          world.request(id, what),
    ),
  },
  // At once, as most people do: a ticket is void after the next change of policy.
  {
    weight: 7,
    arbitrary: fc.tuple(target, asked).map(
      ([id, what]): Step =>
        (world) =>
          world.connect(id, what),
    ),
  },
  { weight: 2, arbitrary: fc.constant(onSession((world, id) => world.show(id))) },
  { weight: 2, arbitrary: fc.constant(onSession((world, id) => world.loseClient(id))) },
  fc.constant(onSession((world, id) => world.entraShows(id))),
  fc.constant(onSession((world, id) => world.end(id))),
);

test('[invariant 1] no order of events records a portal session with Entra ID, or keeps one where recording is required', async () => {
  let live = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, fc.nat()), { minLength: 5, maxLength: 25 }), async (steps) => {
      const world = new World(await engine.open());
      await world.prepare();
      for (const [act, seed] of steps) {
        await act(world, (from) => from[seed % Math.max(from.length, 1)]);
        await world.check();
      }
      live += world.live.size;
      await world.database.close();
    }),
    { numRuns: 60 },
  );
  expect(live).toBeGreaterThan(3);
});

test('turning recording on names the live sessions in its way, and ends them when it is told to', async () => {
  const world = new World(await engine.open());
  await world.prepare();
  await world.setHost({ recording: 'off' });
  await world.request(TARGETS[0], { connectionMethod: 'portal', authenticationMethod: 'entra' });
  const [id = sessionId('')] = world.sessions.keys();
  await world.show(id);
  const options = { database: world.database, audit: world, clock: () => NOW_MS, recording: 'required' } as const;
  const before = world.audit.length;
  const refusal = changeHost(options, 'user:1', { recording: 'preferred' });
  await expect(refusal).rejects.toMatchObject({ sessions: [{ id, targetName: 'build-07' }] });
  expect(world.audit).toHaveLength(before);
  expect((await readHost(world.database, 'required')).recording).toBe('off');
  // A target that nobody is on can be changed.
  await world.setTarget(TARGETS[1], 'required', false);
  expect(await world.database.targets.get(TARGETS[1])).toMatchObject({ recordingSetting: 'required' });
  await world.setHost({ recording: 'required', endSessions: true });
  expect(await world.database.sessions.get(id)).toMatchObject({ state: 'ended' });
  expect(world.audit.slice(before).map(({ kind }) => kind)).toEqual([
    'policy.changed',
    'policy.changed',
    'session.disconnect-requested',
  ]);
});

function fail(): never {
  throw new Error('there is no such session');
}
