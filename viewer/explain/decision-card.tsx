import type { Explanation } from '../../src/contract/explanation.js';
import { Badge } from '../components/badge.js';
import { Reasons } from '../components/reasons.js';

interface DecisionCardProps {
  readonly explanation: Explanation;
  /** How many facts are typed. */
  readonly typed: number;
  readonly onReset: () => void;
}

/** What policy decides, and why. */
export function DecisionCard({ explanation, typed, onReset }: DecisionCardProps) {
  const { outcome, recorded, reasons, policyVersion } = explanation;
  return (
    <section class="card decision" aria-labelledby="decision-title">
      <div role="status">
        <h2 id="decision-title">{outcome === 'allowed' ? 'Such a session is allowed' : 'Such a session is refused'}</h2>
        <p class="row">
          {outcome === 'allowed' ? <Badge text="Allowed" tone="good" /> : <Badge text="Refused" tone="bad" />}
          {outcome === 'allowed' &&
            (recorded ? <Badge text="Recorded" tone="live" /> : <Badge text="Not recorded" tone="plain" />)}
        </p>
        <Reasons reasons={reasons} />
      </div>
      <p class="muted">
        Policy version {policyVersion}.{' '}
        {typed === 0 ? 'Nothing is changed: the host as it is, and nothing in the way.' : ''}
      </p>
      <div class="row">
        <button type="button" class="button" disabled={typed === 0} onClick={onReset}>
          {typed === 0 ? 'Take all back' : `Take back ${typed} ${typed === 1 ? 'change' : 'changes'}`}
        </button>
      </div>
    </section>
  );
}
