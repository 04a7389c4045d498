/** What the gateway asks a target for, how it signs in there, and what becomes of the credential. */
import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AuditEvent, AuditRow } from '../../../src/contract/audit-event.js';
import { chainId } from '../../../src/contract/ids.js';
import type { SessionRecord } from '../../../src/database/sessions.js';
import { Credential } from '../../../src/gateway/credentials/credential.js';
import { SecretStoreError } from '../../../src/gateway/credentials/secret-store.js';
import { acceptCredssp, type AcceptCredsspOptions } from '../../../src/gateway/nla/accept-credssp.js';
import { subjectPublicKeyOf } from '../../../src/gateway/nla/platform.js';
import type { TargetLeg } from '../../../src/gateway/rdp/target/open-target-leg.js';
import { TargetConnector } from '../../../src/gateway/rdp/target/target-connector.js';
import { TargetError } from '../../../src/gateway/rdp/target/target-error.js';
import { LiveSession } from '../../../src/gateway/sessions/live-session.js';
import { makeCertificate, type ServerCertificate } from '../../../src/gateway/tls/certificate.js';
import {
  HYBRID_REQUIRED_BY_SERVER,
  PROTOCOL_HYBRID,
  PROTOCOL_HYBRID_EX,
  PROTOCOL_RDP,
  PROTOCOL_RDSAAD,
  PROTOCOL_RDSTLS,
  PROTOCOL_SSL,
  SSL_REQUIRED_BY_SERVER,
} from '../../../src/rdp/connection/security-protocols.js';
import {
  type NegotiationResult,
  RESTRICTED_ADMIN_MODE_SUPPORTED,
} from '../../../src/rdp/connection/x224/connection-confirm.js';
import { ntHashOf } from '../../../src/rdp/nla/ntlm/ntlmv2.js';
import { STATUS_ACCESS_DENIED, STATUS_PASSWORD_EXPIRED } from '../../../src/rdp/nla/nt-status.js';
import { session as sessionOf, user } from '../../database/samples.js';
import { type RdpTarget, selects, startRdpTarget } from '../../helpers/rdp-target.js';

const PASSWORD = 'a password of the service';
const FACTS = { userName: 'svc', domain: '', restrictedAdmin: false };
const BYTES_AFTERWARDS = Buffer.from('what the target sends next');

let certificate: ServerCertificate;

beforeAll(async () => {
  certificate = await makeCertificate(['127.0.0.1'], Date.now());
});

interface Desk {
  readonly target: RdpTarget;
  readonly audit: AuditEvent[];
  readonly session: SessionRecord;
  /** Every credential that was given out. */
  readonly given: Credential[];
  connect(live?: LiveSession | null): Promise<TargetLeg>;
}

interface Given {
  readonly answer: (asked: unknown) => NegotiationResult;
  readonly stored?:
    { restrictedAdmin?: boolean; domain?: string; userName?: string; password?: string } | 'unavailable';
  readonly typed?: boolean;
  readonly server?: Partial<AcceptCredsspOptions>;
  readonly trusted?: boolean;
}

