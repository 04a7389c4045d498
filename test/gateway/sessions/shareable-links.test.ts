/** A session through a shareable link, from the request to the redemption of its ticket, on a real database. */
import { expect, it } from 'vitest';
import type { SessionRequest } from '../../../src/contract/api.js';
import type { AuditEvent, AuditRow } from '../../../src/contract/audit-event.js';
import { chainId, targetId } from '../../../src/contract/ids.js';
import { OneTimePasswords } from '../../../src/gateway/credentials/one-time-passwords.js';
import { admit, attemptLimits } from '../../../src/gateway/rdp/admission.js';
import { LiveSession, LiveSessions } from '../../../src/gateway/sessions/live-session.js';
import { SessionPlaces } from '../../../src/gateway/sessions/session-places.js';
import { SessionRequests } from '../../../src/gateway/sessions/session-requests.js';
import { ShareableLinks } from '../../../src/gateway/sessions/shareable-links.js';
import { LockOut } from '../../../src/identity/lock-out.js';
import { newSecret } from '../../../src/identity/secrets.js';
import { readHost, writeHost } from '../../../src/inventory/host.js';
import { SessionPolicy } from '../../../src/inventory/session-policy.js';
import { localMachine } from '../../../src/policy/scopes.js';
import { sqliteEngine } from '../../database/engines.js';
import { nextId, NOW_MS, user } from '../../database/samples.js';
import { refusalLog } from '../../helpers/refusals.js';

const ADDRESS = '192.0.2.10';
const HOUR_MS = 3_600_000;
const engine = sqliteEngine();

async function desk() {
  const database = await engine.open();
  const owner = user();
  await database.users.create(owner);
  const reader = { id: 'r1', principalKind: 'user', principal: owner.userName, principalName: null } as const;
  const everywhere = { role: 'Reader', scope: '/', source: 'manual', createdAtMs: NOW_MS } as const;
  await database.roleAssignments.create({ ...reader, ...everywhere });
  const where = { address: '192.0.2.7', port: 3389, recordingSetting: 'required', createdAtMs: NOW_MS } as const;
  const [target, other] = [targetId(nextId()), targetId(nextId())];
  for (const [id, name] of [
    [target, 'build-07'],
    [other, 'build-08'],
  ] as const) {
    await database.targets.create({ id, name, kind: 'resource', resourceId: localMachine(name), ...where });
  }
  const audit: AuditEvent[] = [];
  const append = async (event: AuditEvent): Promise<AuditRow> => {
    audit.push(event);
    return { ...event, chainId: chainId('test'), sequence: audit.length, timeMs: 0, previousHash: '', hash: '' };
  };
  const time = { nowMs: NOW_MS };
  const shared = { database, audit: { append }, clock: () => time.nowMs };
  const policy = new SessionPolicy({ ...shared, recording: 'required' });
  const places = new SessionPlaces(database, { sessionsPerUser: 0, sessionsPerHost: 0 }, shared.clock);
  const links = new ShareableLinks(shared);
  const requests = new SessionRequests({
    ...shared,
    notice: null,
    gatewayId: 'gateway-1',
    policy,
    places,
    links,
    secrets: { keep: async () => {} },
    entra: null,
    addresses: { find: async () => null },
    kdcProxy: null,
    channels: new Set(),
    oneTime: new OneTimePasswords(Buffer.alloc(32, 5)),
    tlsOnlyTickets: false,
    ticketAddressBinding: false,
    ticketLifetimeMs: 10 * HOUR_MS,
    rdpAddress: { host: 'gateway.example', port: 3389 },
  });
  const live = new LiveSessions();
  const admission = { ...shared, policy, places, live, reconnectWindowMs: 10 * HOUR_MS };
  const attempts = new LockOut(attemptLimits(30));
  const made = await links.create(owner, { target: { id: target, name: 'build-07' }, note: '', lifetimeMs: HOUR_MS });
  if (made === null) throw new Error('no link was made');
  const refusals = refusalLog({ append });
  return {
    database,
    audit,
    time,
    live,
    other,
    secret: made.secret,
    revoke: () => links.revoke(owner, made.link.id),
    ask: (change: Partial<SessionRequest> = {}) => {
      const request = { targetId: target, connectionMethod: 'portal', authenticationMethod: 'password' } as const;
      return requests.request(owner, { ...request, linkSecret: made.secret, ...change }, ADDRESS);
    },
    show: (routingToken: string) =>
      admit({ ...admission, attempts, refusals }, routingToken.slice('witness-'.length), {
        entrance: 'portal',
        clientAddress: ADDRESS,
      }),
  };
}

