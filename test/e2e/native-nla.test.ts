/** Native clients prove their one-time password with NLA, or are told why they are not let in. */
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SessionCreated, TargetInfo } from '../../src/contract/api.js';
import type { PortalInfo } from '../../src/contract/portal.js';
import { connectCredssp } from '../../src/gateway/nla/connect-credssp.js';
import {
  INCONSISTENT_FLAGS,
  PROTOCOL_HYBRID,
  PROTOCOL_HYBRID_EX,
} from '../../src/rdp/connection/security-protocols.js';
import { REDIRECTED_AUTHENTICATION_MODE_REQUIRED } from '../../src/rdp/connection/x224/connection-request.js';
import { openHybrid } from '../gateway/nla/open-hybrid.js';
import { freePort } from '../peers/free-port.js';
import { displayEnv, useLab, type Display } from '../peers/lab.js';
import { startXfreerdp } from '../peers/rdp-client.js';
import { waitFor } from '../peers/wait.js';
import { startXvfb } from '../peers/xvfb.js';
import { requirePeers } from '../setup/requirements.js';
import type { AuditLine } from './support/api-client.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';

const TICKET_LIFETIME_MS = 8_000;
const TIMEOUT_MS = 60_000;
/** Exit code of xfreerdp for ERRCONNECT_LOGON_FAILURE. */
const LOGON_FAILURE = 134;

