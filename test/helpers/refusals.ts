/** Refusals in tests: the gateway's own log of them, before an audit log that the test looks into. */
import { RefusalLog, type RefusalLogOptions } from '../../src/audit/refusal-log.js';
import type { RefusalLimits } from '../../src/audit/refusal-budget.js';

const quiet = { warn: () => {}, error: () => {} };

export function refusalLog(
  audit: RefusalLogOptions['audit'],
  clock: () => number = Date.now,
  limits?: RefusalLimits,
): RefusalLog {
  return new RefusalLog({ audit, clock, log: quiet, ...(limits !== undefined && { limits }) });
}
