/** How strictly sessions are recorded, so that a change of policy can tell whether it turns recording on. */
import { canRecord, type PolicyFacts, recordingSettingOf } from './facts.js';

export type RecordingFacts = Pick<PolicyFacts, 'sku' | 'sessionRecording' | 'hostRecording' | 'targetRecording'>;

const STRICTNESS = { off: 0, preferred: 1, required: 2 } as const;

/** True when sessions are recorded afterwards that were not, or must be that need not. */
export function turnsRecordingOn(before: RecordingFacts, after: RecordingFacts): boolean {
  return strictnessOf(after) > strictnessOf(before);
}

function strictnessOf(facts: RecordingFacts): number {
  return canRecord(facts) ? STRICTNESS[recordingSettingOf(facts)] : STRICTNESS.off;
}