describe.runIf(requirePeers('xfreerdp', 'Xvfb'))('xfreerdp with NLA', () => {
  const lab = useLab();
  let gateway: GatewayProcess;
  let monitor: Display;
  let demo: TargetInfo;

  beforeAll(async () => {
    const settings = {
      WITNESS_DEMO_TARGET: 'on',
      WITNESS_TLS_ONLY_TICKETS: 'off',
      WITNESS_TICKET_LIFETIME_MS: String(TICKET_LIFETIME_MS),
      WITNESS_RECONNECT_WINDOW_MS: '0',
    };
    [gateway, monitor] = await Promise.all([startGatewayProcess(lab, { settings }), startXvfb(lab)]);
    const target = (await gateway.api.targets()).find(({ name }) => name === 'demo-desktop');
    if (target === undefined) throw new Error('no demo target');
    demo = target;
  });

  const request = (change: object = {}): Promise<SessionCreated> =>
    gateway.api.requestSession(demo, { clientSecurity: 'nla', ...change });

  interface Shown {
    readonly user: string;
    readonly password: string;
    /** Null: the user name brings it. */
    readonly ticket: string | null;
    readonly args?: readonly string[];
  }

  const shownBy = ({ oneTime, routingToken }: SessionCreated, change: Partial<Shown> = {}): Shown => {
    if (oneTime === null) throw new Error('the ticket has no one-time password');
    return { user: oneTime.userName, password: oneTime.password, ticket: routingToken, ...change };
  };

  const connect = ({ user, password, ticket, args = [] }: Shown) =>
    startXfreerdp(lab, {
      port: gateway.rdpPort,
      display: monitor,
      user,
      password,
      args: [...(ticket === null ? [] : [`/load-balance-info:${ticket}`]), ...args],
    });

  const rowsSince = async (after: number): Promise<readonly AuditLine[]> =>
    (await gateway.api.audit()).filter(({ sequence }) => sequence > after);
  const lastSequence = async () => Math.max(...(await gateway.api.audit()).map(({ sequence }) => sequence));

  /** What xfreerdp says of the end: names of errors, one each. */
  const endOf = async (shown: Shown): Promise<readonly string[]> => {
    const client = await connect(shown);
    const ended = await Promise.race([client.exited, delay(30_000, null)]);
    expect(ended?.code).not.toBe(0);
    return [...new Set(client.log().match(/ERR(?:INFO|CONNECT)_[A-Z_]+/g) ?? [])];
  };

  /** The one refusal that `shown` leads to. */
  const refusalOf = async (shown: Shown): Promise<{ said: readonly string[]; row: AuditLine | undefined }> => {
    const after = await lastSequence();
    const said = await endOf(shown);
    const refusals = ({ kind }: AuditLine) => kind === 'session.ticket-refused' || kind === 'connection.refused';
    const rows = await waitFor('a refusal', async () => {
      const found = (await rowsSince(after)).filter(refusals);
      return found.length > 0 ? found : undefined;
    });
    expect(rows).toHaveLength(1);
    return { said, row: rows[0] };
  };

  it(
    'brings its ticket as user name where it can bring it in no other way, and proves the password under that name',
    async () => {
      const session = await request();
      const client = await connect(shownBy(session, { user: session.routingToken, ticket: null }));
      await client.connected();
      await gateway.api.waitForSession(session.sessionId, 'the session', ({ state }) => state === 'live');
      await client.process.stop();
    },
    TIMEOUT_MS,
  );

  it.each([
    ['as it is by default', []],
    ['with NLA alone', ['/sec:nla']],
  ])(
    '%s proves the password and is connected, and nothing is kept that could be proven again',
    async (_name, args) => {
      const session = await request();
      const client = await connect(shownBy(session, { args }));
      await client.connected();
      const { sessionId } = session;
      await gateway.api.waitForSession(sessionId, 'the session', ({ state }) => state === 'live');
      const rows = (await gateway.api.audit()).filter((row) => row.sessionId === sessionId);
      const redeemed = rows.find(({ kind }) => kind === 'session.ticket-redeemed');
      expect(redeemed?.data).toMatchObject({ at: 'redemption', proof: 'one-time-password' });
      await client.process.stop();
      await gateway.api.waitForSession(sessionId, 'its end', ({ state }) => state === 'ended');

      const again = await refusalOf(shownBy(session, { args }));
      expect(again.row).toMatchObject({ kind: 'session.ticket-refused', data: { reason: 'ticket-used' } });
    },
    TIMEOUT_MS,
  );

  it(
    'connects with the command that the page shows, which asks for the password and for nothing else',
    async () => {
      const session = await request();
      const { sessionId, oneTime, xfreerdp } = session;
      // What is typed ahead is thrown away, so it is typed until it is asked for; a terminal is what it is read from.
      const typing = `while sleep 0.5; do echo '${oneTime?.password ?? ''}'; done`;
      const terminal = await lab.start({
        name: 'terminal',
        command: 'bash',
        args: ['-c', `(${typing}) | script -qefc "exec ${xfreerdp}" /dev/null`],
        env: { HOME: lab.scratch('terminal'), ...displayEnv(monitor) },
      });
      await gateway.api.waitForSession(sessionId, 'the session', ({ state }) => state === 'live');
      expect(terminal.log().match(/^\w+:/gm)).toEqual(['Password:']);
      await gateway.api.disconnect(sessionId);
      await terminal.stop();
    },
    TIMEOUT_MS,
  );

  it(
    'is told that the logon failed with a wrong password, which is counted, and may still use the right one',
    async () => {
      const session = await request();
      const client = await connect(shownBy(session, { password: 'not the password' }));
      const { code } = await client.exited;
      expect(client.log()).toContain('ERRCONNECT_LOGON_FAILURE');
      expect(code).toBe(LOGON_FAILURE);
      const rows = await gateway.api.audit();
      expect(
        rows.filter(({ sessionId, kind }) => sessionId === session.sessionId && kind.endsWith('refused')),
      ).toMatchObject([
        {
          kind: 'session.ticket-refused',
          data: { reason: 'ticket-wrong-password', failedProofs: 1 },
        },
      ]);
      expect((await gateway.api.session(session.sessionId)).state).toBe('authorised');
      const right = await connect(shownBy(session));
      await right.connected();
      await right.process.stop();
    },
    TIMEOUT_MS,
  );

  it.each([
    ['another user name', { user: 'administrator' }, 'ticket-wrong-password'],
    ['the domain of Microsoft Entra ID', { args: ['/d:AzureAD'] }, 'client-nla-entra-id'],
  ] as const)(
    'is refused with %s',
    async (_name, change, reason) => {
      const { said, row } = await refusalOf(shownBy(await request(), change));
      expect(said).toContain('ERRCONNECT_LOGON_FAILURE');
      expect(row?.data['reason']).toBe(reason);
    },
    TIMEOUT_MS,
  );

  it(
    'is refused with an expired ticket, and by a client that knows NLA alone too',
    async () => {
      const session = await request();
      await delay(TICKET_LIFETIME_MS + 200);
      const { said, row } = await refusalOf(shownBy(session));
      expect(said).toContain('ERRINFO_CB_CONNECTION_CANCELLED');
      expect(row?.data['reason']).toBe('ticket-expired');
    },
    TIMEOUT_MS,
  );

  it(
    'is refused with a ticket of the portal',
    async () => {
      const { notice } = await gateway.api.json<PortalInfo>('GET', '/api/v1/portal');
      const accepted = { acceptedNotice: notice?.version };
      const portal = await request({ connectionMethod: 'portal', clientSecurity: undefined, ...accepted });
      expect(portal.oneTime).toBeNull();
      const { said, row } = await refusalOf({ user: 'any', password: 'any', ticket: portal.routingToken });
      expect(said).toContain('ERRINFO_SERVER_DENIED_CONNECTION');
      expect(row?.data['reason']).toBe('ticket-wrong-entrance');
    },
    TIMEOUT_MS,
  );

  it(
    'is told why its target cannot be used, after it has proven itself',
    async () => {
      const port = await freePort();
      const down = await gateway.api.addTarget('down', port);
      const session = await gateway.api.requestSession(down, { clientSecurity: 'nla' });
      const { said, row } = await refusalOf(shownBy(session));
      expect(said).toContain('ERRINFO_CB_DESTINATION_NOT_FOUND');
      expect(row).toMatchObject({ sessionId: session.sessionId, data: { reason: 'target-unreachable' } });
    },
    TIMEOUT_MS,
  );

  it('tells a client that knows NLA alone why it is turned away', async () => {
    const routing = { kind: 'token', token: `witness-${'A'.repeat(27)}` } as const;
    const { tls, subjectPublicKey } = await openHybrid(gateway.rdpPort, {
      routing,
      requestedProtocols: PROTOCOL_HYBRID,
    });
    const credential = { userName: 'any', domainName: '', password: 'any' };
    const how = { restrictedAdmin: false, timeoutMs: 10_000, clock: Date.now };
    const signIn = connectCredssp(tls, credential, { subjectPublicKey, host: 'x', earlyAuthorization: false, ...how });
    await expect(signIn).rejects.toMatchObject({ problem: 'wrong-password' });
    tls.destroy();
  });

  it('leaves its ticket as it was when it breaks off before its proof, on record', async () => {
    const session = await request();
    const after = await lastSequence();
    const routing = { kind: 'token', token: session.routingToken } as const;
    const { tls, selectedProtocol } = await openHybrid(gateway.rdpPort, { routing });
    expect(selectedProtocol).toBe(PROTOCOL_HYBRID_EX);
    // The first byte of a TSRequest.
    tls.end(Uint8Array.of(0x30));
    const [row] = await waitFor('a row', async () => {
      const found = (await rowsSince(after)).filter(({ kind }) => kind === 'connection.refused');
      return found.length > 0 ? found : undefined;
    });
    expect(row).toMatchObject({ sessionId: session.sessionId, data: { reason: 'client-nla-closed' } });
    expect((await gateway.api.session(session.sessionId)).state).toBe('authorised');
  });

  it('is authorised early where it asks for that', async () => {
    const session = await request();
    const routing = { kind: 'token', token: session.routingToken } as const;
    const { tls, subjectPublicKey } = await openHybrid(gateway.rdpPort, { routing });
    const { userName = '', password = '' } = session.oneTime ?? {};
    const credential = { userName, domainName: '', password };
    const how = { restrictedAdmin: false, timeoutMs: 10_000, clock: Date.now };
    await connectCredssp(tls, credential, { subjectPublicKey, host: 'x', earlyAuthorization: true, ...how });
    const { sessionId } = session;
    await gateway.api.waitForSession(sessionId, 'the session', ({ state }) => state === 'live');
    tls.destroy();
  });

  it('is refused with Remote Credential Guard, and told so', async () => {
    const session = await request();
    const after = await lastSequence();
    const routing = { kind: 'token', token: session.routingToken } as const;
    const asked = openHybrid(gateway.rdpPort, { routing, flags: REDIRECTED_AUTHENTICATION_MODE_REQUIRED });
    await expect(asked).rejects.toThrow(`"failureCode":${INCONSISTENT_FLAGS}`);
    const refused = (await rowsSince(after)).filter(({ kind }) => kind === 'connection.refused');
    expect(refused.map(({ data }) => data['reason'])).toEqual(['remote-credential-guard']);
  });

  it(
    'is needed: the same ticket lets nobody in over TLS alone',
    async () => {
      const session = await request();
      const { row } = await refusalOf(shownBy(session, { args: ['/sec:tls'] }));
      expect(row?.data['reason']).toBe('ticket-unproven');
      expect((await gateway.api.session(session.sessionId)).state).toBe('authorised');
    },
    TIMEOUT_MS,
  );

  it('there is no ticket without a one-time password unless the gateway is told to make them', async () => {
    const body = { targetId: demo.id, connectionMethod: 'native', authenticationMethod: 'password' };
    const refused = await gateway.api.send('POST', '/api/v1/sessions', { ...body, clientSecurity: 'tls' });
    expect(refused.status).toBe(409);
    expect(JSON.parse(refused.body.toString())).toMatchObject({ type: 'urn:witness:problem:tls-only-tickets-off' });
  });
});
