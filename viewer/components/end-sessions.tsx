import type { Attempt } from '../api/use-attempt.js';

interface EndSessionsProps {
  /** What did not go because of live sessions; the problem lists them. */
  readonly attempt: Attempt;
  /** What is done then, as in `change the target`. */
  readonly change: string;
  readonly onEnd: () => void;
}

/** Where live sessions stand in the way of a change: ending them for it. Nothing else ends them unasked. */
export function EndSessions({ attempt: { problem, busy }, change, onEnd }: EndSessionsProps) {
  if (problem?.sessions === undefined) return null;
  return (
    <button type="button" class="button button-danger" disabled={busy} onClick={onEnd}>
      End these sessions and {change}
    </button>
  );
}
