/** The fields of a target. */
import { CheckField, SelectField, TextField } from '../components/fields.js';
import { RECORDING_OPTIONS } from '../lib/rule-words.js';
import type { TargetDraft } from './target-draft.js';

const KINDS = [
  ['resource', 'A machine of the inventory'],
  ['ip', 'An IP address'],
] as const;

const POLICIES = [
  ['trust-on-first-use', 'The one it shows first'],
  ['pinned', 'The one with this SHA-256'],
  ['ca', 'One of a certificate authority'],
] as const;

export interface FormProps {
  readonly draft: TargetDraft;
  readonly onChange: (change: Partial<TargetDraft>) => void;
}

export function RecordingField({ draft, onChange }: FormProps) {
  return (
    <SelectField
      label="Recording"
      value={draft.recording}
      options={[['host', 'As the host says'], ...RECORDING_OPTIONS]}
      onChange={(recording) => onChange({ recording })}
    />
  );
}

export function PlaceFields({ draft, onChange }: FormProps) {
  const set = (name: keyof TargetDraft) => (value: string) => onChange({ [name]: value });
  return (
    <>
      <TextField label="Name" required value={draft.name} onChange={set('name')} />
      <div class="fields">
        <TextField label="Address" required value={draft.address} onChange={set('address')} />
        <TextField label="Port" required pattern="[0-9]{1,5}" value={draft.port} onChange={set('port')} />
      </div>
      <SelectField label="What it is" value={draft.kind} options={KINDS} onChange={(kind) => onChange({ kind })} />
    </>
  );
}

/** What few targets need, folded away. */
export function FurtherFields({ draft, onChange }: FormProps) {
  const set = (name: keyof TargetDraft) => (value: string) => onChange({ [name]: value });
  return (
    <details class="further">
      <summary>Network, sign-in and certificate</summary>
      <div class="form">
        {draft.kind === 'resource' && (
          <>
            <TextField
              mono
              label="Resource id"
              hint="/subscriptions/…"
              value={draft.resourceId}
              onChange={set('resourceId')}
            />
            <TextField
              mono
              label="Network interface"
              hint="/subscriptions/…"
              value={draft.nicId}
              onChange={set('nicId')}
            />
          </>
        )}
        <TextField
          mono
          label="Virtual network"
          hint="/subscriptions/…"
          value={draft.virtualNetworkId}
          onChange={set('virtualNetworkId')}
        />
        <CheckField checked={draft.peered} onChange={(peered) => onChange({ peered })}>
          Its network is peered with that of the host
          <span class="muted hint">People need Reader on the network too.</span>
        </CheckField>
        <CheckField checked={draft.entraJoined} onChange={(entraJoined) => onChange({ entraJoined })}>
          Joined to Microsoft Entra ID
        </CheckField>
        <TextField label="Kerberos realm" value={draft.realm} onChange={set('realm')} />
        <SelectField
          label="Certificate that it may show"
          value={draft.certificatePolicy}
          options={POLICIES}
          onChange={(certificatePolicy) => onChange({ certificatePolicy })}
        />
        {draft.certificatePolicy === 'pinned' && (
          <TextField
            mono
            required
            label="SHA-256 of the certificate"
            value={draft.certificateSha256}
            onChange={set('certificateSha256')}
          />
        )}
      </div>
    </details>
  );
}
