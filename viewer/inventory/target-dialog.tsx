/** Adds, changes and removes a target. Operators see its recording setting alone. */
import { useState } from 'preact/hooks';
import type { TargetDetails } from '../../src/contract/inventory.js';
import { sendJson } from '../api/client.js';
import { ProblemNotice } from '../components/notice.js';
import { Modal } from '../users/modal.js';
import { draftOf, EMPTY_DRAFT, requestOf, type TargetDraft } from './target-draft.js';
import { FurtherFields, PlaceFields, RecordingField } from './target-form.js';
import { useAttempt } from './use-attempt.js';

interface TargetDialogProps {
  /** Null for a new one. */
  readonly target: TargetDetails | null;
  readonly administrator: boolean;
  readonly onClose: () => void;
}

export function TargetDialog({ target, administrator, onClose }: TargetDialogProps) {
  const [draft, setDraft] = useState<TargetDraft>(target === null ? EMPTY_DRAFT : draftOf(target));
  const { busy, problem, run } = useAttempt();
  const change = (changed: Partial<TargetDraft>): void => setDraft((old) => ({ ...old, ...changed }));
  const save = (endSessions: boolean): void =>
    run(async () => {
      const request = { ...requestOf(draft, !administrator), ...(endSessions && { endSessions }) };
      if (target === null) await sendJson('POST', '/api/v1/targets', request);
      else await sendJson('PATCH', `/api/v1/targets/${target.id}`, request);
      onClose();
    });
  const inTheWay = problem?.sessions !== undefined;
  return (
    <Modal title={target === null ? 'Add a target' : `Change ${target.name}`} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          save(false);
        }}
      >
        {problem !== null && (
          <div ref={(element) => element?.scrollIntoView({ block: 'nearest' })}>
            <ProblemNotice problem={problem} />
          </div>
        )}
        {inTheWay && (
          <button type="button" class="button button-danger" disabled={busy} onClick={() => save(true)}>
            End these sessions and change the target
          </button>
        )}
        {administrator && <PlaceFields draft={draft} onChange={change} />}
        <RecordingField draft={draft} onChange={change} />
        {administrator && <FurtherFields draft={draft} onChange={change} />}
        <div class="row dialog-end">
          {target !== null && administrator && <RemoveButton target={target} busy={busy} run={run} onDone={onClose} />}
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button button-main" disabled={busy}>
            {target === null ? 'Add' : 'Save'}
          </button>
        </div>
      </form>
    </Modal>
  );
}

interface RemoveButtonProps {
  readonly target: TargetDetails;
  readonly busy: boolean;
  readonly run: (work: () => Promise<void>) => void;
  readonly onDone: () => void;
}

/** Asks once more. */
function RemoveButton({ target, busy, run, onDone }: RemoveButtonProps) {
  const [asked, setAsked] = useState(false);
  const remove = (): void =>
    run(async () => {
      await sendJson('DELETE', `/api/v1/targets/${target.id}`, {});
      onDone();
    });
  return (
    <button
      type="button"
      class="button button-danger dialog-start"
      disabled={busy}
      onClick={() => (asked ? remove() : setAsked(true))}
    >
      {asked ? `Remove ${target.name}, really` : 'Remove'}
    </button>
  );
}
