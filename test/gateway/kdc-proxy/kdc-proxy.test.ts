/** The KDC proxy between a real kinit and a real KDC: who is passed on where, and who is not. */
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { KdcProxy } from '../../../src/gateway/kdc-proxy/kdc-proxy.js';
import { parseRealms, type Realms } from '../../../src/gateway/kdc-proxy/realms.js';
import { makeCertificate, type ServerCertificate } from '../../../src/gateway/tls/certificate.js';
import { encodeKdcProxyMessage } from '../../../src/rdp/kdc-proxy/kdc-proxy-message.js';
import type { NewSession } from '../../../src/database/sessions.js';
import { session as sessionOf, ticket as ticketOf, user } from '../../database/samples.js';
import { refusalLog } from '../../helpers/refusals.js';
import { type HttpBench, makeHttpBench } from '../../http/bench.js';
import { freePort } from '../../peers/free-port.js';
import { kinit, startKrb5Kdc, type Krb5Kdc } from '../../peers/krb5-kdc.js';
import { useLab } from '../../peers/lab.js';
import { kdcRequest } from '../../rdp/kdc-proxy/kdc-request.js';
import { requirePeers } from '../../setup/requirements.js';

const REALM = 'WITNESS.TEST';
const ALICE = { realm: REALM, user: 'alice', password: 'a-password-of-alice' };

interface Proxy {
  readonly bench: HttpBench;
  readonly session: NewSession;
  readonly token: string;
  /** Base of its address. */
  readonly url: string;
  post(token: string, body: Uint8Array): Promise<number>;
}

let certificate: ServerCertificate;

beforeAll(async () => {
  certificate = await makeCertificate(['localhost', '127.0.0.1'], Date.now());
});

