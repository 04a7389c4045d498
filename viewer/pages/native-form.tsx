/** Gets a ticket for a native client. */
import { useState } from 'preact/hooks';
import type { Problem, SessionCreated, SessionRequest, TargetInfo } from '../../src/contract/api.js';
import { postJson, problemOf } from '../api/client.js';
import { ProblemNotice } from '../components/notice.js';
import { RECORDING_SENTENCES } from './recording-sentences.js';

interface NativeFormProps {
  readonly target: TargetInfo;
  readonly onCreated: (created: SessionCreated) => void;
}

export function NativeForm({ target, onCreated }: NativeFormProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const create = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    const request: SessionRequest = {
      targetId: target.id,
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
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      {problem !== null && <ProblemNotice problem={problem} />}
      <div class="row form-end">
        <button type="submit" class="button button-main" disabled={busy}>
          {busy ? 'Asking…' : 'Get a ticket'}
        </button>
        <p class="muted">{RECORDING_SENTENCES[target.recording]}</p>
      </div>
    </form>
  );
}
