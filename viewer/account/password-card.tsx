/** Sets or changes the person's own password. */
import { useState } from 'preact/hooks';
import type { Account, PasswordChange } from '../../src/contract/api.js';
import { getJson, sendJson } from '../api/client.js';
import { useAttempt } from '../api/use-attempt.js';
import { useResource } from '../api/use-resource.js';
import { Loaded } from '../components/loaded.js';
import { ProblemNotice } from '../components/notice.js';

export function PasswordCard() {
  const account = useResource<Account>('account', (signal) => getJson('/api/v1/account', signal));
  return (
    <section class="section" aria-labelledby="password-title">
      <h2 id="password-title">Password</h2>
      <Loaded from={account} what="your account" rows={1}>
        {(value) =>
          value.mayHavePassword ? (
            <PasswordForm account={value} onChanged={account.reload} />
          ) : (
            <p class="card muted">You sign in at your identity provider. There is no password of yours here.</p>
          )
        }
      </Loaded>
    </section>
  );
}

function PasswordForm({ account, onChanged }: { account: Account; onChanged: () => void }) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [repeated, setRepeated] = useState('');
  const { busy, problem, run } = useAttempt();
  const [done, setDone] = useState(false);
  const differs = repeated !== '' && repeated !== next;

  const save = (): void =>
    run(async () => {
      setDone(false);
      const change: PasswordChange = {
        newPassword: next,
        ...(account.currentPasswordNeeded && { currentPassword: current }),
      };
      await sendJson('PUT', '/api/v1/account/password', change);
      for (const set of [setCurrent, setNext, setRepeated]) set('');
      setDone(true);
      onChanged();
    });

  return (
    <form
      class="card form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!differs) save();
      }}
    >
      <p class="muted">
        {account.hasPassword
          ? 'A new password ends your sign-ins in other browsers. Your API tokens go on working.'
          : 'You have no password yet. With one, you sign in without asking for a link.'}
      </p>
      {problem !== null && <ProblemNotice problem={problem} />}
      {/* Lets password managers know whose password it is. */}
      <input
        type="text"
        class="hidden"
        aria-label="Your user name"
        autocomplete="username"
        value={account.userName}
        readOnly
        tabIndex={-1}
      />
      {account.currentPasswordNeeded && (
        <PasswordField label="Current password" kind="current-password" value={current} onInput={setCurrent} />
      )}
      <div class="fields">
        <PasswordField
          label={`New password, ${account.passwordMinLength} characters or more`}
          kind="new-password"
          value={next}
          onInput={setNext}
        />
        <PasswordField label="The same again" kind="new-password" value={repeated} onInput={setRepeated} />
      </div>
      <div class="row form-end">
        <button type="submit" class="button button-main" disabled={busy || differs}>
          {account.hasPassword ? 'Change password' : 'Set password'}
        </button>
        <p role="status" class={differs ? 'fault' : 'muted'}>
          {differs ? 'The two are not the same.' : done ? 'Your new password holds.' : ''}
        </p>
      </div>
    </form>
  );
}

interface PasswordFieldProps {
  readonly label: string;
  readonly kind: 'current-password' | 'new-password';
  readonly value: string;
  readonly onInput: (text: string) => void;
}

function PasswordField({ label, kind, value, onInput }: PasswordFieldProps) {
  return (
    <label class="field">
      {label}
      <input
        type="password"
        required
        maxLength={256}
        autocomplete={kind}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}
