import { describe, expect, it } from 'vitest';
import { decisionId } from '../../src/contract/ids.js';
import type { AuthenticationMethod } from '../../src/contract/rule.js';
import { decideImport, type ImportFacts } from '../../src/policy/decide-import.js';
import { RecordingPermit } from '../../src/policy/permit.js';

const ID = decisionId('01920000-0000-7000-8000-000000000002');

const TABLE: readonly (readonly [ImportFacts['connectionMethod'], AuthenticationMethod, boolean])[] = [
  ['imported', 'password', true],
  ['imported', 'kerberos', true],
  ['imported', 'entra', false],
  ['native', 'password', true],
  ['native', 'kerberos', true],
  ['native', 'entra', true],
];

describe('[invariant 1] the decision about a captured session', () => {
  it.each(TABLE)('%s + %s: recorded %s', (connectionMethod, authenticationMethod, recorded) => {
    const decision = decideImport({ connectionMethod, authenticationMethod, policyVersion: 1 }, ID);
    if (!recorded) {
      expect(decision).toEqual({ outcome: 'denied', decisionId: ID, reasons: ['import-entra'] });
      return;
    }
    if (decision.outcome === 'denied') throw new Error('denied');
    expect(decision.permit).toBeInstanceOf(RecordingPermit);
    expect(decision.permit?.facts).toEqual({ connectionMethod, authenticationMethod, protocol: 'rdp' });
    // Nothing is left to end when a capture cannot be recorded in full: the rest is a gap.
    expect(decision.permit?.recording).toBe('preferred');
    expect(decision.permit?.decisionId).toBe(ID);
  });
});
