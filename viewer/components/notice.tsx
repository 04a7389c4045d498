import type { ComponentChildren } from 'preact';
import type { Problem } from '../../src/contract/api.js';
import { Link } from './link.js';

/** What went wrong, why, and what to do about it. */
export function ProblemNotice({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  return (
    <div class="notice notice-problem" role="alert">
      <h2>{problem.title}</h2>
      <p>{problem.detail}</p>
      {problem.reasons?.map((reason) => (
        <p key={reason.code}>
          {reason.sentence} <span class="muted">{reason.remedy}</span>
        </p>
      ))}
      {problem.sessions?.map(({ id, userName, targetName }) => (
        <p key={id}>
          {userName} on {targetName}
        </p>
      ))}
      <p class="muted">{problem.remedy}</p>
      <div class="row">
        {problem.type === 'urn:witness:problem:not-signed-in' && (
          <Link href="/sign-in" class="button">
            Sign in
          </Link>
        )}
        {onRetry !== undefined && (
          <button type="button" class="button" onClick={onRetry}>
            Try again
          </button>
        )}
      </div>
    </div>
  );
}

/** Nothing to show, and what would change that. */
export function EmptyNotice({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="notice">
      <h2>{title}</h2>
      <div class="muted">{children}</div>
    </div>
  );
}
