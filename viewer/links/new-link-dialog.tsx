/** Makes a shareable link and shows it, once. */
import { useState } from 'preact/hooks';
import type { TargetDetails } from '../../src/contract/inventory.js';
import { type LinkCreated, type LinkRequest, MAX_LINK_NOTE } from '../../src/contract/links.js';
import { getJson, postJson } from '../api/client.js';
import { useAttempt } from '../api/use-attempt.js';
import { useResource } from '../api/use-resource.js';
import { DialogForm } from '../components/dialog-form.js';
import { SelectField, TextField } from '../components/fields.js';
import { Loaded } from '../components/loaded.js';
import { Modal } from '../components/modal.js';
import { EmptyNotice } from '../components/notice.js';
import { ShownOnce } from '../components/shown-once.js';
import { formatTime } from '../lib/format.js';

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
      ) : (
        <Loaded from={targets} what="machines">
          {(list) => <NewLinkForm targets={list.targets} onCreated={setCreated} onClose={onClose} />}
        </Loaded>
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
  const attempt = useAttempt();
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
    attempt.run(async () => {
      const asked: LinkRequest = { targetId, lifetimeHours: Number(lifetime), note: note.trim() };
      const made = await postJson<LinkCreated>('/api/v1/links', asked);
      if (made !== null) onCreated(made);
    });
  return (
    <DialogForm attempt={attempt} submit="Make the link" onSubmit={create} onCancel={onClose}>
      <SelectField label="Machine" value={targetId} options={options} onChange={setTarget} />
      <SelectField label="How long it works" value={lifetime} options={LIFETIMES} onChange={setLifetime} />
      <TextField label="Note, such as who it is for" maxLength={MAX_LINK_NOTE} value={note} onChange={setNote} />
    </DialogForm>
  );
}

function Made({ created, onClose }: { created: LinkCreated; onClose: () => void }) {
  return (
    <ShownOnce text={`${location.origin}/link#${created.secret}`} onDone={onClose}>
      It works until {formatTime(created.expiresAt)}, for people who can sign in here and may reach the machine. It is
      not shown again.
    </ShownOnce>
  );
}
