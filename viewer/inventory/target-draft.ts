/** A target as a form holds it: text, empty for nothing. */
import type { CertificatePolicy, TargetDetails, TargetKind } from '../../src/contract/inventory.js';
import type { RecordingSetting } from '../../src/contract/rule.js';

export interface TargetDraft {
  readonly name: string;
  readonly address: string;
  readonly port: string;
  readonly kind: TargetKind;
  readonly recording: RecordingSetting | 'host';
  readonly resourceId: string;
  readonly nicId: string;
  readonly virtualNetworkId: string;
  readonly peered: boolean;
  readonly entraJoined: boolean;
  readonly realm: string;
  readonly certificatePolicy: CertificatePolicy;
  readonly certificateSha256: string;
}

export const EMPTY_DRAFT: TargetDraft = {
  name: '',
  address: '',
  port: '3389',
  kind: 'resource',
  recording: 'host',
  resourceId: '',
  nicId: '',
  virtualNetworkId: '',
  peered: false,
  entraJoined: false,
  realm: '',
  certificatePolicy: 'trust-on-first-use',
  certificateSha256: '',
};

export function draftOf(target: TargetDetails): TargetDraft {
  return {
    ...target,
    port: String(target.port),
    recording: target.recordingSetting ?? 'host',
    resourceId: target.resourceId ?? '',
    nicId: target.nicId ?? '',
    virtualNetworkId: target.virtualNetworkId ?? '',
    realm: target.realm ?? '',
    certificateSha256: target.certificateSha256 ?? '',
  };
}

/** What is sent: for an operator the recording setting alone. */
export function requestOf(draft: TargetDraft, recordingOnly: boolean): object {
  const recording = draft.recording === 'host' ? null : draft.recording;
  if (recordingOnly) return { recording };
  const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());
  return {
    name: draft.name.trim(),
    address: draft.address.trim(),
    port: Number(draft.port),
    kind: draft.kind,
    recording,
    resourceId: draft.kind === 'ip' ? null : orNull(draft.resourceId),
    nicId: draft.kind === 'ip' ? null : orNull(draft.nicId),
    virtualNetworkId: orNull(draft.virtualNetworkId),
    peered: draft.peered,
    entraJoined: draft.entraJoined,
    realm: orNull(draft.realm),
    certificatePolicy: draft.certificatePolicy,
    certificateSha256: orNull(draft.certificateSha256),
  };
}
