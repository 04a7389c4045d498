import type { ReasonInfo } from '../../src/contract/api.js';

/** Why, and what would change it. */
export function Reasons({ reasons }: { reasons: readonly ReasonInfo[] }) {
  return (
    <ul class="reasons">
      {reasons.map(({ code, sentence, remedy }) => (
        <li key={code}>
          {sentence} <span class="muted">{remedy}</span>
        </li>
      ))}
    </ul>
  );
}
