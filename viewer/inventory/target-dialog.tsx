/** Adds, changes and removes a target. Operators see its recording setting alone. */
import { useState } from 'preact/hooks';
import type { TargetDetails } from '../../src/contract/inventory.js';
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
  const attempt = useAttempt();
  const change = (changed: Partial<TargetDraft>): void => setDraft((old) => ({ ...old, ...changed }));
  const save = (endSessions: boolean): void =>
    attempt.run(async () => {
      const request = { ...requestOf(draft, !administrator), ...(endSessions && { endSessions }) };
      if (target === null) await sendJson('POST', '/api/v1/targets', request);
      else await sendJson('PATCH', `/api/v1/targets/${target.id}`, request);
      onClose();
    });
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
