import { describe, expect, it } from 'vitest';
import { targetId } from '../../src/contract/ids.js';
import { type LinkCreated, type LinkInfo, MAX_LIVE_LINKS } from '../../src/contract/links.js';
import { hashSecret, newSecret } from '../../src/identity/secrets.js';
import { readHost, writeHost } from '../../src/inventory/host.js';
import { localMachine } from '../../src/policy/scopes.js';
import { nextId } from '../database/samples.js';
import { type HttpBench, makeHttpBench } from './bench.js';

const HOUR_MS = 3_600_000;
type Headers = Record<string, string>;

async function withTarget() {
  const bench = await makeHttpBench();
  const id = targetId(nextId());
  const where = { address: '192.0.2.7', port: 3389, recordingSetting: null, createdAtMs: 0 } as const;
  await bench.database.targets.create({
    id,
    name: 'build-07',
    kind: 'resource',
    resourceId: localMachine('build-07'),
    ...where,
  });
  const operator = await bench.signIn(['operator']);
  const create = (payload: object = {}, headers: Headers = operator) =>
    bench.app.inject({
      method: 'POST',
      url: '/api/v1/links',
      headers,
      payload: { targetId: id, lifetimeHours: 8, ...payload },
    });
  const open = (secret: string, headers: Headers) =>
    bench.app.inject({ method: 'POST', url: '/api/v1/links/open', headers, payload: { secret } });
  const list = async () =>
    (await bench.app.inject({ url: '/api/v1/links', headers: operator })).json<{ links: LinkInfo[]; most: number }>();
  return { bench, id, operator, create, open, list, where };
}

/** A row of a link, as if it had been made before. */
async function store(bench: HttpBench, id: ReturnType<typeof targetId>, lifetimeMs = HOUR_MS): Promise<string> {
  const [maker] = await bench.database.users.accounts();
  if (maker === undefined) throw new Error('there is nobody');
  const secret = newSecret();
  const nowMs = Date.now();
  const times = { createdAtMs: nowMs, expiresAtMs: nowMs + lifetimeMs };
  const row = { id: nextId(), secretHash: hashSecret(secret), targetId: id, note: '', createdBy: maker.id, ...times };
  await bench.database.shareableLinks.add(row);
  return secret;
}

describe('making links', () => {
  it('a link is made for a target, listed without its secret, and on record before it is there', async () => {
    const { bench, id, create, list } = await withTarget();
    const made = await create({ note: 'for the auditors' });
    expect(made.statusCode, made.body).toBe(201);
    const { secret, ...info } = made.json<LinkCreated>();
    // 256 bits.
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(info).toMatchObject({
      targetId: id,
      targetName: 'build-07',
      note: 'for the auditors',
      createdBy: 'operator',
    });
    expect(Date.parse(info.expiresAt) - Date.parse(info.createdAt)).toBe(8 * HOUR_MS);
    expect(await list()).toEqual({ links: [info], most: MAX_LIVE_LINKS });
    expect((await bench.rows()).at(-1)).toMatchObject({
      kind: 'link.created',
      data: { linkId: info.id, targetId: id },
    });
    const kept = await bench.database.kysely.selectFrom('shareable_links').selectAll().execute();
    expect(kept).toMatchObject([{ secret_hash: hashSecret(secret) }]);
    expect(JSON.stringify([kept, await bench.rows()])).not.toContain(secret);
  });

  it('[invariant 5] no link is there that is not on record', async () => {
    const { bench, create, list } = await withTarget();
    bench.audit.append = () => Promise.reject(new Error('audit is gone'));
    expect((await create()).statusCode).toBeGreaterThanOrEqual(500);
    expect((await list()).links).toEqual([]);
  });

  it('what is no target, no lifetime or no note makes no link', async () => {
    const { create } = await withTarget();
    expect((await create({ targetId: 'nothing' })).statusCode).toBe(404);
    for (const wrong of [
      { lifetimeHours: 0 },
      { lifetimeHours: 1.5 },
      { lifetimeHours: 8761 },
      { note: 'two\nlines' },
      { note: 'x'.repeat(201) },
      { secret: newSecret() },
    ]) {
      expect((await create(wrong)).statusCode, JSON.stringify(wrong)).toBe(400);
    }
  });

  it('a link that policy refuses to everybody is not made, with the reason of the rule', async () => {
    const { bench, create, where } = await withTarget();
    const address = targetId(nextId());
    await bench.database.targets.create({ id: address, name: 'by-address', kind: 'ip', ...where });
    const refused = await create({ targetId: address });
    expect(refused.json()).toMatchObject({
      type: 'urn:witness:problem:link-not-possible',
      status: 409,
      reasons: [{ code: 'link-ip' }],
    });
    const host = await readHost(bench.database, 'required');
    await writeHost(bench.database, { ...host, shareableLinks: false }, 1);
    expect((await create()).json()).toMatchObject({ reasons: [{ code: 'links-off' }] });
  });

  it('a host has 500 links that work at most, also when two ask for the last one at once', async () => {
    const { bench, id, operator, create, list } = await withTarget();
    for (let count = 0; count < MAX_LIVE_LINKS - 1; count++) await store(bench, id);
    // These do not count.
    await store(bench, id, -1);
    const answers = await Promise.all([create(), create()]);
    expect(answers.map(({ statusCode }) => statusCode).toSorted((one, other) => one - other)).toEqual([201, 409]);
    const full = await create();
    expect(full.json()).toMatchObject({ type: 'urn:witness:problem:too-many-links', status: 409 });
    expect(full.headers['content-type']).toContain('application/problem+json');
    expect((await bench.rows()).at(-1)).toMatchObject({ kind: 'link.refused', data: { reason: 'too-many-links' } });
    const { links } = await list();
    expect(links.length).toBe(MAX_LIVE_LINKS);
    await bench.app.inject({ method: 'DELETE', url: `/api/v1/links/${links[0]?.id}`, headers: operator });
    expect((await create()).statusCode).toBe(201);
  });

  it('a revoked link is gone from the list, on record, and is revoked once', async () => {
    const { bench, operator, create, list } = await withTarget();
    const { id } = (await create()).json<LinkCreated>();
    const revoke = () => bench.app.inject({ method: 'DELETE', url: `/api/v1/links/${id}`, headers: operator });
    expect((await revoke()).statusCode).toBe(204);
    expect((await bench.rows()).at(-1)).toMatchObject({ kind: 'link.revoked', data: { linkId: id } });
    expect((await list()).links).toEqual([]);
    expect((await revoke()).statusCode).toBe(404);
  });
});

