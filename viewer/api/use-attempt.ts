/** One request at a time, and what went wrong with it. */
import { useState } from 'preact/hooks';
import type { Problem } from '../../src/contract/api.js';
import { problemOf } from './client.js';

export interface Attempt {
  readonly busy: boolean;
  readonly problem: Problem | null;
  readonly run: (work: () => Promise<void>) => void;
}

export function useAttempt(): Attempt {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, run: (work) => void attempt(work) };
}
