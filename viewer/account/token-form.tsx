/** Makes an API token: a name, what it may do, how long. */
import { useState } from 'preact/hooks';
import type { ApiTokenCreated, ApiTokenRequest, Me } from '../../src/contract/api.js';
import { type Scope, SCOPES, scopesOf } from '../../src/contract/scopes.js';
import { postJson } from '../api/client.js';
import { useAttempt } from '../api/use-attempt.js';
import { ProblemNotice } from '../components/notice.js';

const LIFETIMES = [
  { days: 7, label: 'A week' },
  { days: 30, label: '30 days' },
  { days: 90, label: '90 days' },
  { days: 365, label: 'A year' },
] as const;

export function TokenForm({ me, onCreated }: { me: Me; onCreated: (created: ApiTokenCreated) => void }) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>([]);
  const [lifetimeDays, setLifetimeDays] = useState<number>(30);
  const { busy, problem, run } = useAttempt();
  const toggle = (scope: Scope, on: boolean): void =>
    setScopes((old) => (on ? [...old, scope] : old.filter((one) => one !== scope)));
  const create = (): void =>
    run(async () => {
      const asked: ApiTokenRequest = { name: name.trim(), scopes, lifetimeDays };
      const made = await postJson<ApiTokenCreated>('/api/v1/account/tokens', asked);
      setName('');
      setScopes([]);
      if (made !== null) onCreated(made);
    });
  return (
    <form
      class="card form"
      aria-label="Make an API token"
      onSubmit={(event) => {
        event.preventDefault();
        create();
      }}
    >
      {problem !== null && <ProblemNotice problem={problem} />}
      <div class="fields">
        <label>
          What it is for
          <input
            type="text"
            required
            maxLength={100}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label>
          How long it works
          <select value={lifetimeDays} onChange={(event) => setLifetimeDays(Number(event.currentTarget.value))}>
            {LIFETIMES.map(({ days, label }) => (
              <option key={days} value={days}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
      <fieldset class="choices">
        <legend>What it may do</legend>
        {scopesOf(me.roles).map((scope) => (
          <label key={scope} class="choice">
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={(event) => toggle(scope, event.currentTarget.checked)}
            />
            <span>
              {SCOPES[scope].allows}
              <span class="muted hint address">{scope}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <div class="row form-end">
        <button type="submit" class="button button-main" disabled={busy || scopes.length === 0}>
          Make a token
        </button>
        <p class="muted">
          {scopes.length === 0 ? 'Choose what it may do.' : 'It never does more than your roles allow at that time.'}
        </p>
      </div>
    </form>
  );
}
