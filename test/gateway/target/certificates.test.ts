/** Certificates of targets: which are accepted, what is on record, and that nothing is sent over TLS before. */
import selfsigned from 'selfsigned';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AuditEvent, AuditRow } from '../../../src/contract/audit-event.js';
import { chainId, sessionId, targetId } from '../../../src/contract/ids.js';
import { type CertificateBook, checkCertificate } from '../../../src/gateway/rdp/target/certificate-check.js';
import { type ExpectedCertificate, judgeCertificate } from '../../../src/gateway/rdp/target/certificate-rule.js';
import { type OpenLeg, openTargetLeg } from '../../../src/gateway/rdp/target/open-target-leg.js';
import { TargetError } from '../../../src/gateway/rdp/target/target-error.js';
import { makeCertificate, type ServerCertificate } from '../../../src/gateway/tls/certificate.js';
import { PROTOCOL_SSL } from '../../../src/rdp/connection/security-protocols.js';
import { nextId } from '../../database/samples.js';
import { type RdpTarget, selects, startRdpTarget } from '../../helpers/rdp-target.js';

const TARGET = targetId('target-1');
const CONTEXT = { sessionId: sessionId(nextId()), targetId: TARGET, targetName: 'build-07' };

interface Desk {
  readonly target: RdpTarget;
  readonly audit: AuditEvent[];
  onRecord: ExpectedCertificate | null;
  connect(): Promise<OpenLeg>;
}

let first: ServerCertificate;
let second: ServerCertificate;
let authority: { cert: string; private: string };

