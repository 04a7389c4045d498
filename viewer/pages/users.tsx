/** Who may use the gateway, for administrators. */
import { useState } from 'preact/hooks';
import type { UserInfo } from '../../src/contract/api.js';
import { getJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { ProblemNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { formatTime } from '../lib/format.js';
import { NewUserDialog } from '../users/new-user-dialog.js';
import { roleNames } from '../users/role-names.js';
import { UserDialog } from '../users/user-dialog.js';

const COLUMNS = ['User name', 'Name', 'Roles', 'Signs in', 'Last sign-in', 'State', ''] as const;

export function UsersPage() {
  const list = useResource('users', (signal) => getJson<{ users: readonly UserInfo[] }>('/api/v1/users', signal));
  const [open, setOpen] = useState<UserInfo | 'new' | null>(null);
  const close = (): void => {
    setOpen(null);
    list.reload();
  };
  return (
    <Page
      wide
      title="Users"
      lead="Who may use the gateway, and what they may do. Every change is in the audit log."
      aside={
        <button type="button" class="button button-main" onClick={() => setOpen('new')}>
          Add a person
        </button>
      }
    >
      {list.problem !== null && <ProblemNotice problem={list.problem} onRetry={list.reload} />}
      {list.value === null && list.problem === null && (
        <div role="status" aria-label="Loading people">
          {Array.from({ length: 4 }, (_, index) => (
            <div key={index} class="skeleton-row" />
          ))}
        </div>
      )}
      {list.value !== null && <Users users={list.value.users} onOpen={setOpen} />}
      {open === 'new' && <NewUserDialog onClose={close} />}
      {open !== null && open !== 'new' && <UserDialog user={open} onClose={close} />}
    </Page>
  );
}

function Users({ users, onOpen }: { users: readonly UserInfo[]; onOpen: (user: UserInfo) => void }) {
  return (
    <table class="sessions">
      <thead>
        <tr>
          {COLUMNS.map((name) => (
            <th key={name} scope="col">
              {name === '' ? <span class="hidden">Actions</span> : name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <Row key={user.id} user={user} onOpen={() => onOpen(user)} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ user, onOpen }: { user: UserInfo; onOpen: () => void }) {
  return (
    <tr>
      <td data-label="User name">
        <strong>{user.userName}</strong>
      </td>
      <td data-label="Name">{user.displayName}</td>
      <td data-label="Roles">{roleNames(user.roles)}</td>
      <td data-label="Signs in">{waysIn(user)}</td>
      <td data-label="Last sign-in" class="number">
        {user.lastSignInAt === null ? 'Never' : formatTime(user.lastSignInAt)}
      </td>
      <td data-label="State">
        {user.disabled ? <span class="badge badge-bad">Disabled</span> : <span class="badge badge-good">Active</span>}
      </td>
      <td class="action">
        <button type="button" class="button" aria-label={`Change ${user.userName}`} onClick={onOpen}>
          Change
        </button>
      </td>
    </tr>
  );
}

function waysIn(user: UserInfo): string {
  if (user.external) return 'At the provider';
  return user.hasPassword ? 'Password' : 'One-time link';
}
