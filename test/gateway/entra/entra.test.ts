/**
 * Sign-in with Entra ID on the target leg, both ends real: an OpenID Connect provider issues the token, and a target that
 * follows the specification checks the assertion.
 */
import { describe, expect, it } from 'vitest';
import { DEFAULT_REFUSAL_LIMITS } from '../../../src/audit/refusal-budget.js';
import type { RefusalLog } from '../../../src/audit/refusal-log.js';
import type { AuditEvent, AuditRow } from '../../../src/contract/audit-event.js';
import { chainId, targetId } from '../../../src/contract/ids.js';
import type { Database } from '../../../src/database/open.js';
import type { SessionRecord } from '../../../src/database/sessions.js';
import type { UserRecord } from '../../../src/database/users.js';
import { SessionSecrets } from '../../../src/gateway/credentials/session-secrets.js';
import { EntraAuthority } from '../../../src/gateway/entra/authority.js';
import type { EntraProofParts } from '../../../src/gateway/entra/entra-proof.js';
import { BusyError } from '../../../src/identity/one-at-a-time.js';
import { EntraSignIns } from '../../../src/gateway/entra/entra-sign-ins.js';
import { createPopKey } from '../../../src/gateway/entra/pop-key.js';
import type { TargetLeg } from '../../../src/gateway/rdp/target/open-target-leg.js';
import { TargetConnector } from '../../../src/gateway/rdp/target/target-connector.js';
import { TargetError } from '../../../src/gateway/rdp/target/target-error.js';
import { makeCertificate } from '../../../src/gateway/tls/certificate.js';
import {
  PROTOCOL_HYBRID,
  PROTOCOL_RDSAAD,
  PROTOCOL_SSL,
  SSL_NOT_ALLOWED_BY_SERVER,
} from '../../../src/rdp/connection/security-protocols.js';
import type { NegotiationResult } from '../../../src/rdp/connection/x224/connection-confirm.js';
import { sqliteEngine } from '../../database/engines.js';
import { session as sessionOf, user } from '../../database/samples.js';
import { ENTRA_CLIENT_ID, startAuthority, type TestAuthority } from '../../helpers/entra-authority.js';
import { type Found, rdsAad, type RdsAadOptions } from '../../helpers/rdsaad-target.js';
import { refusalLog } from '../../helpers/refusals.js';
import { type RdpTarget, selects, startRdpTarget } from '../../helpers/rdp-target.js';

const KEY = Buffer.alloc(32, 7);
const REDIRECT = 'https://gateway.example/api/v1/entra/callback';
const TARGET = { id: targetId('target-1'), address: '127.0.0.1' };
const engine = sqliteEngine();

interface Desk {
  readonly database: Database;
  readonly authority: TestAuthority;
  readonly signIns: EntraSignIns;
  readonly audit: AuditEvent[];
  readonly refusals: RefusalLog;
  readonly ada: UserRecord;
  nowMs: number;
  /** Signs somebody in at the authority and comes back with the browser's secret, or another. */
  signIn(login?: string, browserSecret?: string): Promise<{ id: string; refusal: string | null; query: string }>;
  take(id: string): Promise<EntraProofParts | null>;
  connect(proof: EntraProofParts | null, target: RdpTarget, change?: Partial<SessionRecord>): Promise<TargetLeg>;
}

async function open(): Promise<Desk> {
  const database = await engine.open();
  const ada = user();
  await database.users.create(ada);
  const testAuthority = await startAuthority(REDIRECT);
  const audit: AuditEvent[] = [];
  const append = async (event: AuditEvent): Promise<AuditRow> => {
    audit.push(event);
    return { ...event, chainId: chainId('test'), sequence: audit.length, timeMs: 0, previousHash: '', hash: '' };
  };
  const authority = new EntraAuthority({
    issuer: testAuthority.issuer,
    clientId: ENTRA_CLIENT_ID,
    redirectUri: REDIRECT,
  });
  const clock = (): number => desk.nowMs;
  const { scope } = testAuthority;
  const refusals = refusalLog({ append }, clock);
  const signIns = new EntraSignIns({ database, audit: { append }, refusals, authority, key: KEY, scope, clock });
  const secrets = new SessionSecrets(KEY);
  const connector = new TargetConnector({
    database,
    roots: [],
    entra: authority,
    audit: { append },
    clock: Date.now,
    certificates: {
      audit: { append },
      changeAllowed: false,
      book: {
        expected: async () => ({ policy: 'trust-on-first-use', sha256: null }),
        remember: async () => true,
      },
    },
    credentials: { load: async () => null },
    secrets,
  });
  const desk: Desk = {
    database,
    authority: testAuthority,
    signIns,
    audit,
    refusals,
    ada,
    nowMs: Date.now(),
    signIn: async (login = 'ada', browserSecret) => {
      const begun = await signIns.begin(ada.id, TARGET);
      const back = await testAuthority.signIn(begun.authorizationUrl, login);
      expect(back.href.startsWith(REDIRECT)).toBe(true);
      const query = back.search.slice(1);
      const refusal = await signIns.finish(query, browserSecret ?? begun.browserSecret, '192.0.2.10');
      return { id: begun.id, refusal, query };
    },
    take: (id) => signIns.take(database.entraSignIns, id, ada.id, TARGET.id),
    connect: async (proof, target, change = {}) => {
      const asked = { targetAddress: '127.0.0.1', targetPort: target.port, authenticationMethod: 'entra' } as const;
      const stored = sessionOf(ada, { ...asked, recorded: true, ...change });
      await database.sessions.create(stored);
      const secret = proof === null ? null : ({ kind: 'entra', ...proof } as const);
      if (secret !== null) await secrets.keep(database.sessionSecrets, stored.id, secret, desk.nowMs + 60_000);
      const session = await database.sessions.get(stored.id);
      if (session === null) throw new Error('no session');
      return connector.open(session, null);
    },
  };
  return desk;
}

