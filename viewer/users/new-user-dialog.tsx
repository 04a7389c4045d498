/** Adds a local account and shows its first sign-in link. */
import { useState } from 'preact/hooks';
import type { Problem, Role, SignInLink, UserRequest } from '../../src/contract/api.js';
import { postJson, problemOf } from '../api/client.js';
import { ProblemNotice } from '../components/notice.js';
import { LinkPanel } from './link-panel.js';
import { Modal } from './modal.js';
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
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const add = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const asked: UserRequest = { userName: userName.trim(), displayName: displayName.trim(), roles };
      const link = await postJson<SignInLink>('/api/v1/users', asked);
      if (link !== null) onAdded(link);
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      {problem !== null && <ProblemNotice problem={problem} />}
      <label class="field">
        User name, without blanks
        <input
          type="text"
          required
          maxLength={100}
          pattern="\S+"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={userName}
          onInput={(event) => setUserName(event.currentTarget.value)}
        />
      </label>
      <label class="field">
        Name
        <input
          type="text"
          required
          maxLength={100}
          autocomplete="off"
          value={displayName}
          onInput={(event) => setDisplayName(event.currentTarget.value)}
        />
      </label>
      <RoleChoice roles={roles} onChange={setRoles} />
      <div class="row dialog-end">
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" class="button button-main" disabled={busy}>
          Add and make a link
        </button>
      </div>
    </form>
  );
}
