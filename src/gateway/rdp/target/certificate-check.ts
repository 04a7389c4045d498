/** Judges the certificate that a target shows, on record before anything is sent to it over TLS. */
import type { SessionId, TargetId } from '../../../contract/ids.js';
import type { AuditAppender } from '../../recording/recording-records.js';
import { type ExpectedCertificate, judgeCertificate } from './certificate-rule.js';
import { TARGET_PROBLEMS, TargetError } from './target-error.js';
import type { ShownCertificate } from './tls.js';

/** Where it is written down what each target's certificate is. */
export interface CertificateBook {
  /** Null when there is no such target. */
  expected(target: TargetId): Promise<ExpectedCertificate | null>;
  /** Writes down the certificate in place of `was`. False when another one is on record by now. */
  remember(target: TargetId, sha256: string, was: string | null): Promise<boolean>;
}

export interface CertificateCheckOptions {
  readonly book: CertificateBook;
  readonly audit: AuditAppender;
  /** Whether a certificate that was trusted on first use may change. */
  readonly changeAllowed: boolean;
}

/** The session that a target is connected for. */
export interface CertificateContext {
  readonly sessionId: SessionId;
  readonly targetId: TargetId;
  readonly targetName: string;
}

/** Two sessions may meet a target for the first time at once: the slower one judges by what the faster one wrote down. */
const ATTEMPTS = 3;

/** Resolves when the certificate is accepted. Rejects with `TargetError` when not, and with what audit rejects with. */
export async function checkCertificate(
  options: CertificateCheckOptions,
  context: CertificateContext,
  shown: ShownCertificate,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (await judge(options, context, shown)) return;
  }
  throw new TargetError('target-certificate-changed', 'the certificate on record changes all the time');
}

/** False when the record changed meanwhile. */
async function judge(
  { book, audit, changeAllowed }: CertificateCheckOptions,
  { sessionId, targetId, targetName }: CertificateContext,
  shown: ShownCertificate,
): Promise<boolean> {
  const expected = await book.expected(targetId);
  if (expected === null) throw new TargetError('target-unknown', 'the target was removed meanwhile');
  const verdict = judgeCertificate(expected, shown, changeAllowed);
  const accepted = verdict.kind === 'accepted';
  const about = { actor: `target:${targetName}`, sessionId } as const;
  const { sha256, subject, distrust } = shown;
  if (verdict.was !== null) {
    const data = { targetId, was: verdict.was, sha256, accepted };
    await audit.append({ kind: 'target.certificate-changed', ...about, data });
  }
  const judged = { policy: expected.policy, accepted, ...(distrust !== null && { distrust }) };
  await audit.append({ kind: 'session.target-certificate', ...about, data: { sha256, subject, ...judged } });
  if (verdict.kind === 'accepted') return !verdict.remember || book.remember(targetId, sha256, verdict.was);
  const { sentence } = TARGET_PROBLEMS[verdict.problem];
  const why = verdict.problem === 'target-certificate-untrusted' && distrust !== null ? ` (${distrust})` : '';
  throw new TargetError(verdict.problem, `${sentence.replace(/\.$/, '')}${why}; SHA-256 ${sha256}`);
}