function realms(text: string): Realms {
  const parsed = parseRealms(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

/** A gateway's HTTPS server with the proxy, and a session that has a token for it. */
async function openProxy(kdcs: string, targetRealm: string | null = null): Promise<Proxy> {
  const tls = { cert: certificate.certificatePem, key: certificate.privateKeyPem };
  let proxy: KdcProxy | null = null;
  const bench = await makeHttpBench({
    tls,
    kdcProxy: { handle: (...asked) => (proxy ?? fail()).handle(...asked) },
  });
  const { database, audit } = bench;
  const refusals = refusalLog(audit);
  proxy = new KdcProxy({ database, audit, refusals, realms: realms(kdcs), clock: Date.now });
  const owner = user();
  await bench.database.users.create(owner);
  const about = { kind: 'ip', address: '192.0.2.7', port: 3389, recordingSetting: null, createdAtMs: 0 } as const;
  const session = sessionOf(owner, { connectionMethod: 'portal', authenticationMethod: 'kerberos' });
  await bench.database.targets.create({ id: session.targetId, name: 'build-07', realm: targetRealm, ...about });
  await bench.database.sessions.create(session);
  await bench.database.tickets.create(ticketOf(session, { entrance: 'portal', expiresAtMs: Date.now() + 60_000 }));
  const token = await proxy.issue(bench.database.kdcTokens, session.id);
  await bench.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = bench.app.server.address() as AddressInfo;
  const post = async (shown: string, body: Uint8Array): Promise<number> => {
    const payload = Buffer.from(body);
    const headers = { 'content-type': 'application/kerberos' };
    return (await bench.app.inject({ method: 'POST', url: `/KdcProxy/${shown}`, headers, payload })).statusCode;
  };
  return { bench, session, token, url: `https://localhost:${port}/KdcProxy`, post };
}

function fail(): never {
  throw new Error('not open yet');
}

async function audited({ bench }: Proxy): Promise<readonly unknown[]> {
  const rows = (await bench.rows()).filter(({ kind }) => kind.startsWith('kdc-proxy.'));
  return rows.map(({ kind, data }) => data['reason'] ?? kind);
}

const asked = (realm: string, targetDomain: string | null = realm): Uint8Array =>
  encodeKdcProxyMessage({ kerbMessage: kdcRequest(realm), targetDomain });

describe.runIf(requirePeers('krb5-kdc'))('kinit through the KDC proxy', () => {
  const lab = useLab();
  let kdc: Krb5Kdc;
  let certificateFile: string;
  let deadPort: number;

  beforeAll(async () => {
    kdc = await startKrb5Kdc(lab, ALICE);
    deadPort = await freePort();
    certificateFile = path.join(lab.scratch('certificate'), 'server.pem');
    await writeFile(certificateFile, certificate.certificatePem);
  }, 60_000);

  it.each([
    ['over TCP', (port: number) => `tcp/127.0.0.1:${port}`],
    ['over UDP', (port: number) => `udp/127.0.0.1:${port}`],
    ['from the KDC that answers', (port: number, dead: number) => `127.0.0.1:${dead},127.0.0.1:${port}`],
  ])('gets a ticket %s', async (_how, kdcs) => {
    const proxy = await openProxy(`${REALM}=${kdcs(kdc.port, deadPort)}`, REALM.toLowerCase());
    const listing = await kinit(lab, { ...ALICE, kdcProxy: `${proxy.url}/${proxy.token}`, certificateFile });
    expect(listing).toContain(`krbtgt/${REALM}@${REALM}`);
    expect(await audited(proxy)).toContain('kdc-proxy.request');
    expect(JSON.stringify(await proxy.bench.rows())).not.toContain(proxy.token);
  });

  it('gets none with a wrong password, or for a realm that is not configured, or is not the target’s', async () => {
    const known = await openProxy(`${REALM}=127.0.0.1:${kdc.port}`);
    const wrong = { ...ALICE, password: 'mistaken', kdcProxy: `${known.url}/${known.token}`, certificateFile };
    await expect(kinit(lab, wrong)).rejects.toThrow(/incorrect|preauthentication/i);
    const unknown = await openProxy(`OTHER.TEST=127.0.0.1:${kdc.port}`);
    await expect(
      kinit(lab, { ...ALICE, kdcProxy: `${unknown.url}/${unknown.token}`, certificateFile }),
    ).rejects.toThrow();
    expect(await audited(unknown)).toContain('realm');
    const another = await openProxy(`${REALM}=127.0.0.1:${kdc.port}`, 'OTHER.TEST');
    expect(await another.post(another.token, asked(REALM))).toBe(403);
    expect(await audited(another)).toEqual(['realm']);
  });
});

describe('the KDC proxy', () => {
  it('is there for people with a ticket, while it holds', async () => {
    const proxy = await openProxy(`${REALM}=127.0.0.1:1`);
    const { tickets, sessions } = proxy.bench.database;
    expect(await proxy.post('A'.repeat(43), asked(REALM))).toBe(403);
    expect(await proxy.post('short', asked(REALM))).toBe(403);
    expect(await proxy.post(proxy.token, asked(REALM))).toBe(503);
    await tickets.expire(Date.now() + 120_000);
    expect(await proxy.post(proxy.token, asked(REALM))).toBe(403);
    expect((await sessions.get(proxy.session.id))?.state).toBe('expired');
    expect(await audited(proxy)).toEqual(['token', 'token', 'kdc-proxy.request', 'unreachable', 'token']);
  });

  it('passes nothing on but requests to a KDC for the realm that they name', async () => {
    const proxy = await openProxy(`${REALM}=127.0.0.1:1;OTHER.TEST=127.0.0.1:1`);
    const bodies = [
      new Uint8Array(0),
      Uint8Array.of(1, 2, 3),
      encodeKdcProxyMessage({ kerbMessage: kdcRequest(REALM, 14), targetDomain: REALM }),
      asked(REALM, null),
      asked(REALM, 'OTHER.TEST'),
    ];
    for (const body of bodies) expect(await proxy.post(proxy.token, body)).toBe(400);
    expect(await audited(proxy)).toEqual(bodies.map(() => 'malformed'));
  });

  it('hears nobody who guesses, after some guesses, and writes no more of them down', async () => {
    const proxy = await openProxy(`${REALM}=127.0.0.1:1`);
    const statuses: number[] = [];
    for (let guess = 0; guess < 25; guess += 1) statuses.push(await proxy.post('A'.repeat(43), asked(REALM)));
    expect(statuses.filter((status) => status === 403)).toHaveLength(20);
    expect(statuses.at(-1)).toBe(429);
    expect(await audited(proxy)).toHaveLength(20);
  });

  it('takes no body that is larger than Kerberos’s', async () => {
    const proxy = await openProxy(`${REALM}=127.0.0.1:1`);
    expect(await proxy.post(proxy.token, new Uint8Array(200_000))).toBe(413);
  });

  it('is not there where no KDC is configured', async () => {
    const bench = await makeHttpBench();
    const answer = await bench.app.inject({ method: 'POST', url: `/KdcProxy/${'A'.repeat(43)}` });
    expect(answer.statusCode).toBe(404);
  });
});

it('realms and KDCs are read from one setting', () => {
  expect(realms('')).toEqual(new Map());
  expect(realms('a.test=kdc1, udp/kdc2:750; B.TEST=tcp/[::1]')).toEqual(
    new Map([
      [
        'A.TEST',
        [
          { host: 'kdc1', port: 88, protocol: 'both' },
          { host: 'kdc2', port: 750, protocol: 'udp' },
        ],
      ],
      ['B.TEST', [{ host: '::1', port: 88, protocol: 'tcp' }]],
    ]),
  );
  for (const wrong of ['A', 'A=', '=kdc', 'A=kdc:0', 'A=kdc:99999', 'A=b;a=c', 'A=http/kdc', 'A=k d c', 'A=b=c']) {
    expect(parseRealms(wrong), wrong).toBeUndefined();
  }
});
