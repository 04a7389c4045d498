/** What a person gets who asks for a session: a ticket, what proves it, and how to use both. */
import { describe, expect, it } from 'vitest';
import type { SessionCreated, SessionRequest } from '../../src/contract/api.js';
import type { AuditEvent, AuditRow } from '../../src/contract/audit-event.js';
import { ALL_CHANNEL_USES } from '../../src/contract/channel-policy.js';
import { chainId, targetId } from '../../src/contract/ids.js';
import type { Database } from '../../src/database/open.js';
import { OneTimePasswords } from '../../src/gateway/credentials/one-time-passwords.js';
import { SealError } from '../../src/gateway/keys/sealing.js';
import { ticketHash } from '../../src/gateway/rdp/ticket.js';
import { SessionRequests, type SessionRequestsOptions } from '../../src/gateway/sessions/session-requests.js';
import { SessionPolicy } from '../../src/inventory/session-policy.js';
import { writeHost, readHost } from '../../src/inventory/host.js';
import { TypedAddresses } from '../../src/inventory/typed-address.js';
import { requireNetworks } from '../inventory/networks.js';
import { abilitiesWith, type GatewayAbilities } from '../../src/policy/gateway-abilities.js';
import { localMachine } from '../../src/policy/scopes.js';
import { ntHashOf } from '../../src/rdp/nla/ntlm/ntlmv2.js';
import { sqliteEngine } from '../database/engines.js';
import { nextId, NOW_MS, user } from '../database/samples.js';

const ADDRESS = '192.0.2.10';
const KEY = Buffer.alloc(32, 5);

interface Counter {
  readonly database: Database;
  readonly audit: AuditEvent[];
  readonly request: (change?: Partial<SessionRequest>, clientAddress?: string) => Promise<SessionCreated | string>;
}

const engine = sqliteEngine();

async function open(change: Partial<SessionRequestsOptions> = {}, abilities?: GatewayAbilities): Promise<Counter> {
  const database = await engine.open();
  const owner = user();
  await database.users.create(owner);
  const reader = { id: 'r1', principalKind: 'user', principal: owner.userName, principalName: null } as const;
  const everywhere = { role: 'Reader', scope: '/', source: 'manual', createdAtMs: NOW_MS } as const;
  await database.roleAssignments.create({ ...reader, ...everywhere });
  const target = targetId(nextId());
  const where = { kind: 'ip', address: '192.0.2.7', port: 3389, createdAtMs: NOW_MS } as const;
  await database.targets.create({ id: target, name: 'build', recordingSetting: 'required', ...where });
  const audit: AuditEvent[] = [];
  const append = async (event: AuditEvent): Promise<AuditRow> => {
    audit.push(event);
    return { ...event, chainId: chainId('test'), sequence: audit.length, timeMs: 0, previousHash: '', hash: '' };
  };
  const requests = new SessionRequests({
    notice: null,
    channels: new Set(ALL_CHANNEL_USES),
    database,
    audit: { append },
    clock: () => NOW_MS,
    gatewayId: 'gateway-1',
    policy: new SessionPolicy({
      database,
      recording: 'required',
      clock: () => NOW_MS,
      ...(abilities && { abilities }),
    }),
    addresses: new TypedAddresses({
      targets: database.targets,
      open: requireNetworks('10.0.0.0/8'),
      ownPorts: new Set([443]),
      clock: () => NOW_MS,
    }),
    secrets: { keep: async () => {} },
    entra: null,
    kdcProxy: null,
    places: { look: async () => null },
    links: { show: async () => ({ kind: 'refused', reason: 'unknown' }) },
    oneTime: new OneTimePasswords(KEY),
    tlsOnlyTickets: false,
    ticketAddressBinding: false,
    ticketLifetimeMs: 60_000,
    rdpAddress: { host: 'gateway.example', port: 3389 },
    ...change,
  });
  return {
    database,
    audit,
    request: async (more = {}, clientAddress = ADDRESS) => {
      const asked = {
        ...(more.address === undefined && { targetId: target }),
        connectionMethod: 'native',
        authenticationMethod: 'password',
        ...more,
      } as const;
      const result = await requests.request(owner, asked, clientAddress);
      if ('created' in result) return result.created;
      return 'refused' in result ? result.refused : JSON.stringify(result);
    },
  };
}