async function startTarget(
  options: Omit<RdsAadOptions, 'host' | 'people'> & Partial<RdsAadOptions>,
  answer: () => NegotiationResult = selects(PROTOCOL_RDSAAD),
): Promise<{ target: RdpTarget; found: Found[] }> {
  const { certificatePem, privateKeyPem } = await makeCertificate(['127.0.0.1'], Date.now());
  const found: Found[] = [];
  const speak = rdsAad({ host: '127.0.0.1', people: new Set(['ada']), ...options }, found);
  const target = await startRdpTarget({ cert: certificatePem, key: privateKeyPem, answer, speak });
  return { target, found };
}

async function problemOf(connecting: Promise<TargetLeg>): Promise<TargetError> {
  const outcome: unknown = await connecting.catch((error: unknown) => error);
  if (outcome instanceof TargetError) return outcome;
  throw outcome instanceof Error ? outcome : new Error('the target was used');
}

describe('a person’s sign-in', () => {
  it('is granted to the browser that began it, used once, and on record without a secret', async () => {
    const desk = await open();
    const { id, refusal, query } = await desk.signIn();
    expect(refusal).toBeNull();
    expect(await desk.signIns.isGranted(id, desk.ada.id)).toBe(true);
    const taken = await Promise.all([desk.take(id), desk.take(id)]);
    const [proof] = taken.filter((one) => one !== null);
    expect(taken.filter((one) => one !== null)).toHaveLength(1);
    expect(proof?.resourceUri).toBe('ms-device-service://termsrv.wvd.microsoft.com/name/127.0.0.1');
    expect(desk.audit.map(({ kind }) => kind)).toEqual(['entra.sign-in-begun', 'entra.sign-in-granted']);
    const written = JSON.stringify([
      desk.audit,
      await desk.database.kysely.selectFrom('entra_sign_ins').selectAll().execute(),
    ]);
    for (const secret of [proof?.accessToken ?? 'none', proof?.key ?? 'none', ...new URLSearchParams(query).values()]) {
      if (secret !== desk.authority.issuer) expect(written).not.toContain(secret);
    }
  });

  it('waits for those of others, and is refused when too many wait: keys take the threads that traces are written by', async () => {
    const desk = await open();
    const begun = await Promise.allSettled(Array.from({ length: 10 }, () => desk.signIns.begin(desk.ada.id, TARGET)));
    const refusals = begun.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(refusals.length).toBeGreaterThan(0);
    for (const refusal of refusals) expect(refusal).toBeInstanceOf(BusyError);
    expect(desk.audit).toHaveLength(begun.length - refusals.length);
  });

  it('that another browser brings back is nobody’s', async () => {
    const desk = await open();
    for (const browserSecret of ['', 'guessed']) {
      const { id, refusal } = await desk.signIn('ada', browserSecret);
      expect(refusal).toBe('attempt');
      expect(await desk.take(id)).toBeNull();
    }
    expect(desk.audit.filter(({ kind }) => kind === 'entra.sign-in-failed')).toHaveLength(2);
  });

  it('is not to be had with rubbish, however much of it: the rows that it costs are bounded', async () => {
    const desk = await open();
    const { burst } = DEFAULT_REFUSAL_LIMITS.network;
    for (let count = 0; count < burst + 50; count += 1) {
      expect(await desk.signIns.finish(`state=rubbish-${count}&code=x`, '', '198.51.100.7')).toBe('attempt');
    }
    expect(desk.audit).toHaveLength(burst);
    await desk.refusals.flush();
    expect(desk.audit.at(-1)).toMatchObject({ data: { count: 50, reasons: { 'entra.sign-in-failed attempt': 50 } } });
  });

  it('does not serve another person or another target, and not for ever', async () => {
    const desk = await open();
    const { id } = await desk.signIn();
    const { entraSignIns } = desk.database;
    expect(await desk.signIns.take(entraSignIns, id, user().id, TARGET.id)).toBeNull();
    expect(await desk.signIns.take(entraSignIns, id, desk.ada.id, targetId('target-2'))).toBeNull();
    desk.nowMs += 11 * 60_000;
    expect(await desk.take(id)).toBeNull();
    await entraSignIns.eraseExpired(desk.nowMs);
    expect(await desk.database.kysely.selectFrom('entra_sign_ins').selectAll().execute()).toEqual([]);
  });

  it('is not granted for a code that the authority does not know, or a state that the gateway does not', async () => {
    const desk = await open();
    const { browserSecret, authorizationUrl } = await desk.signIns.begin(desk.ada.id, TARGET);
    const state = new URL(authorizationUrl).searchParams.get('state') ?? '';
    const answer = new URLSearchParams({ code: 'guessed', state, iss: desk.authority.issuer }).toString();
    expect(await desk.signIns.finish(answer, browserSecret, '192.0.2.10')).toBe('authority');
    expect(await desk.signIns.finish('code=guessed&state=guessed', browserSecret, '192.0.2.10')).toBe('attempt');
  });
});