async function open(given: Given): Promise<Desk> {
  const early = { now: false };
  const speak = async (tls: TLSSocket): Promise<void> => {
    await acceptCredssp(tls, {
      subjectPublicKey: subjectPublicKeyOf(certificate.certificatePem),
      expected: { userNames: ['svc'], ntHash: ntHashOf(PASSWORD) },
      earlyAuthorization: early.now,
      timeoutMs: 10_000,
      clock: Date.now,
      decide: async () => null,
      ...given.server,
    });
    tls.write(BYTES_AFTERWARDS);
  };
  const target = await startRdpTarget({
    cert: certificate.certificatePem,
    key: certificate.privateKeyPem,
    answer: (asked) => {
      const answer = given.answer(asked);
      early.now = answer.kind === 'response' && answer.selectedProtocol === PROTOCOL_HYBRID_EX;
      return answer;
    },
    ...(given.server !== undefined && { speak: (tls) => void speak(tls).catch(() => tls.destroy()) }),
  });
  const audit: AuditEvent[] = [];
  const append = async (event: AuditEvent): Promise<AuditRow> => {
    audit.push(event);
    return { ...event, chainId: chainId('test'), sequence: audit.length, timeMs: 0, previousHash: '', hash: '' };
  };
  const handOut: Credential[] = [];
  const give = (facts: typeof FACTS, password = PASSWORD): Credential => {
    const credential = new Credential(facts, Buffer.from(password));
    handOut.push(credential);
    return credential;
  };
  let typed = given.typed ?? false;
  const { stored, trusted = true } = given;
  const connector = new TargetConnector({
    database: { sessionSecrets: {} as never },
    roots: [],
    entra: null,
    audit: { append },
    clock: Date.now,
    certificates: {
      audit: { append },
      changeAllowed: false,
      book: {
        expected: async () => ({ policy: 'trust-on-first-use', sha256: trusted ? null : 'f'.repeat(64) }),
        remember: async () => true,
      },
    },
    credentials: {
      load: async () => {
        if (stored === 'unavailable') throw new SecretStoreError('the key vault answered 403');
        return stored === undefined ? null : give({ ...FACTS, ...stored }, stored.password);
      },
    },
    secrets: {
      take: async () => {
        if (!typed) return null;
        typed = false;
        return give(FACTS);
      },
    },
  });
  const session: SessionRecord = {
    ...sessionOf(user(), { targetAddress: '127.0.0.1', targetPort: target.port }),
    state: 'connecting',
    clientAddress: null,
    startedAtMs: null,
    clientLostAtMs: null,
    endedAtMs: null,
    endReason: null,
    disconnectRequestedAtMs: null,
    bytesFromClient: 0,
    bytesFromTarget: 0,
    recordingState: 'none',
    gapCount: 0,
    videoBytes: 0,
    throughLink: false,
    signInName: null,
  };
  return { target, audit, session, given: handOut, connect: (live = null) => connector.open(session, live) };
}

async function problemOf(connecting: Promise<TargetLeg>): Promise<TargetError> {
  const outcome: unknown = await connecting.catch((error: unknown) => error);
  if (outcome instanceof TargetError) return outcome;
  throw new Error('the target was used');
}

/** What comes on the leg after the sign-in. */
async function next(leg: TargetLeg): Promise<string> {
  const chunk = await new Promise<Buffer>((resolve) => {
    leg.socket.once('data', resolve);
    leg.socket.resume();
  });
  leg.socket.destroy();
  return chunk.toString();
}

const ALL = PROTOCOL_SSL | PROTOCOL_HYBRID | PROTOCOL_HYBRID_EX;

describe('a target with NLA', () => {
  it.each([
    ['HYBRID', PROTOCOL_HYBRID],
    ['HYBRID_EX', PROTOCOL_HYBRID_EX],
  ])('is signed in at with its credential, on record first, under %s', async (_name, selected) => {
    const desk = await open({ answer: selects(selected), stored: {}, server: {} });
    const leg = await desk.connect();
    expect(leg.selectedProtocol).toBe(selected);
    expect(desk.target.asked).toMatchObject([{ requestedProtocols: ALL, flags: 0 }]);
    // The target knows already who it is.
    expect(leg.clientInfo).toEqual({ userName: 'svc', domain: '', password: '' });
    expect(await next(leg)).toBe(BYTES_AFTERWARDS.toString());
    expect(desk.audit.map(({ kind }) => kind)).toEqual(['session.target-certificate', 'session.credential-used']);
    expect(desk.audit[1]?.data).toEqual({
      source: 'target',
      userName: 'svc',
      domain: '',
      nla: true,
      restrictedAdmin: false,
    });
    expect(desk.given.map(({ password }) => password)).toEqual(['']);
    expect(JSON.stringify(desk.audit)).not.toContain(PASSWORD);
  });

  it.each([
    ['target-logon-failed', 'mistaken', {}, 'the user name or the password is wrong'],
    ['target-logon-denied', PASSWORD, { expected: { turnAway: STATUS_PASSWORD_EXPIRED } }, 'the password has expired'],
    ['target-logon-denied', PASSWORD, { decide: async () => STATUS_ACCESS_DENIED }, 'may not sign in through Remote'],
  ] as const)('that refuses the credential gives the reason: %s, %s', async (problem, password, server, sentence) => {
    for (const selected of [PROTOCOL_HYBRID, PROTOCOL_HYBRID_EX]) {
      const desk = await open({ answer: selects(selected), stored: { password }, server });
      const error = await problemOf(desk.connect());
      expect(error.problem).toBe(problem);
      expect(error.message).toContain(sentence);
      expect(error.message).not.toContain(password);
      expect(desk.given.map((one) => one.password)).toEqual(['']);
    }
  });

  it('is not asked for NLA without a credential, and its demand is told', async () => {
    const answer = (): NegotiationResult => ({ kind: 'failure', flags: 0, failureCode: HYBRID_REQUIRED_BY_SERVER });
    const desk = await open({ answer });
    expect((await problemOf(desk.connect())).problem).toBe('target-requires-nla');
    expect(desk.target.asked).toMatchObject([{ requestedProtocols: PROTOCOL_SSL }]);
  });

  it('gets not one byte of CredSSP when its certificate is another one than before', async () => {
    const desk = await open({ answer: selects(PROTOCOL_HYBRID), stored: {}, trusted: false });
    expect((await problemOf(desk.connect())).problem).toBe('target-certificate-changed');
    await desk.target.closed();
    expect(desk.target.received).toEqual([]);
    expect(desk.audit.map(({ kind }) => kind)).not.toContain('session.credential-used');
  });
});

