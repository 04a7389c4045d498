/** Sign-in with a one-time link. Its secret is in the fragment, which browsers do not send to anybody. */
import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../../src/contract/api.js';
import { postJson, problemOf } from '../api/client.js';
import { ProblemNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { navigate } from '../router.js';

/** Takes the token out of the address bar and of the history before anything else happens with it. */
function takeToken(): string | null {
  const text = location.hash.slice(1).replace(/^token=/, '');
  if (text !== '') history.replaceState(null, '', location.pathname);
  return text === '' ? null : decodeURIComponent(text);
}

export function SignInPage() {
  const [token] = useState(takeToken);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    if (token === null) return;
    postJson('/api/v1/sign-in', { token }).then(
      () => navigate('/', 'replace'),
      (error: unknown) => setProblem(problemOf(error)),
    );
  }, [token]);
  return (
    <div class="sign-in">
      <Page title="Sign in to Witness">
        {problem !== null && <ProblemNotice problem={problem} />}
        {problem === null && token !== null && (
          <p role="status" class="muted">
            Signing you in…
          </p>
        )}
        {(problem !== null || token === null) && (
          <div class="card">
            <p>Witness signs people in with one-time links. Open the link that you were given in this browser.</p>
            <p class="muted">
              A link works once and for a short time. An administrator of the gateway can give you another one.
            </p>
          </div>
        )}
      </Page>
    </div>
  );
}
