/** Browsers in which the person is signed in, and ending that. */
import { useState } from 'preact/hooks';
import type { Problem, SignInMethod, WebSessionInfo } from '../../src/contract/api.js';
import { getJson, postJson, problemOf, sendJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { ProblemNotice } from '../components/notice.js';
import { formatTime } from '../lib/format.js';
import { browserName } from './browser-name.js';

const METHODS: { readonly [method in SignInMethod]: string } = {
  link: 'with a one-time link',
  password: 'with a password',
  oidc: 'at the identity provider',
};

export function WebSessions() {
  const list = useResource('web-sessions', (signal) =>
    getJson<{ sessions: readonly WebSessionInfo[] }>('/api/v1/account/sessions', signal),
  );
  const [problem, setProblem] = useState<Problem | null>(null);
  const attempt = async (work: () => Promise<unknown>, after: () => void): Promise<void> => {
    setProblem(null);
    try {
      await work();
      after();
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  const end = (id: string): Promise<void> =>
    attempt(() => sendJson('DELETE', `/api/v1/account/sessions/${id}`, {}), list.reload);
  const endAll = (): Promise<void> =>
    attempt(
      () => postJson('/api/v1/account/sign-out-everywhere', {}),
      () => location.assign('/sign-in'),
    );
  return (
    <section class="section" aria-labelledby="sessions-title">
      <div class="row section-head">
        <h2 id="sessions-title">Where you are signed in</h2>
        <button type="button" class="button" onClick={() => void endAll()}>
          Sign out everywhere
        </button>
      </div>
      {problem !== null && <ProblemNotice problem={problem} />}
      {list.problem !== null && <ProblemNotice problem={list.problem} onRetry={list.reload} />}
      {list.value === null && list.problem === null && (
        <div class="skeleton-row" role="status" aria-label="Loading where you are signed in" />
      )}
      {list.value !== null && (
        <ul class="entries">
          {list.value.sessions.map((session) => (
            <Entry key={session.id} session={session} onEnd={() => void end(session.id)} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Entry({ session, onEnd }: { session: WebSessionInfo; onEnd: () => void }) {
  const name = browserName(session.userAgent);
  return (
    <li class="entry">
      <div>
        <strong>{name}</strong> <span class="muted address">{session.clientAddress}</span>
        <p class="muted">
          Since {formatTime(session.createdAt)}, {METHODS[session.method]}. Last used {formatTime(session.lastSeenAt)}.
        </p>
      </div>
      {session.current ? (
        <span class="badge badge-live">This browser</span>
      ) : (
        <button type="button" class="button" aria-label={`Sign out ${name}, ${session.clientAddress}`} onClick={onEnd}>
          Sign out
        </button>
      )}
    </li>
  );
}