type Desk = Awaited<ReturnType<typeof desk>>;

async function authorised(at: Desk) {
  const result = await at.ask();
  if (!('created' in result)) throw new Error(JSON.stringify(result));
  return result.created;
}

const codesOf = (result: Awaited<ReturnType<Desk['ask']>>) =>
  'denied' in result ? result.denied.map(({ code }) => code) : result;

it('a session through a link is one of the portal, is recorded, and its row and its rows in the log say so', async () => {
  const at = await desk();
  const created = await authorised(at);
  expect(created).toMatchObject({ recorded: true, oneTime: null });
  const session = await at.database.sessions.get(created.sessionId);
  expect(session).toMatchObject({ throughLink: true, connectionMethod: 'portal' });
  const used = at.audit.find(({ kind }) => kind === 'link.used');
  expect(used).toMatchObject({ sessionId: created.sessionId, data: { targetName: 'build-07' } });
  expect(await at.show(created.routingToken)).toMatchObject({ kind: 'admitted', session: { throughLink: true } });
  expect(JSON.stringify(at.audit)).not.toContain(at.secret);
});

it('a link that is unknown, revoked, expired or of another target gives no ticket', async () => {
  const at = await desk();
  expect(await at.ask({ linkSecret: newSecret() })).toEqual({ link: 'unknown' });
  expect(await at.ask({ targetId: at.other })).toEqual({ link: 'other-target' });
  at.time.nowMs = NOW_MS + HOUR_MS;
  expect(await at.ask()).toEqual({ link: 'expired' });
  at.time.nowMs = NOW_MS;
  await at.revoke();
  expect(await at.ask()).toEqual({ link: 'revoked' });
  const refused = at.audit.filter(({ kind }) => kind === 'link.refused');
  expect(refused.map(({ data }) => data['reason'])).toEqual(['unknown', 'other-target', 'expired', 'revoked']);
  expect(at.audit.some(({ kind }) => kind === 'session.ticket-issued')).toBe(false);
});

it('policy decides about a link as its rules say: not for native clients, not where links are off', async () => {
  const at = await desk();
  expect(codesOf(await at.ask({ connectionMethod: 'native' }))).toEqual(['link-native']);
  const host = await readHost(at.database, 'required');
  await writeHost(at.database, { ...host, shareableLinks: false }, NOW_MS);
  expect(codesOf(await at.ask())).toEqual(['links-off']);
});

it('a link gives no role: without Reader nobody connects by it', async () => {
  const at = await desk();
  await at.database.roleAssignments.remove('r1');
  expect(codesOf(await at.ask())).toEqual(expect.arrayContaining(['reader-target', 'reader-host']));
});

it.each([
  ['revoked', (at: Desk): Promise<unknown> => at.revoke()],
  ['expired', async (at: Desk): Promise<unknown> => void (at.time.nowMs = NOW_MS + HOUR_MS)],
] as const)('a link that is %s between request and redemption lets nobody in', async (_, end) => {
  const at = await desk();
  const created = await authorised(at);
  await end(at);
  expect(await at.show(created.routingToken)).toMatchObject({ kind: 'refused', reason: 'link-over' });
  expect(at.audit.at(-1)).toMatchObject({ kind: 'session.ticket-refused', data: { reason: 'link-over' } });
  const session = await at.database.sessions.get(created.sessionId);
  expect(session).toMatchObject({ state: 'refused', endReason: 'link-over' });
});

it('whoever lost the connection does not come back by a link that was revoked', async () => {
  const at = await desk();
  const created = await authorised(at);
  const admitted = await at.show(created.routingToken);
  if (admitted.kind !== 'admitted') throw new Error(admitted.reason);
  at.live.add(new LiveSession(admitted.session, admitted.permit, NOW_MS, new Set()));
  await at.database.sessions.update(created.sessionId, { state: 'live' });
  await at.database.sessions.update(created.sessionId, { state: 'client-lost', clientLostAtMs: NOW_MS });
  await at.revoke();
  expect(await at.show(created.routingToken)).toMatchObject({ kind: 'refused', reason: 'link-over' });
});

it('a session that says it came by a link, and is tied to none, lets nobody in', async () => {
  const at = await desk();
  const created = await authorised(at);
  await at.database.kysely.deleteFrom('session_links').execute();
  expect(await at.show(created.routingToken)).toMatchObject({ kind: 'refused', reason: 'link-over' });
});