beforeAll(async () => {
  const now = Date.now();
  [first, second] = await Promise.all([makeCertificate(['127.0.0.1'], now), makeCertificate(['127.0.0.1'], now)]);
  authority = await selfsigned.generate([{ name: 'commonName', value: 'Test authority' }], {
    keySize: 2048,
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
});

const sha256Of = ({ fingerprint }: ServerCertificate): string => fingerprint.replaceAll(':', '').toLowerCase();

async function issued(name: string): Promise<{ certificatePem: string; privateKeyPem: string }> {
  const made = await selfsigned.generate([{ name: 'commonName', value: name }], {
    keySize: 2048,
    algorithm: 'sha256',
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      {
        name: 'subjectAltName',
        altNames: [name === '127.0.0.1' ? { type: 7, ip: name } : { type: 2, value: name }],
      },
    ],
  });
  return { certificatePem: made.cert, privateKeyPem: made.private };
}

async function open(
  shown: { certificatePem: string; privateKeyPem: string },
  onRecord: ExpectedCertificate | null,
  options: { changeAllowed?: boolean; roots?: readonly string[]; failAudit?: boolean } = {},
): Promise<Desk> {
  const target = await startRdpTarget({
    cert: shown.certificatePem,
    key: shown.privateKeyPem,
    answer: selects(PROTOCOL_SSL),
  });
  const audit: AuditEvent[] = [];
  const append = async (event: AuditEvent): Promise<AuditRow> => {
    if (options.failAudit === true) throw new Error('audit is gone');
    audit.push(event);
    return { ...event, chainId: chainId('test'), sequence: audit.length, timeMs: 0, previousHash: '', hash: '' };
  };
  const desk: Desk = {
    target,
    audit,
    onRecord,
    connect: () => {
      const book: CertificateBook = {
        expected: async () => desk.onRecord,
        remember: async (_target, sha256, was) => {
          if (desk.onRecord === null || desk.onRecord.sha256 !== was) return false;
          desk.onRecord = { ...desk.onRecord, sha256 };
          return true;
        },
      };
      const check = { book, audit: { append }, changeAllowed: options.changeAllowed ?? false };
      return openTargetLeg({
        address: '127.0.0.1',
        port: target.port,
        requestedProtocols: PROTOCOL_SSL,
        flags: 0,
        roots: options.roots ?? [],
        checkCertificate: (certificate) => checkCertificate(check, CONTEXT, certificate),
        timeoutMs: 10_000,
      });
    },
  };
  return desk;
}

async function problemOf(connecting: Promise<OpenLeg>): Promise<string> {
  const error: unknown = await connecting.then(
    (leg) => {
      leg.socket.destroy();
      return null;
    },
    (reason: unknown) => reason,
  );
  return error instanceof TargetError ? error.problem : 'none';
}

describe('trust on first use', () => {
  it('writes the first certificate down and accepts it again', async () => {
    const desk = await open(first, { policy: 'trust-on-first-use', sha256: null });
    expect(await problemOf(desk.connect())).toBe('none');
    expect(desk.onRecord?.sha256).toBe(sha256Of(first));
    expect(await problemOf(desk.connect())).toBe('none');
    expect(desk.audit.map(({ kind }) => kind)).toEqual(['session.target-certificate', 'session.target-certificate']);
    expect(desk.audit[0]?.data).toMatchObject({ sha256: sha256Of(first), accepted: true });
  });

  it('refuses another certificate than before, on record, before a byte is sent over TLS', async () => {
    const desk = await open(second, { policy: 'trust-on-first-use', sha256: sha256Of(first) });
    expect(await problemOf(desk.connect())).toBe('target-certificate-changed');
    expect(desk.onRecord?.sha256).toBe(sha256Of(first));
    expect(desk.audit[0]).toMatchObject({
      kind: 'target.certificate-changed',
      data: { was: sha256Of(first), sha256: sha256Of(second), accepted: false },
    });
    await desk.target.closed();
    expect(desk.target.received).toEqual([]);
  });

  it('takes another certificate, on record, where that is allowed', async () => {
    const desk = await open(second, { policy: 'trust-on-first-use', sha256: sha256Of(first) }, { changeAllowed: true });
    expect(await problemOf(desk.connect())).toBe('none');
    expect(desk.onRecord?.sha256).toBe(sha256Of(second));
    expect(desk.audit[0]).toMatchObject({ kind: 'target.certificate-changed', data: { accepted: true } });
  });

  it('lets one of two targets be the first when two sessions meet different ones at once', async () => {
    const desk = await open(first, { policy: 'trust-on-first-use', sha256: null });
    const other = await open(second, desk.onRecord);
    Object.defineProperty(other, 'onRecord', {
      get: () => desk.onRecord,
      set: (value: ExpectedCertificate) => {
        desk.onRecord = value;
      },
    });
    const problems = await Promise.all([problemOf(desk.connect()), problemOf(other.connect())]);
    expect(problems.toSorted()).toEqual(['none', 'target-certificate-changed']);
  });
});

describe('a pinned certificate', () => {
  it('accepts the pinned one alone, whether changes are allowed or not', async () => {
    const pin: ExpectedCertificate = { policy: 'pinned', sha256: sha256Of(first) };
    expect(await problemOf((await open(first, pin)).connect())).toBe('none');
    const changed = await open(second, pin, { changeAllowed: true });
    expect(await problemOf(changed.connect())).toBe('target-certificate-changed');
    expect(changed.onRecord).toEqual(pin);
  });

  it('accepts none where no fingerprint is on record', async () => {
    const desk = await open(first, { policy: 'pinned', sha256: null });
    expect(await problemOf(desk.connect())).toBe('target-certificate-not-pinned');
    expect(desk.onRecord?.sha256).toBeNull();
  });
});

describe('a certificate of an authority', () => {
  it('is accepted for the target’s name, and its renewal is on record', async () => {
    const was = sha256Of(first);
    const desk = await open(await issued('127.0.0.1'), { policy: 'ca', sha256: was }, { roots: [authority.cert] });
    const leg = await desk.connect();
    leg.socket.destroy();
    expect(leg.certificate.distrust).toBeNull();
    expect(desk.onRecord?.sha256).toBe(leg.certificate.sha256);
    expect(desk.audit[0]).toMatchObject({ kind: 'target.certificate-changed', data: { was, accepted: true } });
  });

  it.each([
    ['for another name', 'elsewhere.example', true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['of an authority that is not trusted', '127.0.0.1', false, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ])('is refused %s', async (_why, name, trusted, distrust) => {
    const roots = trusted ? [authority.cert] : [];
    const desk = await open(await issued(name), { policy: 'ca', sha256: null }, { roots });
    expect(await problemOf(desk.connect())).toBe('target-certificate-untrusted');
    expect(desk.audit[0]?.data).toMatchObject({ accepted: false, distrust });
    await desk.target.closed();
    expect(desk.target.received).toEqual([]);
  });
});

describe('no audit, no session', () => {
  it('uses no target whose certificate cannot be put on record', async () => {
    const desk = await open(first, { policy: 'trust-on-first-use', sha256: null }, { failAudit: true });
    await expect(desk.connect()).rejects.toThrow('audit is gone');
    expect(desk.onRecord?.sha256).toBeNull();
    await desk.target.closed();
    expect(desk.target.received).toEqual([]);
  });

  it('refuses a target that was removed meanwhile', async () => {
    const desk = await open(first, null);
    expect(await problemOf(desk.connect())).toBe('target-unknown');
  });
});

describe('the rule', () => {
  it('never accepts an unknown certificate where none may be learned', () => {
    const shown = { sha256: 'b'.repeat(64), distrust: 'DEPTH_ZERO_SELF_SIGNED_CERT' };
    for (const policy of ['pinned', 'ca'] as const) {
      for (const sha256 of [null, 'a'.repeat(64)]) {
        for (const allowed of [true, false]) {
          expect(judgeCertificate({ policy, sha256 }, shown, allowed).kind).toBe('refused');
        }
      }
    }
  });
});
