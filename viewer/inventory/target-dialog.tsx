/** Adds, changes and removes a target. Operators see its recording setting alone. */
import { useState } from 'preact/hooks';
import type { TargetChanged, TargetDetails } from '../../src/contract/inventory.js';
import { sendJson } from '../api/client.js';
import { type Attempt, useAttempt } from '../api/use-attempt.js';
import { DialogForm } from '../components/dialog-form.js';
import { EndSessions } from '../components/end-sessions.js';
import { Modal } from '../components/modal.js';
import { draftOf, EMPTY_DRAFT, requestOf, type TargetDraft } from './target-draft.js';
import { FurtherFields, PlaceFields, RecordingField } from './target-form.js';

interface TargetDialogProps {
  /** Null for a new one. */
  readonly target: TargetDetails | null;
  readonly administrator: boolean;
  readonly onClose: () => void;
}

export function TargetDialog({ target, administrator, onClose }: TargetDialogProps) {
  const [draft, setDraft] = useState<TargetDraft>(target === null ? EMPTY_DRAFT : draftOf(target));
  const [dropped, setDropped] = useState(false);
  const attempt = useAttempt();
  const change = (changed: Partial<TargetDraft>): void => setDraft((old) => ({ ...old, ...changed }));
  const save = (endSessions: boolean): void =>
    attempt.run(async () => {
      const request = { ...requestOf(draft, !administrator), ...(endSessions && { endSessions }) };
      if (target === null) await sendJson('POST', '/api/v1/targets', request);
      else if (await lostCredential(target, request)) {
        setDropped(true);
        return;
      }
      onClose();
    });
  if (dropped) return <CredentialDropped name={draft.name} onClose={onClose} />;
  return (
    <Modal title={target === null ? 'Add a target' : `Change ${target.name}`} onClose={onClose}>
      <DialogForm
        attempt={attempt}
        submit={target === null ? 'Add' : 'Save'}
        onSubmit={() => save(false)}
        onCancel={onClose}
        remedy={<EndSessions attempt={attempt} change="change the target" onEnd={() => save(true)} />}
        aside={target !== null && administrator && <RemoveButton target={target} attempt={attempt} onDone={onClose} />}
      >
        {administrator && <PlaceFields draft={draft} onChange={change} />}
        <RecordingField draft={draft} onChange={change} />
        {administrator && <FurtherFields draft={draft} onChange={change} />}
      </DialogForm>
    </Modal>
  );
}

/** Makes the change; true when it has cost the stored credential. */
async function lostCredential(target: TargetDetails, request: object): Promise<boolean> {
  const changed = await sendJson<TargetChanged>('PATCH', `/api/v1/targets/${target.id}`, request);
  return changed?.credentialDropped === true;
}

/** The change is made, and has cost something that nobody typed. */
function CredentialDropped({ name, onClose }: { name: string; onClose: () => void }) {
  return (
    <Modal title={`${name} is changed`} onClose={onClose}>
      <div class="form" role="status">
        <p>
          Its stored credential was dropped: behind another address, port or certificate may be another machine, which
          is not to be told the password. If it is the same, store the credential again.
        </p>
        <p>
          <code>npx witness credential set {name}</code>
        </p>
        <div class="row dialog-end">
          <button type="button" class="button button-main" onClick={onClose}>
            Done
          </button>
        </div>
      </div>
    </Modal>
  );
}

interface RemoveButtonProps {
  readonly target: TargetDetails;
  readonly attempt: Attempt;
  readonly onDone: () => void;
}

/** Asks once more. */
function RemoveButton({ target, attempt, onDone }: RemoveButtonProps) {
  const [asked, setAsked] = useState(false);
  const remove = (): void =>
    attempt.run(async () => {
      await sendJson('DELETE', `/api/v1/targets/${target.id}`, {});
      onDone();
    });
  return (
    <button
      type="button"
      class="button button-danger dialog-start"
      disabled={attempt.busy}
      onClick={() => (asked ? remove() : setAsked(true))}
    >
      {asked ? `Remove ${target.name}, really` : 'Remove'}
    </button>
  );
}
