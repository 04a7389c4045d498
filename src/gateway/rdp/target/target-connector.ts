/** Connects an admitted session to its target, with what the target may be trusted by. */
import type { SessionRecord } from '../../../database/sessions.js';
import { PROTOCOL_SSL } from '../../../rdp/connection/security-protocols.js';
import { checkCertificate, type CertificateCheckOptions } from './certificate-check.js';
import { openTargetLeg, type TargetLeg } from './open-target-leg.js';

export interface TargetConnectorOptions {
  readonly certificates: CertificateCheckOptions;
  /** Certificates of the authorities that targets' certificates may come from, PEM. */
  readonly roots: readonly string[];
}

/** For each step: TCP, negotiation, TLS. */
const STEP_TIMEOUT_MS = 15_000;

export class TargetConnector {
  readonly #options: TargetConnectorOptions;

  constructor(options: TargetConnectorOptions) {
    this.#options = options;
  }

  /** Rejects with `TargetError`; nothing is left open then. */
  async open(session: SessionRecord): Promise<TargetLeg> {
    const { certificates, roots } = this.#options;
    const { id, targetId, targetName, targetAddress, targetPort } = session;
    const context = { sessionId: id, targetId, targetName };
    return openTargetLeg({
      address: targetAddress,
      port: targetPort,
      requestedProtocols: PROTOCOL_SSL,
      flags: 0,
      roots,
      checkCertificate: (shown) => checkCertificate(certificates, context, shown),
      timeoutMs: STEP_TIMEOUT_MS,
    });
  }
}
