/** The inventory of targets, for administrators and operators. */
import { useState } from 'preact/hooks';
import type { Me } from '../../src/contract/api.js';
import type { TargetDetails } from '../../src/contract/inventory.js';
import { getJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { SettingBadge } from '../components/badge.js';
import { EmptyNotice, ProblemNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { ImportDialog } from '../inventory/import-dialog.js';
import { TargetDialog } from '../inventory/target-dialog.js';

const COLUMNS = ['Name', 'Address', 'Recording', 'Network', 'Entra ID', ''] as const;

const FILES = [
  { name: 'vms', command: 'az vm list -d -o json', required: true },
  { name: 'nics', command: 'az network nic list -o json', required: false },
] as const;

export function TargetsPage({ me }: { me: Me }) {
  const administrator = me.roles.includes('administrator');
  const list = useResource('inventory', (signal) =>
    getJson<{ targets: readonly TargetDetails[] }>('/api/v1/targets', signal),
  );
  const [open, setOpen] = useState<TargetDetails | 'new' | 'import' | null>(null);
  const close = (): void => {
    setOpen(null);
    list.reload();
  };
  return (
    <Page
      wide
      title="Targets"
      lead="What people may connect to, and whether that is recorded. Every change is in the audit log."
      aside={
        administrator && (
          <div class="row">
            <button type="button" class="button" onClick={() => setOpen('import')}>
              Import
            </button>
            <button type="button" class="button button-main" onClick={() => setOpen('new')}>
              Add a target
            </button>
          </div>
        )
      }
    >
      {list.problem !== null && <ProblemNotice problem={list.problem} onRetry={list.reload} />}
      {list.value === null && list.problem === null && <Skeleton />}
      {list.value !== null && <Targets targets={list.value.targets} onOpen={setOpen} />}
      {open === 'import' && (
        <ImportDialog title="Import machines from Azure" path="/api/v1/targets/import" files={FILES} onClose={close} />
      )}
      {open !== null && open !== 'import' && (
        <TargetDialog target={open === 'new' ? null : open} administrator={administrator} onClose={close} />
      )}
    </Page>
  );
}

function Targets({ targets, onOpen }: { targets: readonly TargetDetails[]; onOpen: (one: TargetDetails) => void }) {
  if (targets.length === 0) {
    return (
      <EmptyNotice title="There are no targets">
        Add one by name and address, or import what the Azure CLI prints of your machines.
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
        {targets.map((target) => (
          <Row key={target.id} target={target} onOpen={() => onOpen(target)} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ target, onOpen }: { target: TargetDetails; onOpen: () => void }) {
  const network = target.virtualNetworkId?.split('/').at(-1);
  return (
    <tr>
      <td data-label="Name" title={target.resourceId ?? undefined}>
        <strong>{target.name}</strong>
      </td>
      <td data-label="Address">
        <span class="address">
          {target.address}:{target.port}
        </span>{' '}
        {target.kind === 'ip' && <span class="badge badge-plain">IP address</span>}
      </td>
      <td data-label="Recording">
        <SettingBadge setting={target.recording} />{' '}
        <span class="muted">{target.recordingSetting === null ? 'by the host' : ''}</span>
      </td>
      <td data-label="Network">
        {network ?? '–'} <span class="muted">{target.peered ? 'peered' : ''}</span>
      </td>
      <td data-label="Entra ID">{target.entraJoined ? 'Joined' : '–'}</td>
      <td class="action">
        <button type="button" class="button" aria-label={`Change ${target.name}`} onClick={onOpen}>
          Change
        </button>
      </td>
    </tr>
  );
}

function Skeleton() {
  return (
    <div role="status" aria-label="Loading targets">
      {Array.from({ length: 4 }, (_, index) => (
        <div key={index} class="skeleton-row" />
      ))}
    </div>
  );
}
