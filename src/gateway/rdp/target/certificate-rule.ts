/** Whether a target's certificate will do: pinned, from an authority, or trusted on first use. Pure. */
import type { CertificatePolicy } from '../../../contract/inventory.js';
import type { TargetProblem } from './target-error.js';

export const CERTIFICATE_POLICIES = [
  'trust-on-first-use',
  'pinned',
  'ca',
] as const satisfies readonly CertificatePolicy[];

/** What is expected of a target. */
export interface ExpectedCertificate {
  readonly policy: CertificatePolicy;
  /** Lower-case hexadecimal SHA-256 of the pinned certificate, or of the one that was seen last; null for none. */
  readonly sha256: string | null;
}

export type CertificateVerdict =
  /** `remember`: it is not the one on record, and becomes it. `was`: it takes the place of this one. */
  | { readonly kind: 'accepted'; readonly remember: boolean; readonly was: string | null }
  | { readonly kind: 'refused'; readonly problem: TargetProblem; readonly was: string | null };

/**
 * @param shown `distrust` is why its chain or its name will not do; null when they will
 * @param changeAllowed whether another certificate than the one seen before is taken (never where it is pinned)
 */
export function judgeCertificate(
  expected: ExpectedCertificate,
  shown: { readonly sha256: string; readonly distrust: string | null },
  changeAllowed: boolean,
): CertificateVerdict {
  const same = expected.sha256 === shown.sha256;
  const was = same ? null : expected.sha256;
  const accepted = { kind: 'accepted', remember: !same, was } as const;
  switch (expected.policy) {
    case 'pinned':
      if (same) return accepted;
      if (was === null) return { kind: 'refused', problem: 'target-certificate-not-pinned', was };
      return { kind: 'refused', problem: 'target-certificate-changed', was };
    case 'ca':
      // A renewed certificate of the authority is a change that the authority answers for.
      return shown.distrust === null
        ? accepted
        : { kind: 'refused', problem: 'target-certificate-untrusted', was: null };
    case 'trust-on-first-use':
      if (was === null || changeAllowed) return accepted;
      return { kind: 'refused', problem: 'target-certificate-changed', was };
  }
}
