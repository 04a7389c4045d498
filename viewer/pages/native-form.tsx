/** Gets a ticket for a native client. */
import type { SessionCreated, SessionRequest } from '../../src/contract/api.js';
import type { PortalTarget } from '../../src/contract/portal.js';
import { postJson } from '../api/client.js';
import { useAttempt } from '../api/use-attempt.js';
import { ProblemNotice } from '../components/notice.js';
import { Reasons } from '../components/reasons.js';
import { placeOf } from './choice-words.js';

interface NativeFormProps {
  readonly target: PortalTarget;
  /** The person typed its address. */
  readonly typed: boolean;
  readonly onCreated: (created: SessionCreated) => void;
}

export function NativeForm({ target, typed, onCreated }: NativeFormProps) {
  const { busy, problem, run } = useAttempt();
  const choice = target.native.find(({ authenticationMethod }) => authenticationMethod === 'password');
  const create = (): void =>
    run(async () => {
      const request: SessionRequest = {
        ...placeOf(target, typed),
        connectionMethod: 'native',
        authenticationMethod: 'password',
      };
      const created = await postJson<SessionCreated>('/api/v1/sessions', request);
      if (created !== null) onCreated(created);
    });
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        create();
      }}
    >
      {problem !== null && <ProblemNotice problem={problem} />}
      {choice !== undefined && <Reasons reasons={choice.reasons} />}
      <div class="row form-end">
        <button type="submit" class="button button-main" disabled={busy || choice?.allowed === false}>
          {busy ? 'Asking…' : 'Get a ticket'}
        </button>
        <p class="muted">You get a command and a file for your RDP client that work once.</p>
      </div>
    </form>
  );
}