function madeOf(answer: SessionCreated | string): SessionCreated {
  if (typeof answer === 'string') throw new Error(answer);
  return answer;
}

const boundAddressOf = async ({ database }: Counter, { sessionId }: SessionCreated) =>
  (
    await database.kysely
      .selectFrom('tickets')
      .select('bound_client_address')
      .where('session_id', '=', sessionId)
      .executeTakeFirstOrThrow()
  ).bound_client_address;

describe('a request for Kerberos', () => {
  it('keeps no password, with which the gateway would sign in by NTLM under its label', async () => {
    const kept: unknown[] = [];
    const secrets = { keep: async (...secret: unknown[]) => void kept.push(secret) };
    const counter = await open({ secrets }, abilitiesWith({ entra: false, kdcs: true }));
    const machine = targetId(nextId());
    const where = { address: '192.0.2.8', port: 3389, resourceId: localMachine('vm'), createdAtMs: NOW_MS } as const;
    await counter.database.targets.create({
      id: machine,
      name: 'vm',
      kind: 'resource',
      recordingSetting: null,
      ...where,
    });
    const credential = { userName: 'ada@contoso.com', password: 'not-a-secret' };
    const asked = { targetId: machine, connectionMethod: 'portal', credential } as const;
    madeOf(await counter.request({ ...asked, authenticationMethod: 'kerberos' }));
    expect(kept).toEqual([]);
    madeOf(await counter.request({ ...asked, authenticationMethod: 'password' }));
    expect(kept).toHaveLength(1);
  });
});

describe('a request for a native client', () => {
  it('answers a one-time password, of which the gateway keeps the sealed NT hash alone', async () => {
    const counter = await open();
    const created = madeOf(await counter.request());
    const { userName, password } = created.oneTime ?? { userName: '', password: '' };
    expect(password).toMatch(/^[A-Za-z0-9_-]{27}$/);
    const ticket = created.routingToken.slice('witness-'.length);
    const located = await counter.database.tickets.locate(ticketHash(ticket));
    expect(located?.proof?.userName).toBe(userName);
    const proof = located?.proof ?? { userName: '', sealedKey: '' };
    const ntHash = new OneTimePasswords(KEY).open(created.sessionId, proof);
    expect(Buffer.from(ntHash)).toEqual(Buffer.from(ntHashOf(password)));
    const other = madeOf(await counter.request()).sessionId;
    expect(() => new OneTimePasswords(KEY).open(other, proof)).toThrow(SealError);
  });

  it('[invariant 6] says the password in no row, no command line and no file', async () => {
    const counter = await open();
    const { oneTime, xfreerdp, rdpFile } = madeOf(await counter.request());
    const password = oneTime?.password ?? 'none';
    expect(`${JSON.stringify(counter.audit)}${xfreerdp}${rdpFile}`).not.toContain(password);
    expect(xfreerdp).toContain(`/u:${oneTime?.userName}`);
    expect(rdpFile.split('\r\n')).toEqual(
      expect.arrayContaining([`username:s:${oneTime?.userName}`, 'enablecredsspsupport:i:1']),
    );
  });

  it('gives a ticket for TLS alone where that is allowed, good from the address of the request only', async () => {
    const strict = await open();
    expect(await strict.request({ clientSecurity: 'tls' })).toBe('tls-only-tickets-off');
    expect(strict.audit.at(-1)).toMatchObject({ kind: 'request.refused', data: { reason: 'tls-only-tickets-off' } });
    const counter = await open({ tlsOnlyTickets: true });
    const created = madeOf(await counter.request({ clientSecurity: 'tls' }, '::ffff:192.0.2.10'));
    expect(created.oneTime).toBeNull();
    expect(created.rdpFile).toContain('enablecredsspsupport:i:0');
    expect(await boundAddressOf(counter, created)).toBe(ADDRESS);
    const issued = counter.audit.find(({ kind }) => kind === 'session.ticket-issued');
    expect(issued?.data).toMatchObject({ proof: 'none (TLS only)', boundClientAddress: ADDRESS });
  });

  it('binds every ticket to the address of its request when it is told to', async () => {
    const [free, bound] = [await open(), await open({ ticketAddressBinding: true })];
    expect(await boundAddressOf(free, madeOf(await free.request()))).toBeNull();
    expect(await boundAddressOf(bound, madeOf(await bound.request()))).toBe(ADDRESS);
  });
});

