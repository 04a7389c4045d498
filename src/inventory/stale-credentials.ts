/**
 * A stored password is for the machine that it was stored for. A target that becomes another one, by its address, its port or
 * the certificate that it may show, loses its credential with the same change: else the next session would hand it over.
 */
import type { AuditEvent } from '../contract/audit-event.js';
import type { TargetCredentialRecord } from '../database/target-credentials.js';
import type { TargetUpdate } from '../database/targets.js';

const SAYS_WHICH_MACHINE = ['address', 'port', 'certificatePolicy', 'certificateSha256'] as const;

/** True when a change may make it another machine that answers. */
export function isAnotherMachine(update: TargetUpdate): boolean {
  return SAYS_WHICH_MACHINE.some((name) => name in update);
}

/** What the audit log says before the credential goes. */
export function droppedEvent(actor: string, { targetId, userName, domain }: TargetCredentialRecord): AuditEvent {
  const data = { targetId, userName, domain, reason: 'target-changed' };
  return { kind: 'credential.cleared', actor, sessionId: null, data };
}
