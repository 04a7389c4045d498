/** `GET /api/v1/policy/explain`: what policy says about facts that a person typed. */
import type { ReasonInfo } from './api.js';

export interface Explanation {
  readonly outcome: 'allowed' | 'denied';
  readonly recorded: boolean;
  /** Of a refusal, everything that stands in the way; of an allowed session, what it is told. */
  readonly reasons: readonly ReasonInfo[];
  /** Every fact that was decided on: those that were typed, and what was taken for the others. */
  readonly facts: { readonly [name: string]: string | number | boolean | null };
  readonly policyVersion: number;
}