it('a ticket of the portal has no one-time password, whatever is asked for', async () => {
  const counter = await open();
  for (const clientSecurity of ['nla', 'tls'] as const) {
    expect(madeOf(await counter.request({ connectionMethod: 'portal', clientSecurity })).oneTime).toBeNull();
  }
});

describe('a request for an address in place of a target', () => {
  const asked = { address: '10.0.0.5', connectionMethod: 'portal', port: 3390 } as const;
  const switchOn = async ({ database }: Counter): Promise<void> =>
    writeHost(database, { ...(await readHost(database, 'required')), ipConnect: true, sessionRecording: true }, NOW_MS);

  it('is decided as of the kind "ip": refused while IP-based connections are off, and nothing is kept', async () => {
    const counter = await open();
    const { database, audit } = counter;
    await writeHost(database, { ...(await readHost(database, 'required')), ipConnect: false }, NOW_MS);
    expect(await counter.request(asked)).toContain('"ip-off"');
    expect(await database.targets.get(targetId('ip:10.0.0.5:3390'))).toBeNull();
    expect(audit.at(-1)).toMatchObject({
      kind: 'session.decided',
      data: { outcome: 'denied', address: '10.0.0.5', port: 3390, targetId: 'ip:10.0.0.5:3390' },
    });
  });

  it('becomes a recorded session to address and port, which audit says from the first row on', async () => {
    const counter = await open();
    await switchOn(counter);
    const { sessionId, recorded } = madeOf(await counter.request(asked));
    expect(recorded).toBe(true);
    expect(await counter.database.sessions.get(sessionId)).toMatchObject({
      targetId: 'ip:10.0.0.5:3390',
      targetName: '10.0.0.5:3390',
      targetAddress: '10.0.0.5',
      targetPort: 3390,
    });
    expect(counter.audit[0]).toMatchObject({ kind: 'session.requested', data: { address: '10.0.0.5', port: 3390 } });
    madeOf(await counter.request(asked));
  });

  it('is refused, and on record, where nobody may type addresses', async () => {
    const counter = await open();
    await switchOn(counter);
    for (const address of ['127.0.0.1', '169.254.169.254', '192.0.2.7']) {
      expect(await counter.request({ ...asked, address })).toBe('address-not-open');
      const data = { reason: 'address-not-open', address, port: 3390 };
      expect(counter.audit.at(-1)).toMatchObject({ kind: 'request.refused', data });
    }
  });

  it('is decided by the inventory and the networks of now, also when the target that it became is named', async () => {
    const counter = await open();
    await switchOn(counter);
    const { sessionId } = madeOf(await counter.request(asked));
    const typed = { targetId: targetId('ip:10.0.0.5:3390'), connectionMethod: 'portal' } as const;
    expect(madeOf(await counter.request(typed)).recorded).toBe(true);
    const listed = targetId(nextId());
    const where = { kind: 'ip', address: '10.0.0.5', port: 3390, createdAtMs: NOW_MS } as const;
    await counter.database.targets.create({ id: listed, name: 'vault', recordingSetting: 'off', ...where });
    const again = madeOf(await counter.request(typed));
    expect(await counter.database.sessions.get(again.sessionId)).toMatchObject({ targetId: listed, recorded: false });
    expect(await counter.database.sessions.get(sessionId)).toMatchObject({ targetId: typed.targetId });
    const closed = await open({ addresses: { find: async () => null } });
    await switchOn(closed);
    const kept = await counter.database.targets.get(typed.targetId);
    if (kept !== null) await closed.database.targets.keepUnlisted(kept);
    expect(await closed.request(typed)).toBe('address-not-open');
  });

  it('asks policy about Entra ID as of every address: it is not for them', async () => {
    const counter = await open();
    await switchOn(counter);
    expect(await counter.request({ ...asked, authenticationMethod: 'entra' })).toContain('"entra-ip"');
  });
});
