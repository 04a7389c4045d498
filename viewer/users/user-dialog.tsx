/** Changes a person: name, roles, how they sign in, and whether they may at all. */
import { useState } from 'preact/hooks';
import type { Role, SignInLink, UserInfo, UserUpdate } from '../../src/contract/api.js';
import { postJson, sendJson } from '../api/client.js';
import { useAttempt } from '../api/use-attempt.js';
import { AttemptProblem } from '../components/dialog-form.js';
import { TextField } from '../components/fields.js';
import { Modal } from '../components/modal.js';
import { LinkPanel } from './link-panel.js';
import { RoleChoice } from './role-choice.js';

export function UserDialog({ user, onClose }: { user: UserInfo; onClose: () => void }) {
  const [link, setLink] = useState<SignInLink | null>(null);
  const attempt = useAttempt();
  const { busy } = attempt;
  const update = (change: UserUpdate): void =>
    attempt.run(async () => {
      await sendJson('PATCH', `/api/v1/users/${user.id}`, change);
      onClose();
    });
  const makeLink = (reset: boolean): void =>
    attempt.run(async () => setLink(await postJson<SignInLink>(`/api/v1/users/${user.id}/link`, { reset })));
  const signOut = (): void =>
    attempt.run(async () => {
      await postJson(`/api/v1/users/${user.id}/sign-out`, {});
      onClose();
    });
  return (
    <Modal title={link === null ? `Change ${user.userName}` : 'A new link'} onClose={onClose}>
      <AttemptProblem attempt={attempt} />
      {link !== null ? (
        <LinkPanel link={link} onClose={onClose} />
      ) : (
        <>
          {user.external ? (
            <p class="muted">Name and roles of this person come from the identity provider. Change them there.</p>
          ) : (
            <Details user={user} busy={busy} onSave={update} />
          )}
          <SignIn user={user} busy={busy} onLink={makeLink} onSignOut={signOut} />
          <div class="row dialog-end">
            <button
              type="button"
              class={user.disabled ? 'button' : 'button button-danger'}
              disabled={busy}
              onClick={() => update({ disabled: !user.disabled })}
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
      <TextField required label="Name" maxLength={100} value={displayName} onChange={setDisplayName} />
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
