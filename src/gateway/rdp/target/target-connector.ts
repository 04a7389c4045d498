/** Connects an admitted session to its target: what it signs in with there, and what the target may be trusted by. */
import type { TLSSocket } from 'node:tls';
import type { Database } from '../../../database/open.js';
import type { SessionRecord } from '../../../database/sessions.js';
import { RESTRICTED_ADMIN_MODE_SUPPORTED } from '../../../rdp/connection/x224/connection-confirm.js';
import { RESTRICTED_ADMIN_MODE_REQUIRED } from '../../../rdp/connection/x224/connection-request.js';
import { PROTOCOL_HYBRID, PROTOCOL_HYBRID_EX, PROTOCOL_SSL } from '../../../rdp/connection/security-protocols.js';
import type { ClientInfoCredential } from '../../../rdp/relay/shaping/client-info.js';
import { isEntraDomain } from '../../../rdp/relay/share-state.js';
import type { Credential } from '../../credentials/credential.js';
import type { SessionSecrets } from '../../credentials/session-secrets.js';
import { SecretStoreError } from '../../credentials/secret-store.js';
import type { TargetCredentials } from '../../credentials/target-credentials.js';
import type { AuditAppender } from '../../recording/recording-records.js';
import type { LiveSession } from '../../sessions/live-session.js';
import { checkCertificate, type CertificateCheckOptions } from './certificate-check.js';
import { signInWithCredssp } from './credssp-sign-in.js';
import type { Asked, Negotiated } from './negotiate.js';
import { type OpenLeg, openTargetLeg, type TargetLeg } from './open-target-leg.js';
import { TargetError } from './target-error.js';

export interface TargetConnectorOptions {
  readonly database: Pick<Database, 'sessionSecrets'>;
  readonly certificates: CertificateCheckOptions;
  /** Certificates of the authorities that targets' certificates may come from, PEM. */
  readonly roots: readonly string[];
  readonly credentials: Pick<TargetCredentials, 'load'>;
  readonly secrets: Pick<SessionSecrets, 'take'>;
  readonly audit: AuditAppender;
  readonly clock: () => number;
}

/** For each step: TCP, negotiation, TLS, sign-in. */
const STEP_TIMEOUT_MS = 15_000;
const NLA = PROTOCOL_HYBRID | PROTOCOL_HYBRID_EX;

/** What a session signs in with, and whose that is. */
interface SignIn {
  readonly credential: Credential | null;
  /** Typed for this session: kept in memory while the session lives, because its client may come back. */
  readonly typed: boolean;
}

export class TargetConnector {
  readonly #options: TargetConnectorOptions;

  constructor(options: TargetConnectorOptions) {
    this.#options = options;
  }

  /**
   * @param live the session that the client comes back to; null for its first connection
   * Rejects with `TargetError`; nothing is left open then, and no credential in memory but that of a live session.
   */
  async open(session: SessionRecord, live: LiveSession | null): Promise<TargetLeg> {
    const signIn = await this.#signIn(session, live);
    const { credential, typed } = signIn;
    let kept = false;
    try {
      const leg = await this.#connect(session, signIn);
      kept = typed;
      const clientInfo = credential === null ? null : clientInfoOf(leg, credential);
      return { ...leg, clientInfo, typedCredential: typed ? credential : null };
    } finally {
      if (!kept && live?.typedCredential !== credential) credential?.erase();
    }
  }

  async #signIn(session: SessionRecord, live: LiveSession | null): Promise<SignIn> {
    const { database, credentials, secrets } = this.#options;
    const held = live?.typedCredential ?? null;
    if (held !== null) return { credential: held, typed: true };
    const typed = await secrets.take(database.sessionSecrets, session.id);
    if (typed !== null) return { credential: typed, typed: true };
    try {
      return { credential: await credentials.load(session.targetId), typed: false };
    } catch (error) {
      if (error instanceof SecretStoreError) throw new TargetError('target-credential-unavailable', error.message);
      throw error;
    }
  }

  #connect(session: SessionRecord, signIn: SignIn): Promise<OpenLeg> {
    const { certificates, roots } = this.#options;
    const { credential } = signIn;
    const { id, targetId, targetName, targetAddress, targetPort } = session;
    // [invariant 1] It would be a sign-in with Entra ID under the label of another method.
    if (credential !== null && isEntraAccount(credential)) throw new TargetError('target-entra-unexpected', 'AzureAD');
    const context = { sessionId: id, targetId, targetName };
    return openTargetLeg({
      address: targetAddress,
      port: targetPort,
      ...askedFor(credential),
      roots,
      checkNegotiated: (negotiated) => checkRestrictedAdmin(negotiated, credential),
      checkCertificate: (shown) => checkCertificate(certificates, context, shown),
      signIn: (tls, { selectedProtocol }) => this.#use(session, signIn, tls, selectedProtocol),
      timeoutMs: STEP_TIMEOUT_MS,
    });
  }

  /** On record before the target is told anything. Without NLA, Client Info tells it. */
  async #use(session: SessionRecord, signIn: SignIn, tls: TLSSocket, selectedProtocol: number): Promise<void> {
    const { credential, typed } = signIn;
    if (credential === null) return;
    const { audit, clock } = this.#options;
    const { userName, domain, restrictedAdmin } = credential;
    const nla = (selectedProtocol & NLA) !== 0;
    await audit.append({
      kind: 'session.credential-used',
      actor: 'gateway',
      sessionId: session.id,
      data: { source: typed ? 'request' : 'target', userName, domain, nla, restrictedAdmin },
    });
    if (!nla) return;
    const options = { host: session.targetAddress, selectedProtocol, timeoutMs: STEP_TIMEOUT_MS, clock };
    await signInWithCredssp(tls, credential, options);
  }
}

/** NLA takes a credential; without one, the person signs in inside the desktop. */
function askedFor(credential: Credential | null): Asked {
  if (credential === null) return { requestedProtocols: PROTOCOL_SSL, flags: 0 };
  if (credential.restrictedAdmin) return { requestedProtocols: NLA, flags: RESTRICTED_ADMIN_MODE_REQUIRED };
  return { requestedProtocols: PROTOCOL_SSL | NLA, flags: 0 };
}

/** Without restricted admin the target would be handed the password that it is not to have. */
function checkRestrictedAdmin({ flags }: Negotiated, credential: Credential | null): void {
  if (credential?.restrictedAdmin !== true || (flags & RESTRICTED_ADMIN_MODE_SUPPORTED) !== 0) return;
  throw new TargetError('target-without-restricted-admin', 'the target does not say that it supports restricted admin');
}

function isEntraAccount({ domain, userName }: Credential): boolean {
  return isEntraDomain(domain) || isEntraDomain(userName.split('\\', 1)[0] ?? '');
}

/** After NLA the target knows who it is: the password is not said again. */
function clientInfoOf({ selectedProtocol }: OpenLeg, credential: Credential): ClientInfoCredential {
  const { domain, userName } = credential;
  return { domain, userName, password: (selectedProtocol & NLA) === 0 ? credential.password : '' };
}
