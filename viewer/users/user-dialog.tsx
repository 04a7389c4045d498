/** Changes a person: name, roles, how they sign in, and whether they may at all. */
import { useState } from 'preact/hooks';
import type { Problem, Role, SignInLink, UserInfo, UserUpdate } from '../../src/contract/api.js';
import { postJson, problemOf, sendJson } from '../api/client.js';
import { ProblemNotice } from '../components/notice.js';
import { LinkPanel } from './link-panel.js';
import { Modal } from './modal.js';
import { RoleChoice } from './role-choice.js';

export function UserDialog({ user, onClose }: { user: UserInfo; onClose: () => void }) {
  const [link, setLink] = useState<SignInLink | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  const update = (change: UserUpdate): Promise<void> =>
    attempt(async () => {
      await sendJson('PATCH', `/api/v1/users/${user.id}`, change);
      onClose();
    });
  const makeLink = (reset: boolean): Promise<void> =>
    attempt(async () => setLink(await postJson<SignInLink>(`/api/v1/users/${user.id}/link`, { reset })));
  const signOut = (): Promise<void> =>
    attempt(async () => {
      await postJson(`/api/v1/users/${user.id}/sign-out`, {});
      onClose();
    });
  return (
    <Modal title={link === null ? `Change ${user.userName}` : 'A new link'} onClose={onClose}>
      {problem !== null && (
        <div ref={(element) => element?.scrollIntoView({ block: 'nearest' })}>
          <ProblemNotice problem={problem} />
        </div>
      )}
      {link !== null ? (
        <LinkPanel link={link} onClose={onClose} />
      ) : (
        <>
          {user.external ? (
            <p class="muted">Name and roles of this person come from the identity provider. Change them there.</p>
          ) : (
            <Details user={user} busy={busy} onSave={(change) => void update(change)} />
          )}
          <SignIn user={user} busy={busy} onLink={(reset) => void makeLink(reset)} onSignOut={() => void signOut()} />
          <div class="row dialog-end">
            <button
              type="button"
              class={user.disabled ? 'button' : 'button button-danger'}
              disabled={busy}
              onClick={() => void update({ disabled: !user.disabled })}
            >
              {user.disabled ? 'Enable' : 'Disable'}
            </button>
            <button type="button" class="button" onClick={onClose}>
              Close
            </button>
          </div>
        </>
      )}
    </Modal>
  );
}

interface DetailsProps {
  readonly user: UserInfo;
  readonly busy: boolean;
  readonly onSave: (change: UserUpdate) => void;
}

function Details({ user, busy, onSave }: DetailsProps) {
  const [displayName, setDisplayName] = useState(user.displayName);
  const [roles, setRoles] = useState<readonly Role[]>(user.roles);
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        onSave({ displayName: displayName.trim(), roles });
      }}
    >
      <label class="field">
        Name
        <input
          type="text"
          required
          maxLength={100}
          value={displayName}
          onInput={(event) => setDisplayName(event.currentTarget.value)}
        />
      </label>
      <RoleChoice roles={roles} onChange={setRoles} />
      <div class="row">
        <button type="submit" class="button button-main" disabled={busy}>
          Save
        </button>
      </div>
    </form>
  );
}

interface SignInProps {
  readonly user: UserInfo;
  readonly busy: boolean;
  readonly onLink: (reset: boolean) => void;
  readonly onSignOut: () => void;
}

function SignIn({ user, busy, onLink, onSignOut }: SignInProps) {
  return (
    <section class="dialog-part" aria-labelledby="sign-in-title">
      <h3 id="sign-in-title">Signing in</h3>
      {!user.external && !user.disabled && (
        <>
          <div class="row">
            <button type="button" class="button" disabled={busy} onClick={() => onLink(false)}>
              New link
            </button>
            <button type="button" class="button button-danger" disabled={busy} onClick={() => onLink(true)}>
              Reset and new link
            </button>
          </div>
          <p class="muted">
            A reset withdraws the person’s password, API tokens, unused links and sign-ins: for a password that is lost
            or known to others.
          </p>
        </>
      )}
      <div class="row">
        <button type="button" class="button" disabled={busy} onClick={onSignOut}>
          Sign out everywhere
        </button>
      </div>
    </section>
  );
}
