/** A refusal of policy, as the person who imports reads it. */
import { explain } from '../policy/decide.js';
import type { ReasonCode } from '../policy/reasons.js';
import { ImportError } from './import-error.js';

export function refusalOf(reasons: readonly ReasonCode[]): ImportError {
  const explained = reasons.map(explain);
  return new ImportError('entra', explained.map(({ sentence, remedy }) => `${sentence} ${remedy}`).join(' '));
}
