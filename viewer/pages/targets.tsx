/** The inventory of targets, for administrators and operators. */
import type { Me } from '../../src/contract/api.js';
import type { TargetDetails } from '../../src/contract/inventory.js';
import { getJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { AddButtons } from '../components/add-buttons.js';
import { SettingBadge } from '../components/badge.js';
import { Loaded } from '../components/loaded.js';
import { EmptyNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { type Column, RecordTable } from '../components/record-table.js';
import { useDialog } from '../components/use-dialog.js';
import { ImportDialog } from '../inventory/import-dialog.js';
import { TargetDialog } from '../inventory/target-dialog.js';

const FILES = [
  { name: 'vms', command: 'az vm list -d -o json', required: true },
  { name: 'nics', command: 'az network nic list -o json', required: false },
] as const;

const COLUMNS: readonly Column<TargetDetails>[] = [
  { name: 'Name', cell: ({ name }) => <strong>{name}</strong>, hint: ({ resourceId }) => resourceId ?? undefined },
  { name: 'Address', cell: (target) => <Address target={target} /> },
  {
    name: 'Recording',
    cell: ({ recording, recordingSetting }) => (
      <>
        <SettingBadge setting={recording} /> <span class="muted">{recordingSetting === null ? 'by the host' : ''}</span>
      </>
    ),
  },
  {
    name: 'Network',
    cell: ({ virtualNetworkId, peered }) => (
      <>
        {virtualNetworkId?.split('/').at(-1) ?? '–'} <span class="muted">{peered ? 'peered' : ''}</span>
      </>
    ),
  },
  { name: 'Entra ID', cell: ({ entraJoined }) => (entraJoined ? 'Joined' : '–') },
];

export function TargetsPage({ me }: { me: Me }) {
  const administrator = me.roles.includes('administrator');
  const list = useResource('inventory', (signal) =>
    getJson<{ targets: readonly TargetDetails[] }>('/api/v1/targets', signal),
  );
  const { open, show, close } = useDialog<TargetDetails | 'new' | 'import'>(list.reload);
  return (
    <Page
      wide
      title="Targets"
      lead="What people may connect to, and whether that is recorded. Every change is in the audit log."
      aside={
        administrator && <AddButtons add="Add a target" onAdd={() => show('new')} onImport={() => show('import')} />
      }
    >
      <Loaded from={list} what="targets">
        {({ targets }) => <Targets targets={targets} onOpen={show} />}
      </Loaded>
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
  return (
    <RecordTable
      label="Targets"
      items={targets}
      keyOf={({ id }) => id}
      columns={COLUMNS}
      actions={(target) => (
        <button type="button" class="button" aria-label={`Change ${target.name}`} onClick={() => onOpen(target)}>
          Change
        </button>
      )}
      empty={
        <EmptyNotice title="There are no targets">
          Add one by name and address, or import what the Azure CLI prints of your machines.
        </EmptyNotice>
      }
    />
  );
}

function Address({ target: { address, port, kind } }: { target: TargetDetails }) {
  return (
    <>
      <span class="address">
        {address}:{port}
      </span>{' '}
      {kind === 'ip' && <span class="badge badge-plain">IP address</span>}
    </>
  );
}