describe('restricted admin', () => {
  it('is asked for with NLA alone, and leaves no password at the target', async () => {
    let withPassword: boolean | null = null;
    const answer = selects(PROTOCOL_HYBRID, RESTRICTED_ADMIN_MODE_SUPPORTED);
    const desk = await open({ answer, stored: { restrictedAdmin: true } });
    const accepting = new Promise<void>((resolve, reject) => {
      const speak = (tls: TLSSocket): void => {
        acceptCredssp(tls, {
          subjectPublicKey: subjectPublicKeyOf(certificate.certificatePem),
          expected: { userNames: ['svc'], ntHash: ntHashOf(PASSWORD) },
          earlyAuthorization: false,
          timeoutMs: 10_000,
          clock: Date.now,
          decide: async () => null,
        }).then((accepted) => {
          ({ withPassword } = accepted);
          resolve();
        }, reject);
      };
      desk.target.speak = speak;
    });
    const leg = await desk.connect();
    await accepting;
    leg.socket.destroy();
    expect(withPassword).toBe(false);
    expect(desk.target.asked).toMatchObject([{ requestedProtocols: PROTOCOL_HYBRID | PROTOCOL_HYBRID_EX, flags: 1 }]);
  });

  it('is not given up for a target that does not support it', async () => {
    const desk = await open({ answer: selects(PROTOCOL_HYBRID), stored: { restrictedAdmin: true } });
    expect((await problemOf(desk.connect())).problem).toBe('target-without-restricted-admin');
    expect(desk.audit).toEqual([]);
  });
});

describe('a target with TLS alone', () => {
  it('is told the credential in Client Info', async () => {
    const desk = await open({ answer: selects(PROTOCOL_SSL), stored: { domain: 'CORP' } });
    const leg = await desk.connect();
    leg.socket.destroy();
    expect(leg.clientInfo).toEqual({ userName: 'svc', domain: 'CORP', password: PASSWORD });
    expect(desk.audit.at(-1)).toMatchObject({ kind: 'session.credential-used', data: { nla: false } });
  });

  it('is told what the client says where there is no credential', async () => {
    const leg = await (await open({ answer: selects(PROTOCOL_SSL) })).connect();
    leg.socket.destroy();
    expect(leg).toMatchObject({ clientInfo: null, signIn: null });
  });
});

