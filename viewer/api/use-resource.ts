/** Loads something, keeps it while it is loaded again or cannot be, and says what went wrong. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../../src/contract/api.js';
import { problemOf } from './client.js';

export interface Resource<Value> {
  /** The latest value, kept while a newer one is loaded or fails to. */
  readonly value: Value | null;
  readonly problem: Problem | null;
  readonly loading: boolean;
  readonly reload: () => void;
}

/**
 * @param key what is loaded; another key drops the value.
 * @param refreshMs time until it is loaded again, or null for never.
 */
export function useResource<Value>(
  key: string,
  load: (signal: AbortSignal) => Promise<Value>,
  refreshMs: (value: Value) => number | null = () => null,
): Resource<Value> {
  const [state, setState] = useState<{ key: string; value: Value | null; problem: Problem | null; loading: boolean }>({
    key,
    value: null,
    problem: null,
    loading: true,
  });
  const [round, setRound] = useState(0);
  const latest = useRef({ load, refreshMs });
  latest.current = { load, refreshMs };
  const reload = useCallback(() => setRound((count) => count + 1), []);

  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    setState((old) => ({ ...old, key, value: old.key === key ? old.value : null, loading: true }));
    let delay: number | null = null;
    const again = (): void => {
      if (delay !== null) timer = setTimeout(() => void run(), delay);
    };
    const run = async (): Promise<void> => {
      try {
        const value = await latest.current.load(controller.signal);
        if (controller.signal.aborted) return;
        setState({ key, value, problem: null, loading: false });
        delay = latest.current.refreshMs(value);
        again();
      } catch (error) {
        if (controller.signal.aborted) return;
        const problem = problemOf(error);
        setState((old) => ({ ...old, problem, loading: false }));
        if (isPassing(problem)) again();
      }
    };
    void run();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [key, round]);

  return { value: state.key === key ? state.value : null, problem: state.problem, loading: state.loading, reload };
}

/** The gateway may be back a moment later; what it refuses, it refuses again. */
function isPassing({ status }: Problem): boolean {
  return status === 0 || status >= 500;
}
