/** Adds a local account and shows its first sign-in link. */
import { useState } from 'preact/hooks';
import type { Role, SignInLink, UserRequest } from '../../src/contract/api.js';
import { postJson } from '../api/client.js';
import { useAttempt } from '../api/use-attempt.js';
import { DialogForm } from '../components/dialog-form.js';
import { TextField } from '../components/fields.js';
import { Modal } from '../components/modal.js';
import { LinkPanel } from './link-panel.js';
import { RoleChoice } from './role-choice.js';

export function NewUserDialog({ onClose }: { onClose: () => void }) {
  const [link, setLink] = useState<SignInLink | null>(null);
  return (
    <Modal title={link === null ? 'Add a person' : 'A link for the new person'} onClose={onClose}>
      {link === null ? (
        <NewUserForm onAdded={setLink} onClose={onClose} />
      ) : (
        <LinkPanel link={link} onClose={onClose} />
      )}
    </Modal>
  );
}

function NewUserForm({ onAdded, onClose }: { onAdded: (link: SignInLink) => void; onClose: () => void }) {
  const [userName, setUserName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [roles, setRoles] = useState<readonly Role[]>(['user']);
  const attempt = useAttempt();
  const add = (): void =>
    attempt.run(async () => {
      const asked: UserRequest = { userName: userName.trim(), displayName: displayName.trim(), roles };
      const link = await postJson<SignInLink>('/api/v1/users', asked);
      if (link !== null) onAdded(link);
    });
  return (
    <DialogForm attempt={attempt} submit="Add and make a link" onSubmit={add} onCancel={onClose}>
      <TextField
        required
        label="User name, without blanks"
        pattern="\S+"
        maxLength={100}
        value={userName}
        onChange={setUserName}
      />
      <TextField required label="Name" maxLength={100} value={displayName} onChange={setDisplayName} />
      <RoleChoice roles={roles} onChange={setRoles} />
    </DialogForm>
  );
}
