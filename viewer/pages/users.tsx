/** Who may use the gateway, for administrators. */
import type { UserInfo } from '../../src/contract/api.js';
import { getJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { Badge } from '../components/badge.js';
import { Loaded } from '../components/loaded.js';
import { Page } from '../components/page.js';
import { type Column, RecordTable } from '../components/record-table.js';
import { useDialog } from '../components/use-dialog.js';
import { formatTime } from '../lib/format.js';
import { NewUserDialog } from '../users/new-user-dialog.js';
import { roleNames } from '../users/role-names.js';
import { UserDialog } from '../users/user-dialog.js';

const COLUMNS: readonly Column<UserInfo>[] = [
  { name: 'User name', cell: ({ userName }) => <strong>{userName}</strong> },
  { name: 'Name', cell: ({ displayName }) => displayName },
  { name: 'Roles', cell: ({ roles }) => roleNames(roles) },
  { name: 'Signs in', cell: waysIn },
  {
    name: 'Last sign-in',
    class: 'number',
    cell: ({ lastSignInAt }) => (lastSignInAt === null ? 'Never' : formatTime(lastSignInAt)),
  },
  {
    name: 'State',
    cell: ({ disabled }) => (disabled ? <Badge text="Disabled" tone="bad" /> : <Badge text="Active" tone="good" />),
  },
];

export function UsersPage() {
  const list = useResource('users', (signal) => getJson<{ users: readonly UserInfo[] }>('/api/v1/users', signal));
  const { open, show, close } = useDialog<UserInfo | 'new'>(list.reload);
  return (
    <Page
      wide
      title="Users"
      lead="Who may use the gateway, and what they may do. Every change is in the audit log."
      aside={
        <button type="button" class="button button-main" onClick={() => show('new')}>
          Add a person
        </button>
      }
    >
      <Loaded from={list} what="people">
        {({ users }) => (
          <RecordTable
            label="Users"
            items={users}
            keyOf={({ id }) => id}
            columns={COLUMNS}
            actions={(user) => (
              <button type="button" class="button" aria-label={`Change ${user.userName}`} onClick={() => show(user)}>
                Change
              </button>
            )}
          />
        )}
      </Loaded>
      {open === 'new' && <NewUserDialog onClose={close} />}
      {open !== null && open !== 'new' && <UserDialog user={open} onClose={close} />}
    </Page>
  );
}

function waysIn(user: UserInfo): string {
  if (user.external) return 'At the provider';
  return user.hasPassword ? 'Password' : 'One-time link';
}
