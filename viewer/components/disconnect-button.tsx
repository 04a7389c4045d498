/** Ends a session that is going on, after a second question: somebody is working in it. */
import { useState } from 'preact/hooks';
import type { Me, SessionInfo } from '../../src/contract/api.js';
import { postJson } from '../api/client.js';
import { ConfirmDialog } from './confirm-dialog.js';

/** Own sessions, and every session for those who look after them. */
export function mayDisconnect(me: Me, { userName }: Pick<SessionInfo, 'userName'>): boolean {
  return userName === me.userName || me.roles.some((role) => role === 'administrator' || role === 'operator');
}

function goesOn({ state }: SessionInfo): boolean {
  return state === 'authorised' || state === 'connecting' || state === 'live' || state === 'client-lost';
}

interface DisconnectButtonProps {
  readonly session: SessionInfo;
  readonly me: Me;
  /** Called when the gateway has accepted it. */
  readonly onDone: () => void;
}

/** Nothing for sessions that the person cannot end. */
export function DisconnectButton({ session, me, onDone }: DisconnectButtonProps) {
  const [asked, setAsked] = useState(false);
  if (!asked && !(goesOn(session) && mayDisconnect(me, session))) return null;
  return (
    <>
      <button
        type="button"
        class="button"
        aria-label={`Disconnect the session of ${session.userName} on ${session.targetName}`}
        onClick={() => setAsked(true)}
      >
        Disconnect
      </button>
      {asked && <DisconnectDialog session={session} onDone={onDone} onClose={() => setAsked(false)} />}
    </>
  );
}

interface DisconnectDialogProps {
  readonly session: Pick<SessionInfo, 'id' | 'userName' | 'targetName'>;
  readonly onDone?: () => void;
  readonly onClose: () => void;
}

export function DisconnectDialog({ session, onDone, onClose }: DisconnectDialogProps) {
  const disconnect = async (): Promise<void> => {
    await postJson(`/api/v1/sessions/${session.id}/disconnect`, {});
    onDone?.();
  };
  return (
    <ConfirmDialog
      title={`Disconnect ${session.userName} on ${session.targetName}?`}
      action="Disconnect"
      doing="Disconnecting…"
      work={disconnect}
      onClose={onClose}
    >
      The client is closed at once and cannot come back with its ticket. What runs on the target goes on there. The
      request is written to the audit log.
    </ConfirmDialog>
  );
}
