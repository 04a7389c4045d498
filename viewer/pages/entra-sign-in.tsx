/** Signing in with Microsoft Entra ID for a machine: in a tab of the organisation's own page, before one connects. */
import { useEffect, useState } from 'preact/hooks';
import type { EntraSignInBegun, EntraSignInState, Problem } from '../../src/contract/api.js';
import type { TargetId } from '../../src/contract/ids.js';
import { getJson, postJson, problemOf } from '../api/client.js';
import { ProblemNotice } from '../components/notice.js';

const POLL_MS = 1_500;

interface EntraSignInProps {
  readonly targetId: TargetId;
  /** The sign-in that was granted, if one was. */
  readonly granted: string | null;
  readonly onGranted: (id: string) => void;
}

export function EntraSignIn({ targetId, granted, onGranted }: EntraSignInProps) {
  const [begun, setBegun] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const begin = async (): Promise<void> => {
    setProblem(null);
    // Opened in the click: later the browser would not let the page.
    const tab = window.open('about:blank');
    try {
      const answer = await postJson<EntraSignInBegun>('/api/v1/entra/sign-ins', { targetId });
      if (answer === null) return;
      if (tab !== null) tab.location.href = answer.authorizationUrl;
      setBegun(answer.id);
    } catch (error) {
      tab?.close();
      setProblem(problemOf(error));
    }
  };
  useEffect(() => {
    if (begun === null) return undefined;
    const timer = setInterval(() => {
      void getJson<EntraSignInState>(`/api/v1/entra/sign-ins/${begun}`)
        .then((state) => {
          if (!state.granted) return;
          setBegun(null);
          onGranted(begun);
        })
        .catch((error: unknown) => setProblem(problemOf(error)));
    }, POLL_MS);
    return () => clearInterval(timer);
  }, [begun]);
  return (
    <div class="entra">
      {problem !== null && <ProblemNotice problem={problem} />}
      <div class="row">
        <button type="button" class="button" onClick={() => void begin()}>
          {granted === null ? 'Sign in with Microsoft Entra ID' : 'Sign in again'}
        </button>
        <p role="status" class="muted">
          {granted !== null
            ? 'You are signed in. Connect within ten minutes.'
            : begun !== null
              ? 'Waiting for your sign-in…'
              : ''}
        </p>
      </div>
    </div>
  );
}
