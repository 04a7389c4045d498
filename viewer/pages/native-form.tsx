/** Gets a ticket for a native client. */
import { useState } from 'preact/hooks';
import type { Problem, SessionCreated, SessionRequest } from '../../src/contract/api.js';
import type { PortalTarget } from '../../src/contract/portal.js';
import { postJson, problemOf } from '../api/client.js';
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
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const choice = target.native.find(({ authenticationMethod }) => authenticationMethod === 'password');
  const create = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    const request: SessionRequest = {
      ...placeOf(target, typed),
      connectionMethod: 'native',
      authenticationMethod: 'password',
    };
    try {
      const created = await postJson<SessionCreated>('/api/v1/sessions', request);
      if (created !== null) onCreated(created);
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void create();
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
