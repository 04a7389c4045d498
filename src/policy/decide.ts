/** Who may connect and whether the session is recorded: facts in, decision out, with all reasons that apply. */
import type { ReasonInfo } from '../contract/api.js';
import type { DecisionId } from '../contract/ids.js';
import { canRecord, type PolicyFacts, recordingSettingOf } from './facts.js';
import { GATEWAY_ABILITIES, type GatewayAbilities } from './gateway-abilities.js';
import { issuePermit, type RecordingPermit } from './permit.js';
import { REASONS, type ReasonCode } from './reasons.js';
import { DENIALS, INABILITIES, NOTES } from './rules.js';

/** All that is known about a request, and which state of policy it is decided by. */
export interface SessionFacts extends PolicyFacts {
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

/** Decides. Pure: the decision's id is given by the caller. */
export function decide(
  facts: SessionFacts,
  decisionId: DecisionId,
  abilities: GatewayAbilities = GATEWAY_ABILITIES,
): Decision {
  const denials = [
    ...DENIALS.filter(({ applies }) => applies(facts)),
    ...INABILITIES.filter(({ applies }) => applies({ facts, abilities })),
  ];
  if (denials.length > 0) return { outcome: 'denied', decisionId, reasons: denials.map(({ code }) => code) };
  const reasons = NOTES.filter(({ applies }) => applies(facts)).map(({ code }) => code);
  return { outcome: 'allowed', decisionId, permit: permitOf(facts, decisionId), reasons };
}

/** The permit of an allowed session; null when it is not recorded. */
function permitOf(facts: SessionFacts, decisionId: DecisionId): RecordingPermit | null {
  const recording = recordingSettingOf(facts);
  const { connectionMethod, authenticationMethod, protocol } = facts;
  if (recording === 'off' || !canRecord(facts) || protocol !== 'rdp') return null;
  return issuePermit({ connectionMethod, authenticationMethod, protocol }, decisionId, facts.policyVersion, recording);
}

/** Among the reasons of a refusal when the recording rule is one. [invariant 1] */
export const RECORDING_RULE = 'portal-entra-recording' satisfies ReasonCode;

/** Code, sentence and remedy of a reason. */
export function explain(code: ReasonCode): ReasonInfo & { readonly code: ReasonCode } {
  return { code, ...REASONS[code] };
}
