/** Ends a session that is going on, after a second question: somebody is working in it. */
import { useRef, useState } from 'preact/hooks';
import type { Me, Problem, SessionInfo } from '../../src/contract/api.js';
import { postJson, problemOf } from '../api/client.js';
import { ProblemNotice } from './notice.js';

/** Own sessions, and every session for those who look after them. */
function mayDisconnect(me: Me, { state, userName }: SessionInfo): boolean {
  const goesOn = state === 'authorised' || state === 'connecting' || state === 'live' || state === 'client-lost';
  return (
    goesOn && (userName === me.userName || me.roles.some((role) => role === 'administrator' || role === 'operator'))
  );
}

interface DisconnectButtonProps {
  readonly session: SessionInfo;
  readonly me: Me;
  /** Called when the gateway has accepted it. */
  readonly onDone: () => void;
}

/** Nothing for sessions that the person cannot end. */
export function DisconnectButton({ session, me, onDone }: DisconnectButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  if (!mayDisconnect(me, session)) return null;
  const ask = (): void => {
    setProblem(null);
    dialog.current?.showModal();
  };
  const disconnect = async (): Promise<void> => {
    setBusy(true);
    try {
      await postJson(`/api/v1/sessions/${session.id}/disconnect`, {});
      dialog.current?.close();
      onDone();
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  const name = `${session.userName} on ${session.targetName}`;
  return (
    <>
      <button type="button" class="button" aria-label={`Disconnect the session of ${name}`} onClick={ask}>
        Disconnect
      </button>
      <dialog ref={dialog} class="dialog" aria-label={`Disconnect ${name}?`}>
        <h2>Disconnect {name}?</h2>
        <p>
          The client is closed at once and cannot come back with its ticket. What runs on the target goes on there. The
          request is written to the audit log.
        </p>
        {problem !== null && <ProblemNotice problem={problem} />}
        <div class="row dialog-end">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="button" class="button button-danger" disabled={busy} onClick={() => void disconnect()}>
            {busy ? 'Disconnecting…' : 'Disconnect'}
          </button>
        </div>
      </dialog>
    </>
  );
}
