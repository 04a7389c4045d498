/**
 * Signing in: with a one-time link, a password, or at the identity provider. A link's secret is in the fragment, which
 * browsers do not send to anybody.
 */
import { useEffect, useState } from 'preact/hooks';
import type { PasswordSignInRequest, Problem, SignInMethods } from '../../src/contract/api.js';
import { getJson, postJson, problemOf } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { ProblemNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { navigate } from '../router.js';
import { providerProblem } from './provider-problems.js';

/** Takes the token out of the address bar and of the history before anything else happens with it. */
function takeToken(): string | null {
  const text = location.hash.slice(1).replace(/^token=/, '');
  if (text !== '') history.replaceState(null, '', location.pathname);
  return text === '' ? null : decodeText(text);
}

/** What is no link of ours is sent as it is: the gateway says what is wrong with it. */
function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function SignInPage({ problem: fromProvider }: { problem: string | null }) {
  const [token, setToken] = useState(() => ({ text: takeToken() }));
  const [problem, setProblem] = useState<Problem | null>(() =>
    fromProvider === null ? null : providerProblem(fromProvider),
  );
  const methods = useResource<SignInMethods>('methods', (signal) => getJson('/api/v1/sign-in/methods', signal));

  // A link that is pasted into a tab with this page changes the fragment, and loads nothing.
  useEffect(() => {
    const take = (): void => {
      const text = takeToken();
      if (text !== null) setToken({ text });
    };
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);

  useEffect(() => {
    if (token.text === null) return;
    setProblem(null);
    postJson('/api/v1/sign-in', { token: token.text }).then(
      () => navigate('/', 'replace'),
      (error: unknown) => {
        setToken({ text: null });
        setProblem(problemOf(error));
      },
    );
  }, [token]);

  return (
    <div class="sign-in">
      <Page title="Sign in to Witness">
        {problem !== null && <ProblemNotice problem={problem} />}
        {token.text !== null ? (
          <p role="status" class="muted">
            Signing you in…
          </p>
        ) : methods.loading && methods.value === null ? (
          <p role="status" class="muted">
            Loading…
          </p>
        ) : (
          <Ways methods={methods.value} onProblem={setProblem} />
        )}
        {methods.problem !== null && problem === null && (
          <ProblemNotice problem={methods.problem} onRetry={methods.reload} />
        )}
      </Page>
    </div>
  );
}

interface WaysProps {
  readonly methods: SignInMethods | null;
  readonly onProblem: (problem: Problem | null) => void;
}

function Ways({ methods, onProblem }: WaysProps) {
  const provider = methods?.provider ?? null;
  return (
    <>
      {provider !== null && (
        <a class="button button-main sign-in-provider" href="/api/v1/sign-in/oidc">
          Sign in with {provider}
        </a>
      )}
      {methods?.password === true && <PasswordForm main={provider === null} onProblem={onProblem} />}
      <div class="card">
        <p>Have you been given a one-time link? Open it in this browser.</p>
        <p class="muted">A link works once and for a day. An administrator of the gateway can give you another one.</p>
      </div>
    </>
  );
}

function PasswordForm({ main, onProblem }: { main: boolean; onProblem: WaysProps['onProblem'] }) {
  const [userName, setUserName] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const signIn = async (): Promise<void> => {
    setBusy(true);
    onProblem(null);
    try {
      await postJson('/api/v1/sign-in/password', { userName, password } satisfies PasswordSignInRequest);
      navigate('/', 'replace');
    } catch (error) {
      setPassword('');
      setBusy(false);
      onProblem(problemOf(error));
    }
  };
  return (
    <form
      class="card form"
      aria-label="Sign in with a password"
      onSubmit={(event) => {
        event.preventDefault();
        void signIn();
      }}
    >
      <label class="field">
        User name
        <input
          type="text"
          required
          maxLength={100}
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          value={userName}
          onInput={(event) => setUserName(event.currentTarget.value)}
        />
      </label>
      <label class="field">
        Password
        <input
          type="password"
          required
          maxLength={256}
          autocomplete="current-password"
          value={password}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class={main ? 'button button-main' : 'button'} disabled={busy}>
        {busy ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  );
}
