/** Role assignments: who may read what, at which scope. */
import type { Me } from '../../src/contract/api.js';
import type { AssignmentSource, RoleAssignment } from '../../src/contract/inventory.js';
import { getJson, sendJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { AddButtons } from '../components/add-buttons.js';
import { ConfirmDialog } from '../components/confirm-dialog.js';
import { Loaded } from '../components/loaded.js';
import { EmptyNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { type Column, RecordTable } from '../components/record-table.js';
import { useDialog } from '../components/use-dialog.js';
import { ImportDialog } from '../inventory/import-dialog.js';
import { RoleDialog } from '../inventory/role-dialog.js';

const FILES = [{ name: 'roleAssignments', command: 'az role assignment list --all -o json', required: true }] as const;

const SOURCES: { readonly [source in AssignmentSource]: string } = {
  'built-in': 'There from the start',
  manual: 'Typed here',
  azure: 'Azure',
};

const COLUMNS: readonly Column<RoleAssignment>[] = [
  { name: 'Who', cell: (assignment) => <Who assignment={assignment} />, hint: ({ principal }) => principal },
  { name: 'Role', cell: ({ role }) => role },
  { name: 'Scope', class: 'scope', cell: ({ scope }) => scope },
  { name: 'From', cell: ({ source }) => SOURCES[source] },
];

export function RolesPage({ me }: { me: Me }) {
  const administrator = me.roles.includes('administrator');
  const list = useResource('roles', (signal) =>
    getJson<{ roleAssignments: readonly RoleAssignment[] }>('/api/v1/role-assignments', signal),
  );
  const { open, show, close } = useDialog<RoleAssignment | 'new' | 'import'>(list.reload);
  return (
    <Page
      wide
      title="Role assignments"
      lead="Connecting needs Reader on the target, its network interface and the host; Contributor and Owner include it. A role holds at its scope and below."
      aside={
        administrator && <AddButtons add="Assign a role" onAdd={() => show('new')} onImport={() => show('import')} />
      }
    >
      <Loaded from={list} what="role assignments">
        {({ roleAssignments }) => <Assignments assignments={roleAssignments} onRemove={administrator ? show : null} />}
      </Loaded>
      {open === 'new' && <RoleDialog onClose={close} />}
      {open === 'import' && (
        <ImportDialog
          replaceable
          title="Import role assignments from Azure"
          path="/api/v1/role-assignments/import"
          files={FILES}
          onClose={close}
        />
      )}
      {open !== null && typeof open === 'object' && <RemoveDialog assignment={open} onClose={close} />}
    </Page>
  );
}

interface AssignmentsProps {
  readonly assignments: readonly RoleAssignment[];
  /** Null for people who may only look. */
  readonly onRemove: ((assignment: RoleAssignment) => void) | null;
}

function Assignments({ assignments, onRemove }: AssignmentsProps) {
  return (
    <RecordTable
      label="Role assignments"
      items={assignments}
      keyOf={({ id }) => id}
      columns={COLUMNS}
      actions={(one) =>
        onRemove !== null && (
          <button
            type="button"
            class="button"
            aria-label={`Remove ${one.role} of ${whoOf(one)} at ${one.scope}`}
            onClick={() => onRemove(one)}
          >
            Remove
          </button>
        )
      }
      empty={
        <EmptyNotice title="Nobody has a role">
          Nobody can connect until somebody has Reader. Assign it, or import what the Azure CLI prints.
        </EmptyNotice>
      }
    />
  );
}

function Who({ assignment }: { assignment: RoleAssignment }) {
  const { principalKind, principal, principalName } = assignment;
  return (
    <>
      <strong>{whoOf(assignment)}</strong> {principalKind === 'group' && <span class="muted">group</span>}
      {principalName !== null && <span class="muted address"> {principal}</span>}
    </>
  );
}

function whoOf({ principalKind, principal, principalName }: RoleAssignment): string {
  return principalKind === 'product-role' ? `Every ${principal}` : (principalName ?? principal);
}

function RemoveDialog({ assignment, onClose }: { assignment: RoleAssignment; onClose: () => void }) {
  return (
    <ConfirmDialog
      title="Remove this role assignment?"
      action="Remove"
      work={() => sendJson('DELETE', `/api/v1/role-assignments/${assignment.id}`, {})}
      onClose={onClose}
    >
      {whoOf(assignment)} loses {assignment.role} at <span class="scope">{assignment.scope}</span>. Sessions that are
      live go on; whoever comes back to one, or redeems a ticket, is asked for again.
    </ConfirmDialog>
  );
}