describe('opening a link', () => {
  it('says where it leads and what policy says of it, to who has signed in, on record', async () => {
    const { bench, create, open } = await withTarget();
    const { secret, id } = (await create()).json<LinkCreated>();
    const person = await bench.signIn(['user'], 'ada');
    const reader = { id: 'r1', principalKind: 'user', principal: 'ada', principalName: null } as const;
    const everywhere = { role: 'Reader', scope: '/', source: 'manual', createdAtMs: 0 } as const;
    const before = (await open(secret, person)).json<{
      target: { portal: { allowed: boolean; reasons: unknown[] }[] };
    }>();
    // A link gives no role: whoever may not read the target is told so.
    expect(before.target.portal[0]).toMatchObject({ allowed: false });
    expect(JSON.stringify(before.target.portal[0]?.reasons)).toContain('reader-target');
    await bench.database.roleAssignments.create({ ...reader, ...everywhere });
    const opened = (await open(secret, person)).json<object>();
    expect(opened).toMatchObject({
      target: {
        name: 'build-07',
        portal: [{ authenticationMethod: 'password', allowed: true, recorded: true }, {}, {}],
      },
    });
    expect(opened).toMatchObject({ target: { native: [] }, notice: null });
    expect((await bench.rows()).at(-1)).toMatchObject({ kind: 'link.used', data: { linkId: id, userName: 'ada' } });
  });

  it('unknown, expired and revoked links are refused with a reason, on record without the secret', async () => {
    const { bench, id, operator, create, open } = await withTarget();
    const revoked = (await create()).json<LinkCreated>();
    await bench.app.inject({ method: 'DELETE', url: `/api/v1/links/${revoked.id}`, headers: operator });
    const cases = [
      ['unknown', newSecret(), 'There is no such link'],
      ['unknown', 'not a secret', 'There is no such link'],
      ['expired', await store(bench, id, -1), 'has expired'],
      ['revoked', revoked.secret, 'was revoked'],
    ] as const;
    for (const [reason, secret, detail] of cases) {
      const answer = await open(secret, operator);
      expect(answer.json()).toMatchObject({ type: 'urn:witness:problem:link-refused', status: 403 });
      expect(answer.json<{ detail: string }>().detail).toContain(detail);
      const row = (await bench.rows()).at(-1);
      expect(row).toMatchObject({ kind: 'link.refused', data: { reason } });
      expect(`${answer.body}${JSON.stringify(row)}`).not.toContain(secret);
    }
  });

  it('whoever guesses waits, also with a good link, and others do not', async () => {
    const { bench, operator, create, open } = await withTarget();
    const { secret } = (await create()).json<LinkCreated>();
    const guesser = await bench.signIn(['user'], 'eve');
    for (let guess = 0; guess < 10; guess++) expect((await open(newSecret(), guesser)).statusCode).toBe(403);
    const waits = await open(secret, guesser);
    expect(waits.json()).toMatchObject({ type: 'urn:witness:problem:too-many-requests', status: 429 });
    expect(Number(waits.headers['retry-after'])).toBeGreaterThan(0);
    const guesses = (await bench.rows()).filter(({ kind }) => kind === 'link.refused');
    expect(guesses.length).toBe(10);
    expect(guesses.at(-1)?.data).toHaveProperty('lockedOutMs');
    expect((await open(secret, operator)).statusCode).toBe(200);
  });
});

it('a session is asked for with the secret of its link, and what is wrong with the link is the answer', async () => {
  const { bench, id } = await withTarget();
  const headers = await bench.signIn(['user']);
  const linkSecret = newSecret();
  const payload = { targetId: id, connectionMethod: 'portal', authenticationMethod: 'password', linkSecret };
  const ask = () => bench.app.inject({ method: 'POST', url: '/api/v1/sessions', headers, payload });
  bench.sessions.answer = { link: 'revoked' };
  expect((await ask()).json()).toMatchObject({
    type: 'urn:witness:problem:link-refused',
    detail: 'The link was revoked.',
  });
  expect(bench.sessions.asked.at(-1)).toMatchObject([{}, { linkSecret }, '127.0.0.1']);
  bench.sessions.answer = { lockedOutMs: 60_000 };
  const waits = await ask();
  expect([waits.statusCode, waits.headers['retry-after']]).toEqual([429, '60']);
});
