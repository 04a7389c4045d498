/** Makes a shareable link and shows it, once. */
import { useState } from 'preact/hooks';
import type { TargetDetails } from '../../src/contract/inventory.js';
import { type LinkCreated, type LinkRequest, MAX_LINK_NOTE } from '../../src/contract/links.js';
import { getJson, postJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { CopyButton } from '../components/copy-button.js';
import { EmptyNotice, ProblemNotice } from '../components/notice.js';
import { SelectField } from '../inventory/fields.js';
import { useAttempt } from '../inventory/use-attempt.js';
import { formatTime } from '../lib/format.js';
import { Modal } from '../users/modal.js';

const LIFETIMES = [
  ['1', 'An hour'],
  ['8', '8 hours'],
  ['24', 'A day'],
  ['168', 'A week'],
  ['720', '30 days'],
  ['8760', 'A year'],
] as const;

type Lifetime = (typeof LIFETIMES)[number][0];

export function NewLinkDialog({ onClose }: { onClose: () => void }) {
  const [created, setCreated] = useState<LinkCreated | null>(null);
  const targets = useResource('targets-of-links', (signal) =>
    getJson<{ targets: readonly TargetDetails[] }>('/api/v1/targets', signal),
  );
  return (
    <Modal title={created === null ? 'Make a link' : `A link to ${created.targetName}`} onClose={onClose}>
      {created !== null ? (
        <Made created={created} onClose={onClose} />
      ) : targets.value !== null ? (
        <NewLinkForm targets={targets.value.targets} onCreated={setCreated} onClose={onClose} />
      ) : targets.problem !== null ? (
        <ProblemNotice problem={targets.problem} onRetry={targets.reload} />
      ) : (
        <p class="muted" role="status">
          Loading…
        </p>
      )}
    </Modal>
  );
}

interface NewLinkFormProps {
  readonly targets: readonly TargetDetails[];
  readonly onCreated: (created: LinkCreated) => void;
  readonly onClose: () => void;
}

function NewLinkForm({ targets, onCreated, onClose }: NewLinkFormProps) {
  // A link leads to a resource: the gateway refuses it for an address.
  const options = targets.filter(({ kind }) => kind === 'resource').map(({ id, name }) => [id, name] as const);
  const [targetId, setTarget] = useState(options[0]?.[0] ?? null);
  const [lifetime, setLifetime] = useState<Lifetime>('24');
  const [note, setNote] = useState('');
  const { busy, problem, run } = useAttempt();
  if (targetId === null) {
    return (
      <div class="form">
        <EmptyNotice title="There is no machine that a link may lead to">
          A link leads to a target that is a resource, not to an IP address. An administrator adds it to the targets.
        </EmptyNotice>
        <div class="row dialog-end">
          <button type="button" class="button" onClick={onClose}>
            Close
          </button>
        </div>
      </div>
    );
  }
  const create = (): void =>
    run(async () => {
      const asked: LinkRequest = { targetId, lifetimeHours: Number(lifetime), note: note.trim() };
      const made = await postJson<LinkCreated>('/api/v1/links', asked);
      if (made !== null) onCreated(made);
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
      <SelectField label="Machine" value={targetId} options={options} onChange={setTarget} />
      <SelectField label="How long it works" value={lifetime} options={LIFETIMES} onChange={setLifetime} />
      <label class="field">
        Note, such as who it is for
        <input
          type="text"
          maxLength={MAX_LINK_NOTE}
          autocomplete="off"
          value={note}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
      </label>
      <div class="row dialog-end">
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" class="button button-main" disabled={busy}>
          Make the link
        </button>
      </div>
    </form>
  );
}

function Made({ created, onClose }: { created: LinkCreated; onClose: () => void }) {
  const url = `${location.origin}/link#${created.secret}`;
  return (
    <div class="form" role="status">
      <p>
        It works until {formatTime(created.expiresAt)}, for people who can sign in here and may reach the machine. It is
        not shown again.
      </p>
      <div class="command">
        <code>{url}</code>
        <CopyButton text={url} label="Copy" />
      </div>
      <div class="row dialog-end">
        <button type="button" class="button button-main" onClick={onClose}>
          Done
        </button>
      </div>
    </div>
  );
}
