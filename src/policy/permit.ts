/**
 * The recording rule and the permit that proves it was asked. [invariant 1] A session with connection method `portal`
 * and Entra ID authentication over RDP is never recorded, and a recorded session is never one of those.
 */
import type { DecisionId } from '../contract/ids.js';
import type { RecordingSetting, RuleFacts } from '../contract/rule.js';
import type { TraceHeader } from '../contract/trace.js';

/** True when the rule forbids that a session with these facts is recorded. */
export function recordingForbidden(facts: RuleFacts): boolean {
  return facts.connectionMethod === 'portal' && facts.authenticationMethod === 'entra' && facts.protocol === 'rdp';
}

/** The same when Entra ID shows in a session that was authorised for another authentication. */
export function forbiddenWithEntra(facts: RuleFacts): boolean {
  return recordingForbidden({ ...facts, authenticationMethod: 'entra' });
}

const issuer = Symbol('policy');

/**
 * The right to record one session. Nobody outside this module can construct one: the constructor wants a symbol that is
 * not exported, and the private field keeps look-alike objects from passing the type check.
 */
export class RecordingPermit {
  readonly #facts: RuleFacts;
  readonly #decisionId: DecisionId;
  readonly #policyVersion: number;
  readonly #recording: Exclude<RecordingSetting, 'off'>;

  constructor(
    key: symbol,
    facts: RuleFacts,
    decisionId: DecisionId,
    policyVersion: number,
    recording: Exclude<RecordingSetting, 'off'>,
  ) {
    if (key !== issuer) throw new TypeError('RecordingPermit: only policy issues permits');
    this.#facts = Object.freeze({ ...facts });
    this.#decisionId = decisionId;
    this.#policyVersion = policyVersion;
    this.#recording = recording;
  }

  get facts(): RuleFacts {
    return this.#facts;
  }

  get decisionId(): DecisionId {
    return this.#decisionId;
  }

  get policyVersion(): number {
    return this.#policyVersion;
  }

  /** `required`: the session ends when it cannot be recorded any longer. `preferred`: it goes on with a gap. */
  get recording(): Exclude<RecordingSetting, 'off'> {
    return this.#recording;
  }
}

/** Issues a permit, or null when the rule forbids one. For `decide` and its peers in this folder. */
export function issuePermit(
  facts: RuleFacts,
  decisionId: DecisionId,
  policyVersion: number,
  recording: Exclude<RecordingSetting, 'off'>,
): RecordingPermit | null {
  if (recordingForbidden(facts)) return null;
  return new RecordingPermit(issuer, facts, decisionId, policyVersion, recording);
}

/** The recorder's permit: the rule is evaluated again on the facts that the gateway authenticated in the trace. */
export function permitFromTrace(header: TraceHeader): RecordingPermit | null {
  return issuePermit(header.facts, header.decisionId, header.policyVersion, header.recording);
}
