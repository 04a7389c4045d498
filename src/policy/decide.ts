/** Who may connect and whether the session is recorded: facts in, decision out, with all reasons that apply. */
import type { DecisionId } from '../contract/ids.js';
import type { RecordingSetting, RuleFacts } from '../contract/rule.js';
import { issuePermit, recordingForbidden, type RecordingPermit } from './permit.js';
import { REASONS, type ReasonCode } from './reasons.js';

/** All that is known about a request. */
export interface SessionFacts extends RuleFacts {
  readonly roles: readonly string[];
  readonly targetKnown: boolean;
  /** The stricter of the host's and the target's setting is not taken: the target's own setting wins. */
  readonly recording: RecordingSetting;
  readonly policyVersion: number;
}

/** What policy says. `permit` is null exactly when the session is not recorded. */
export type Decision =
  | {
      readonly outcome: 'allowed';
      readonly decisionId: DecisionId;
      readonly permit: RecordingPermit | null;
      readonly reasons: readonly ReasonCode[];
    }
  | { readonly outcome: 'denied'; readonly decisionId: DecisionId; readonly reasons: readonly ReasonCode[] };

const MAY_CONNECT = new Set(['administrator', 'operator', 'user']);

/** Decides. Pure: the decision's id is given by the caller. */
export function decide(facts: SessionFacts, decisionId: DecisionId): Decision {
  const denials: ReasonCode[] = [];
  if (!facts.roles.some((role) => MAY_CONNECT.has(role))) denials.push('role-missing');
  if (!facts.targetKnown) denials.push('target-unknown');
  if (facts.authenticationMethod === 'entra') denials.push('entra-not-available');
  if (facts.authenticationMethod === 'kerberos') denials.push('kerberos-not-available');
  if (facts.recording === 'required' && recordingForbidden(facts)) denials.push('portal-entra-recording');
  if (denials.length > 0) return { outcome: 'denied', decisionId, reasons: denials };
  if (facts.recording === 'off') {
    return { outcome: 'allowed', decisionId, permit: null, reasons: ['recording-off'] };
  }
  const permit = issuePermit(facts, decisionId, facts.policyVersion, facts.recording);
  const reason = permit === null ? 'portal-entra-unrecorded' : (`recording-${facts.recording}` as const);
  return { outcome: 'allowed', decisionId, permit, reasons: [reason] };
}

/** Sentence and remedy of a reason. */
export function explain(code: ReasonCode): { code: ReasonCode; sentence: string; remedy: string } {
  return { code, ...REASONS[code] };
}
