/**
 * Bad input at the door of a real gateway: each ends its own connection alone, with one audit row that says why, one log
 * line without payload, and at the client the error code that the protocol has for it.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SessionCreated, TargetInfo } from '../../../src/contract/api.js';
import { type AuditRow, auditRowText } from '../../../src/contract/audit-event.js';
import { freePort } from '../../peers/free-port.js';
import { useLab, type Display } from '../../peers/lab.js';
import { type RdpClient, startXfreerdp } from '../../peers/rdp-client.js';
import { waitFor } from '../../peers/wait.js';
import { startXvfb } from '../../peers/xvfb.js';
import { requirePeers } from '../../setup/requirements.js';
import { hex } from '../../rdp/session/support.js';
import type { AuditLine } from '../support/api-client.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { rssOf, socketsOf } from './process-figures.js';
import { connectionRequest, startAnswering, startServer, talk } from './raw-connection.js';

const TICKET_LIFETIME_MS = 5000;
const TLS = 1;
const REFUSALS: ReadonlySet<string> = new Set(['connection.refused', 'session.ticket-refused']);
/** Part of what bad connections send; it must not come up in any log or row. */
const PAYLOAD = 'payload-to-be-kept-out';

/** X.224 Connection Confirm without a negotiation response: standard RDP security is all there is. */
const STANDARD_SECURITY_ONLY = hex('0300000b06d00000123400');
/** A negotiation failure: HYBRID_REQUIRED_BY_SERVER. */
const NLA_REQUIRED = hex('030000130ed000001234000300080005000000');
/** A negotiation response that selects what nobody asked for: PROTOCOL_HYBRID. */
const UNASKED_PROTOCOL = hex('030000130ed000001234000200080002000000');

