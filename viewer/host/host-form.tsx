/** The fields of the host, a card for each matter. */
import type { ComponentChildren } from 'preact';
import { SKUS } from '../../src/contract/inventory.js';
import { Link } from '../components/link.js';
import { CheckField, ChoiceField, SelectField, TextField } from '../components/fields.js';
import { humanize } from '../lib/format.js';
import { ManagementGroups } from './management-groups.js';
import type { HostDraft } from './host-draft.js';

interface HostFieldsProps {
  readonly draft: HostDraft;
  readonly onChange: (change: Partial<HostDraft>) => void;
}

const RECORDING = [
  { value: 'required', text: 'Required', hint: 'A session that cannot be recorded is refused, or ends.' },
  { value: 'preferred', text: 'Preferred', hint: 'Sessions go on with a gap, or without a recording, on record.' },
  { value: 'off', text: 'Off', hint: 'Nothing is recorded.' },
] as const;

const SKU_OPTIONS = SKUS.map((sku) => [sku, humanize(sku)] as const);

export function RecordingCard({ draft, onChange }: HostFieldsProps) {
  const cannot = draft.recording !== 'off' && !(draft.sessionRecording && draft.sku === 'premium');
  return (
    <Card title="Recording">
      <ChoiceField
        legend="Sessions to targets that have no setting of their own"
        value={draft.recording}
        options={RECORDING}
        onChange={(recording) => onChange({ recording })}
      />
      <p class="muted">
        RDP sessions in the portal with Microsoft Entra ID are never recorded: where recording is required they are
        refused. <Link href="/targets">Targets</Link> can differ.
      </p>
      {cannot && (
        <p class="fault" role="status">
          The host cannot record as it stands: that needs the SKU Premium, and session recording switched on below.
        </p>
      )}
    </Card>
  );
}

export function SwitchesCard({ draft, onChange }: HostFieldsProps) {
  return (
    <Card title="What the host offers">
      <SelectField label="SKU" value={draft.sku} options={SKU_OPTIONS} onChange={(sku) => onChange({ sku })} />
      <div class="choices">
        <CheckField checked={draft.sessionRecording} onChange={(sessionRecording) => onChange({ sessionRecording })}>
          Session recording <Hint>The host can record. Needs Premium.</Hint>
        </CheckField>
        <CheckField checked={draft.nativeClient} onChange={(nativeClient) => onChange({ nativeClient })}>
          Native clients <Hint>Such as mstsc and xfreerdp. Needs Standard.</Hint>
        </CheckField>
        <CheckField checked={draft.ipConnect} onChange={(ipConnect) => onChange({ ipConnect })}>
          IP-based connections <Hint>To addresses that no target has. Needs Standard.</Hint>
        </CheckField>
        <CheckField checked={draft.shareableLinks} onChange={(shareableLinks) => onChange({ shareableLinks })}>
          Shareable links <Hint>To one machine, in the portal. Needs Standard.</Hint>
        </CheckField>
        <CheckField
          checked={draft.ntlmFallbackBlocked}
          onChange={(ntlmFallbackBlocked) => onChange({ ntlmFallbackBlocked })}
        >
          NTLM is blocked <Hint>Kerberos does not fall back to it.</Hint>
        </CheckField>
      </div>
    </Card>
  );
}

export function RoutesCard({ draft, onChange }: HostFieldsProps) {
  return (
    <Card title="Routes">
      <p class="muted">Each of them keeps people from connecting to addresses.</p>
      <div class="choices">
        <CheckField checked={draft.forcedTunnelling} onChange={(forcedTunnelling) => onChange({ forcedTunnelling })}>
          Forced tunnelling <Hint>A VPN takes all traffic.</Hint>
        </CheckField>
        <CheckField
          checked={draft.expressRouteDefaultRoute}
          onChange={(expressRouteDefaultRoute) => onChange({ expressRouteDefaultRoute })}
        >
          Default route of ExpressRoute <Hint>It is advertised to the host.</Hint>
        </CheckField>
        <CheckField checked={draft.bastionSubnetUdr} onChange={(bastionSubnetUdr) => onChange({ bastionSubnetUdr })}>
          Routes of your own <Hint>User-defined, on the subnet of the host.</Hint>
        </CheckField>
      </div>
    </Card>
  );
}

export function PlaceCard({ draft, onChange }: HostFieldsProps) {
  return (
    <Card title="Where the host stands">
      <TextField
        mono
        required
        label="Resource id, at which roles on the host hold"
        pattern="/.*"
        value={draft.resourceId}
        onChange={(resourceId) => onChange({ resourceId })}
      />
      <TextField
        mono
        label="Virtual network"
        hint="/subscriptions/…"
        pattern="/.*"
        value={draft.virtualNetworkId}
        onChange={(virtualNetworkId) => onChange({ virtualNetworkId })}
      />
      <ManagementGroups
        groups={draft.managementGroups}
        onChange={(managementGroups) => onChange({ managementGroups })}
      />
    </Card>
  );
}

function Card({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="card form" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Hint({ children }: { children: ComponentChildren }) {
  return <span class="muted hint">{children}</span>;
}
