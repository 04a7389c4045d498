/**
 * Whether a captured session is recorded afterwards. No entrance was used, so a capture is `imported`; where Entra ID
 * authentication shows in it, it may have been a portal session, which is never recorded. [invariant 1] Then the person who
 * imports has to say that it was none.
 */
import type { DecisionId } from '../contract/ids.js';
import type { AuthenticationMethod, RuleFacts } from '../contract/rule.js';
import type { Decision } from './decide.js';
import { issuePermit } from './permit.js';

export interface ImportFacts {
  /** What the person who imports says of the entrance; `imported` when they say nothing. */
  readonly connectionMethod: 'imported' | 'native';
  /** What the capture shows. */
  readonly authenticationMethod: AuthenticationMethod;
  readonly policyVersion: number;
}

/** What a recording of the capture would say of it. */
export function importedRuleFacts({ connectionMethod, authenticationMethod }: ImportFacts): RuleFacts {
  return { connectionMethod, authenticationMethod, protocol: 'rdp' };
}

/** Decides. Pure: the decision's id is given by the caller. A capture goes on whatever happens to its recording. */
export function decideImport(facts: ImportFacts, decisionId: DecisionId): Decision {
  const unsaid = facts.connectionMethod === 'imported' && facts.authenticationMethod === 'entra';
  const permit = unsaid ? null : issuePermit(importedRuleFacts(facts), decisionId, facts.policyVersion, 'preferred');
  if (permit === null) return { outcome: 'denied', decisionId, reasons: ['import-entra'] };
  return { outcome: 'allowed', decisionId, permit, reasons: ['import-recorded'] };
}