describe.runIf(requirePeers('xfreerdp', 'Xvfb', 'ffmpeg'))('bad connections', () => {
  const lab = useLab();
  let gateway: GatewayProcess;
  let monitor: Display;
  let demo: TargetInfo;
  let bystander: { readonly client: RdpClient; readonly session: SessionCreated };

  beforeAll(async () => {
    [gateway, monitor] = await Promise.all([
      startGatewayProcess(lab, {
        settings: {
          WITNESS_TICKET_LIFETIME_MS: String(TICKET_LIFETIME_MS),
          WITNESS_DEMO_TARGET: 'on',
          WITNESS_TICKET_ATTEMPTS: '1000',
          // What is looked at here are the codes, without waiting for somebody to read a page.
          WITNESS_REFUSAL_PAGE: 'off',
        },
      }),
      startXvfb(lab),
    ]);
    const target = (await gateway.api.targets()).find(({ name }) => name === 'demo-desktop');
    if (target === undefined) throw new Error('no demo target');
    demo = target;
    const session = await gateway.api.requestSession(demo);
    const client = await startXfreerdp(lab, connectWith(session.routingToken));
    await client.connected();
    bystander = { client, session };
  });

  function connectWith(token: string, display = monitor) {
    const args = ['/sec:tls', `/load-balance-info:${token}`];
    return { port: gateway.rdpPort, display, user: 'any', password: 'any', args };
  }

  async function newRefusals(after: number): Promise<readonly AuditLine[]> {
    return (await gateway.api.audit()).filter(({ kind, sequence }) => REFUSALS.has(kind) && sequence > after);
  }

  const lastSequence = async () => Math.max(...(await gateway.api.audit()).map(({ sequence }) => sequence));

  async function expectBystanderUnharmed(): Promise<void> {
    expect(bystander.client.process.isRunning()).toBe(true);
    expect((await gateway.api.session(bystander.session.sessionId)).state).toBe('live');
  }

  /** Does something bad and checks that it is refused once, for `reason`, and that nothing of it leaks. */
  async function expectRefused(kind: string, reason: string, bad: () => Promise<unknown>): Promise<AuditLine> {
    const after = await lastSequence();
    const logged = gateway.process.log().length;
    await bad();
    await waitFor(`a refusal (${reason})`, async () => ((await newRefusals(after)).length > 0 ? true : undefined));
    // A second row or line would come with the end of the connection.
    await delay(200);
    const rows = await newRefusals(after);
    expect(rows.map((row) => [row.kind, row.data['reason']])).toEqual([[kind, reason]]);
    const lines = gateway.process.log().slice(logged).trim().split('\n');
    expect(lines.filter((line) => line.includes(reason.replace('ticket-', '')))).toHaveLength(1);
    expect(lines).toHaveLength(1);
    expect(`${lines.join('\n')}${JSON.stringify(rows)}`).not.toContain(PAYLOAD);
    await expectBystanderUnharmed();
    const [row] = rows;
    if (row === undefined) throw new Error('no row');
    return row;
  }

  /** Connects with xfreerdp and gives what it shows of the end. */
  async function errorShownFor(token: string): Promise<string> {
    const client = await startXfreerdp(lab, connectWith(token));
    const ended = await Promise.race([client.exited, delay(30_000, null)]);
    expect(ended).not.toBeNull();
    return /ERRINFO_[A-Z_]+/.exec(client.log())?.[0] ?? client.log();
  }

  const token = async (target = demo) => (await gateway.api.requestSession(target)).routingToken;

  describe('that never say who they are', () => {
    it.each([
      ['a port scan', '', 'silent-closed', { leave: true }],
      ['an HTTP request', `GET /${PAYLOAD} HTTP/1.1\r\nHost: ${PAYLOAD}\r\n\r\n`, 'not-rdp', {}],
      ['a length field beyond every limit', '\x03\x00\xff\xff', 'not-rdp', {}],
      ['a length field that ends before its header', '\x03\x00\x00\x02', 'not-rdp', {}],
      ['a preconnection blob beyond every limit', '\xff\xff\xff\x7f\0\0\0\0\x02\0\0\0', 'not-rdp', {}],
      ['a TPKT that holds no X.224', `\x03\x00\x00\x1c${PAYLOAD}xx`, 'not-rdp', {}],
    ] as const)('%s', async (_, text, reason, options) => {
      await expectRefused('connection.refused', reason, () =>
        talk(gateway.rdpPort, Buffer.from(text, 'latin1'), options),
      );
    });

    it('half a TPKT, and silence', async () => {
      await expectRefused('connection.refused', 'silent-timeout', async () => {
        const { durationMs } = await talk(gateway.rdpPort, Buffer.from(`\x03\x00\x00\x40${PAYLOAD}`, 'latin1'));
        expect(durationMs).toBeGreaterThan(5000);
        expect(durationMs).toBeLessThan(15_000);
      });
    });

    it('a client without TLS learns that TLS is required', async () => {
      await expectRefused('connection.refused', 'client-without-tls', async () => {
        const { received } = await talk(gateway.rdpPort, connectionRequest(await token()));
        // RDP_NEG_FAILURE with SSL_REQUIRED_BY_SERVER, [MS-RDPBCGR] 2.2.1.2.2.
        expect(received.subarray(11).toString('hex')).toBe('0300080001000000');
      });
    });

    it('a client that is told so and never hangs up keeps no socket', async () => {
      const socket = connect({ port: gateway.rdpPort, host: '127.0.0.1', allowHalfOpen: true });
      socket.on('error', () => {});
      await expectRefused('connection.refused', 'client-without-tls', async () => {
        socket.write(connectionRequest(await token()));
        socket.resume();
        await once(socket, 'end');
      });
      let writes = 0;
      const closed = new Promise<void>((resolve) => {
        socket.once('close', () => resolve());
      });
      // A socket that nobody has any more answers the first write with a reset, which the next one meets.
      await waitFor('the reset', () => {
        writes += 1;
        socket.write(PAYLOAD);
        return socket.destroyed;
      });
      await closed;
      expect(writes).toBeGreaterThan(1);
    });

    it('a client that has a ticket and then no TLS', async () => {
      const row = await expectRefused('connection.refused', 'client-tls-failed', async () => {
        const request = Buffer.from(connectionRequest(await token(), TLS));
        await talk(gateway.rdpPort, Buffer.concat([request, Buffer.from(`${PAYLOAD} is no ClientHello`)]));
      });
      expect((await gateway.api.session(row.sessionId ?? '')).state).toBe('refused');
    });
  });

  describe('with a ticket that lets nobody in', () => {
    it('one that nobody issued', async () => {
      const shown = await refused('ticket-unknown', `witness-${'A'.repeat(27)}`);
      expect(shown).toBe('ERRINFO_SERVER_DENIED_CONNECTION');
    });

    it('none at all', async () => {
      expect(await refused('ticket-missing', PAYLOAD)).toBe('ERRINFO_SERVER_DENIED_CONNECTION');
    });

    it('a used one', async () => {
      const shown = await refused('ticket-used', bystander.session.routingToken);
      expect(shown).toBe('ERRINFO_SERVER_DENIED_CONNECTION');
    });

    it('an expired one', async () => {
      const old = await token();
      await delay(TICKET_LIFETIME_MS + 100);
      // Whoever is late twice is late for the same reason.
      expect(await refused('ticket-expired', old)).toBe('ERRINFO_CB_CONNECTION_CANCELLED');
    });

    it('one for a target that was removed after the request', async () => {
      const target = await gateway.api.addTarget('short-lived', await freePort());
      const created = await gateway.api.requestSession(target);
      expect((await gateway.api.send('DELETE', `/api/v1/targets/${target.id}`)).status).toBeLessThan(300);
      expect(await refused('policy-denied', created.routingToken)).toBe('ERRINFO_SERVER_DENIED_CONNECTION');
      expect(await gateway.api.session(created.sessionId)).toMatchObject({
        state: 'refused',
        endReason: 'policy-denied',
      });
    });

    async function refused(reason: string, ticket: string): Promise<string> {
      let shown = '';
      await expectRefused('session.ticket-refused', reason, async () => {
        shown = await errorShownFor(ticket);
      });
      return shown;
    }
  });

  describe('to a target that cannot be used', () => {
    it.each([
      ['is down', 'target-unreachable', 'ERRINFO_CB_DESTINATION_NOT_FOUND', freePort],
      [
        'knows standard RDP security only',
        'target-standard-security-only',
        'ERRINFO_CB_REDIRECTING_TO_DESTINATION',
        () => startAnswering(lab, STANDARD_SECURITY_ONLY),
      ],
      [
        'demands NLA',
        'target-requires-nla',
        'ERRINFO_CB_REDIRECTING_TO_DESTINATION',
        () => startAnswering(lab, NLA_REQUIRED),
      ],
      [
        'selects a protocol that nobody asked for',
        'target-selected-unexpected-protocol',
        'ERRINFO_CB_REDIRECTING_TO_DESTINATION',
        () => startAnswering(lab, UNASKED_PROTOCOL),
      ],
      [
        'is a web server',
        'target-not-rdp',
        'ERRINFO_CB_REDIRECTING_TO_DESTINATION',
        () => startAnswering(lab, Buffer.from(`HTTP/1.1 400 ${PAYLOAD}\r\n\r\n`)),
      ],
      [
        'claims a length beyond every limit',
        'target-not-rdp',
        'ERRINFO_CB_REDIRECTING_TO_DESTINATION',
        () => startAnswering(lab, Buffer.concat([hex('0300ffff'), Buffer.alloc(70_000)])),
      ],
      [
        'hangs up',
        'target-not-rdp',
        'ERRINFO_CB_REDIRECTING_TO_DESTINATION',
        () => startServer(lab, (socket) => socket.once('data', () => socket.end())),
      ],
      [
        'agrees to TLS and then speaks none',
        'target-tls-failed',
        'ERRINFO_CB_REDIRECTING_TO_DESTINATION',
        () =>
          startServer(lab, (socket) => {
            socket.once('data', () => {
              socket.write(hex('030000130ed000001234000200080001000000'));
              socket.once('data', () => socket.end(PAYLOAD));
            });
          }),
      ],
    ] as const)('because it %s', async (name, reason, expected, start) => {
      const target = await gateway.api.addTarget(`target that ${name}`, await start());
      const created = await gateway.api.requestSession(target);
      let shown = '';
      const row = await expectRefused('connection.refused', reason, async () => {
        shown = await errorShownFor(created.routingToken);
      });
      expect(shown).toBe(expected);
      expect(row.sessionId).toBe(created.sessionId);
      expect(await gateway.api.session(created.sessionId)).toMatchObject({ state: 'refused', endReason: reason });
    });
  });

  it('a hundred at once leave memory, sockets and the audit chain as they were', async () => {
    const bad = [
      connectionRequest(`witness-${'B'.repeat(27)}`, TLS),
      connectionRequest(PAYLOAD),
      Buffer.from(`GET /${PAYLOAD} HTTP/1.1\r\n\r\n`),
      Buffer.from('\x03\x00\xff\xff', 'latin1'),
      Buffer.from([]),
    ];
    const storm = () =>
      Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          talk(gateway.rdpPort, bad[index % bad.length] ?? Buffer.alloc(0), { leave: index % bad.length === 4 }),
        ),
      );
    // The first storm warms up what stays: code, pools, the database's cache.
    await storm();
    const before = {
      sequence: await lastSequence(),
      sockets: socketsOf(gateway.process.pid),
      bytes: rssOf(gateway.process.pid),
    };
    await storm();
    await waitFor('all refusals', async () => ((await newRefusals(before.sequence)).length >= 100 ? true : undefined));
    await delay(500);
    expect(await newRefusals(before.sequence)).toHaveLength(100);
    expect(rssOf(gateway.process.pid) - before.bytes).toBeLessThan(64 * 1024 * 1024);
    await waitFor('the sockets to close', () =>
      socketsOf(gateway.process.pid) <= before.sockets + 2 ? true : undefined,
    );
    await expectUnbrokenChain();
    expect(gateway.process.log()).not.toContain(PAYLOAD);
    await expectBystanderUnharmed();
  }, 60_000);

  it('beyond the most connections at a time are dropped, on record, and those that are there stay', async () => {
    const small = await startGatewayProcess(lab, { settings: { WITNESS_MAX_SESSIONS: '1' } });
    const silent = connect({ port: small.rdpPort, host: '127.0.0.1' });
    await once(silent, 'connect');
    await delay(100);
    await talk(small.rdpPort, Buffer.from(PAYLOAD));
    const rows = await waitFor('a row', async () => {
      const refused = (await small.api.audit()).filter(({ kind }) => kind === 'connection.refused');
      return refused.length > 0 ? refused : undefined;
    });
    expect(rows.map(({ actor, data }) => [actor, data['reason']])).toEqual([
      ['client:127.0.0.1', 'too-many-connections'],
    ]);
    expect(silent.readyState).toBe('open');
    silent.destroy();
    await small.process.stop();
  });

  async function expectUnbrokenChain(): Promise<void> {
    const { body } = await gateway.api.send('GET', '/api/v1/audit/events?format=ndjson');
    const lines = body.toString().trim().split('\n');
    const rows = lines.map((line) => JSON.parse(line) as AuditRow).filter(({ kind }) => kind !== undefined);
    expect(rows.length).toBeGreaterThan(200);
    let previousHash = '0'.repeat(64);
    for (const [index, row] of rows.entries()) {
      expect(row.sequence).toBe(index + 1);
      expect(row.previousHash).toBe(previousHash);
      expect(createHash('sha256').update(auditRowText(row)).digest('hex')).toBe(row.hash);
      previousHash = row.hash;
    }
    expect(body.toString()).not.toContain(PAYLOAD);
  }
});
