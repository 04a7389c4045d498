/** What a run and its child processes say to each other. */
import type { Finding, Place, Tally } from './run-batches.js';

/** Batches of one subject for a child. */
export interface Task {
  readonly subject: string;
  readonly seed: number;
  readonly firstBatch: number;
  readonly batches: number;
  /** True to be told of every input before it is run: the task has killed a child before. */
  readonly careful: boolean;
}

export type FromChild =
  | { readonly type: 'ready' }
  | { readonly type: 'at'; readonly place: Place }
  | { readonly type: 'finding'; readonly finding: Finding }
  | { readonly type: 'done'; readonly tally: Tally };
