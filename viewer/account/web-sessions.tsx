/** Browsers in which the person is signed in, and ending that. */
import type { SignInMethod, WebSessionInfo } from '../../src/contract/api.js';
import { getJson, postJson, sendJson } from '../api/client.js';
import { useAttempt } from '../api/use-attempt.js';
import { useResource } from '../api/use-resource.js';
import { Loaded } from '../components/loaded.js';
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
  const { problem, run } = useAttempt();
  const end = (id: string): void =>
    run(async () => {
      await sendJson('DELETE', `/api/v1/account/sessions/${id}`, {});
      list.reload();
    });
  const endAll = (): void =>
    run(async () => {
      await postJson('/api/v1/account/sign-out-everywhere', {});
      location.assign('/sign-in');
    });
  return (
    <section class="section" aria-labelledby="sessions-title">
      <div class="row section-head">
        <h2 id="sessions-title">Where you are signed in</h2>
        <button type="button" class="button" onClick={endAll}>
          Sign out everywhere
        </button>
      </div>
      {problem !== null && <ProblemNotice problem={problem} />}
      <Loaded from={list} what="where you are signed in" rows={1}>
        {({ sessions }) => (
          <ul class="entries">
            {sessions.map((session) => (
              <Entry key={session.id} session={session} onEnd={() => end(session.id)} />
            ))}
          </ul>
        )}
      </Loaded>
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