describe('a session of Kerberos', () => {
  const kerberos = async (answer: Given['answer']): Promise<Desk> => {
    const desk = await open({ answer, stored: {} });
    Object.assign(desk.session, { authenticationMethod: 'kerberos' });
    return desk;
  };
  const asked = [{ requestedProtocols: PROTOCOL_HYBRID | PROTOCOL_HYBRID_EX, flags: 0 }];

  it('asks for NLA alone, which the client speaks, and for no stored password', async () => {
    const desk = await kerberos(selects(PROTOCOL_HYBRID));
    const leg = await desk.connect();
    leg.socket.destroy();
    expect(desk.target.asked).toMatchObject(asked);
    expect(leg).toMatchObject({ selectedProtocol: PROTOCOL_HYBRID, clientInfo: null });
    expect(desk.given).toEqual([]);
  });

  it.each<[string, Given['answer']]>([
    ['selects TLS without NLA', selects(PROTOCOL_SSL)],
    ['has TLS alone', () => ({ kind: 'failure', flags: 0, failureCode: SSL_REQUIRED_BY_SERVER })],
  ])('is refused at a target that %s, where a password would be typed into the desktop', async (_name, answer) => {
    const desk = await kerberos(answer);
    expect((await problemOf(desk.connect())).problem).toBe('target-without-nla');
    expect(desk.target.asked).toMatchObject(asked);
    expect(desk.target.received).toEqual([]);
  });
});

describe('[invariant 1] the label of the sign-in', () => {
  it.each([
    ['nothing', PROTOCOL_RDP, 'target-standard-security-only'],
    ['RDSTLS', PROTOCOL_RDSTLS, 'target-requires-rdstls'],
    ['RDS AAD Auth', PROTOCOL_RDSAAD, 'target-selected-unexpected-protocol'],
    ['two at once', PROTOCOL_SSL | PROTOCOL_HYBRID, 'target-selected-unexpected-protocol'],
  ])('holds when the target selects %s', async (_name, selected, problem) => {
    for (const stored of [undefined, {}]) {
      const desk = await open({ answer: selects(selected), ...(stored !== undefined && { stored }) });
      expect((await problemOf(desk.connect())).problem).toBe(problem);
      expect(desk.target.asked.every((asked) => ((asked?.requestedProtocols ?? 0) & PROTOCOL_RDSAAD) === 0)).toBe(true);
      expect(desk.target.received).toEqual([]);
    }
  });

  it.each([{ domain: 'azuread' }, { userName: 'AzureAD\\ada' }])(
    'holds for a credential of Entra ID, which is not used: %o',
    async (stored) => {
      const desk = await open({ answer: selects(PROTOCOL_HYBRID), stored });
      expect((await problemOf(desk.connect())).problem).toBe('target-entra-unexpected');
      expect(desk.target.asked).toEqual([]);
      expect(desk.given.map(({ password }) => password)).toEqual(['']);
    },
  );
});

describe('a credential that was typed for the session', () => {
  it('goes before the target’s own, and stays in memory for the client’s return alone', async () => {
    const desk = await open({ answer: selects(PROTOCOL_SSL), stored: { userName: 'other' }, typed: true });
    const leg = await desk.connect();
    leg.socket.destroy();
    expect(leg.clientInfo?.userName).toBe('svc');
    expect((leg.signIn as Credential).password).toBe(PASSWORD);
    const live = new LiveSession(desk.session, null, 0, new Set());
    live.signIn = leg.signIn;
    const again = await desk.connect(live);
    again.socket.destroy();
    expect(again.clientInfo).toMatchObject({ userName: 'svc', password: PASSWORD });
    expect((live.signIn as Credential).password).toBe(PASSWORD);
    expect(desk.given).toHaveLength(1);
  });

  it('is erased when the target cannot be used', async () => {
    const desk = await open({ answer: selects(PROTOCOL_RDSTLS), typed: true });
    await problemOf(desk.connect());
    expect(desk.given.map(({ password }) => password)).toEqual(['']);
  });
});

it('a credential that cannot be had is a reason, not a way around it', async () => {
  const desk = await open({ answer: selects(PROTOCOL_SSL), stored: 'unavailable' });
  const error = await problemOf(desk.connect());
  expect(error.problem).toBe('target-credential-unavailable');
  expect(error.message).toContain('403');
  await delay(0);
  expect(desk.target.asked).toEqual([]);
});
