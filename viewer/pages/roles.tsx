/** Role assignments: who may read what, at which scope. */
import { useState } from 'preact/hooks';
import type { Me } from '../../src/contract/api.js';
import type { AssignmentSource, RoleAssignment } from '../../src/contract/inventory.js';
import { getJson, sendJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { EmptyNotice, ProblemNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { ImportDialog } from '../inventory/import-dialog.js';
import { RoleDialog } from '../inventory/role-dialog.js';
import { useAttempt } from '../inventory/use-attempt.js';
import { Modal } from '../users/modal.js';

const COLUMNS = ['Who', 'Role', 'Scope', 'From', ''] as const;
const FILES = [{ name: 'roleAssignments', command: 'az role assignment list --all -o json', required: true }] as const;

const SOURCES: { readonly [source in AssignmentSource]: string } = {
  'built-in': 'There from the start',
  manual: 'Typed here',
  azure: 'Azure',
};

export function RolesPage({ me }: { me: Me }) {
  const administrator = me.roles.includes('administrator');
  const list = useResource('roles', (signal) =>
    getJson<{ roleAssignments: readonly RoleAssignment[] }>('/api/v1/role-assignments', signal),
  );
  const [open, setOpen] = useState<RoleAssignment | 'new' | 'import' | null>(null);
  const close = (): void => {
    setOpen(null);
    list.reload();
  };
  return (
    <Page
      wide
      title="Role assignments"
      lead="Connecting needs Reader on the target, its network interface and the host; Contributor and Owner include it. A role holds at its scope and below."
      aside={
        administrator && (
          <div class="row">
            <button type="button" class="button" onClick={() => setOpen('import')}>
              Import
            </button>
            <button type="button" class="button button-main" onClick={() => setOpen('new')}>
              Assign a role
            </button>
          </div>
        )
      }
    >
      {list.problem !== null && <ProblemNotice problem={list.problem} onRetry={list.reload} />}
      {list.value === null && list.problem === null && (
        <div role="status" aria-label="Loading role assignments">
          {Array.from({ length: 4 }, (_, index) => (
            <div key={index} class="skeleton-row" />
          ))}
        </div>
      )}
      {list.value !== null && (
        <Assignments assignments={list.value.roleAssignments} onRemove={administrator ? setOpen : null} />
      )}
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
  if (assignments.length === 0) {
    return (
      <EmptyNotice title="Nobody has a role">
        Nobody can connect until somebody has Reader. Assign it, or import what the Azure CLI prints.
      </EmptyNotice>
    );
  }
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
        {assignments.map((one) => (
          <Row key={one.id} assignment={one} onRemove={onRemove} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ assignment, onRemove }: { assignment: RoleAssignment; onRemove: AssignmentsProps['onRemove'] }) {
  const { principalKind, principal, principalName, role, scope, source } = assignment;
  return (
    <tr>
      <td data-label="Who" title={principal}>
        <strong>{whoOf(assignment)}</strong> {principalKind === 'group' && <span class="muted">group</span>}
        {principalName !== null && <span class="muted address"> {principal}</span>}
      </td>
      <td data-label="Role">{role}</td>
      <td data-label="Scope" class="scope">
        {scope}
      </td>
      <td data-label="From">{SOURCES[source]}</td>
      <td class="action">
        {onRemove !== null && (
          <button
            type="button"
            class="button"
            aria-label={`Remove ${role} of ${whoOf(assignment)} at ${scope}`}
            onClick={() => onRemove(assignment)}
          >
            Remove
          </button>
        )}
      </td>
    </tr>
  );
}

function whoOf({ principalKind, principal, principalName }: RoleAssignment): string {
  return principalKind === 'product-role' ? `Every ${principal}` : (principalName ?? principal);
}

function RemoveDialog({ assignment, onClose }: { assignment: RoleAssignment; onClose: () => void }) {
  const { busy, problem, run } = useAttempt();
  const remove = (): void =>
    run(async () => {
      await sendJson('DELETE', `/api/v1/role-assignments/${assignment.id}`, {});
      onClose();
    });
  return (
    <Modal title="Remove this role assignment?" onClose={onClose}>
      <div class="form">
        {problem !== null && <ProblemNotice problem={problem} />}
        <p>
          {whoOf(assignment)} loses {assignment.role} at <span class="scope">{assignment.scope}</span>. Sessions that
          are live go on; whoever comes back to one, or redeems a ticket, is asked for again.
        </p>
        <div class="row dialog-end">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="button" class="button button-danger" disabled={busy} onClick={remove}>
            Remove
          </button>
        </div>
      </div>
    </Modal>
  );
}
