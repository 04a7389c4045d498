/** What is loaded: a place kept for it, then what it is, and what went wrong with it. */
import type { ComponentChildren } from 'preact';
import type { Resource } from '../api/use-resource.js';
import { ProblemNotice } from './notice.js';

interface LoadedProps<Value> {
  readonly from: Resource<Value>;
  /** What is waited for, as in `Loading links`. */
  readonly what: string;
  /** Rows that keep its place. */
  readonly rows?: number;
  readonly children: (value: Value) => ComponentChildren;
}

/** A value that is there stays while a newer one fails to come; the problem is told above it. */
export function Loaded<Value>({ from, what, rows = 4, children }: LoadedProps<Value>) {
  const { value, problem, reload } = from;
  return (
    <>
      {problem !== null && <ProblemNotice problem={problem} onRetry={reload} />}
      {value === null && problem === null && <Skeleton what={what} rows={rows} />}
      {value !== null && children(value)}
    </>
  );
}

/** Rows of the height of those to come. */
function Skeleton({ what, rows }: { what: string; rows: number }) {
  return (
    <div role="status" aria-label={`Loading ${what}`}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} class="skeleton-row" />
      ))}
    </div>
  );
}