describe('a session of Entra ID', () => {
  it('asks its target for RDS AAD Auth alone, proves the token’s key, and goes on to the desktop', async () => {
    const desk = await open();
    const { target, found } = await startTarget({ authority: desk.authority });
    const { id } = await desk.signIn();
    const leg = await desk.connect(await desk.take(id), target);
    leg.socket.destroy();
    expect(found).toEqual([{ result: 0, why: 'none' }]);
    expect(target.asked).toMatchObject([{ requestedProtocols: PROTOCOL_RDSAAD, flags: 0 }]);
    expect(leg.clientInfo).toEqual({ domain: '', userName: '', password: '' });
    expect(desk.audit.at(-1)).toMatchObject({ kind: 'session.credential-used', data: { source: 'entra' } });
  });

  it.each([
    ['the person may not sign in there', { people: new Set<string>() }, 'person', 'target-logon-denied'],
    ['the token is for another target', { host: 'another' }, 'token', 'target-entra-failed'],
  ])('is refused when %s', async (_why, options, why, problem) => {
    const desk = await open();
    const { target, found } = await startTarget({ authority: desk.authority, ...options });
    const { id } = await desk.signIn();
    expect((await problemOf(desk.connect(await desk.take(id), target))).problem).toBe(problem);
    expect(found).toMatchObject([{ why }]);
  });

  it('is refused when the token is bound to another key', async () => {
    const desk = await open();
    const { target, found } = await startTarget({ authority: desk.authority });
    const { id } = await desk.signIn();
    const proof = await desk.take(id);
    if (proof === null) throw new Error('no proof');
    const key = (await createPopKey()).toString('base64');
    expect((await problemOf(desk.connect({ ...proof, key }, target))).problem).toBe('target-entra-failed');
    expect(found).toMatchObject([{ why: 'token-key' }]);
  });

  it('tells what Windows says of the account', async () => {
    const desk = await open();
    const { target } = await startTarget({ authority: desk.authority, result: 0xd000_0072 });
    const { id } = await desk.signIn();
    const error = await problemOf(desk.connect(await desk.take(id), target));
    expect(error.problem).toBe('target-logon-denied');
    expect(error.message).toContain('disabled');
  });

  it.each([
    ['selects TLS', selects(PROTOCOL_SSL)],
    ['selects NLA', selects(PROTOCOL_HYBRID)],
    [
      'knows no such protocol',
      (): NegotiationResult => ({ kind: 'failure', flags: 0, failureCode: SSL_NOT_ALLOWED_BY_SERVER }),
    ],
    ['knows RDP’s own encryption only', (): NegotiationResult => ({ kind: 'none' })],
  ])('[invariant 1] ends when the target %s', async (_what, answer) => {
    const desk = await open();
    const { target, found } = await startTarget({ authority: desk.authority }, answer);
    const { id } = await desk.signIn();
    expect((await problemOf(desk.connect(await desk.take(id), target))).problem).toBe('target-without-entra');
    expect(found).toEqual([]);
    expect(target.asked).toMatchObject([{ requestedProtocols: PROTOCOL_RDSAAD }]);
  });

  it('[invariant 1] has no other way in: without a sign-in it does not connect', async () => {
    const desk = await open();
    const { target } = await startTarget({ authority: desk.authority });
    expect((await problemOf(desk.connect(null, target))).problem).toBe('target-entra-failed');
    expect(target.asked).toEqual([]);
  });
});

it('[invariant 1] a session of another method has no use for a sign-in with Entra ID', async () => {
  const desk = await open();
  const { target } = await startTarget({ authority: desk.authority });
  const { id } = await desk.signIn();
  const connecting = desk.connect(await desk.take(id), target, { authenticationMethod: 'password' });
  expect((await problemOf(connecting)).problem).toBe('target-entra-unexpected');
  expect(target.asked).toEqual([]);
});
