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
import type { LiveSession } from '../../sessions/live-session.js';
import { checkCertificate, type CertificateCheckOptions } from './certificate-check.js';
import type { Asked, Negotiated } from './negotiate.js';
import { type OpenLeg, openTargetLeg, type TargetLeg } from './open-target-leg.js';
import { TargetError } from './target-error.js';

/** Signs in with CredSSP. Rejects with `TargetError`. What the target sends afterwards is left in the socket, paused. */
export type SignInWithCredssp = (
  tls: TLSSocket,
  credential: Credential,
  options: { readonly earlyAuthorization: boolean; readonly timeoutMs: number },
) => Promise<void>;

export interface TargetConnectorOptions {
  readonly database: Pick<Database, 'sessionSecrets'>;
  readonly certificates: CertificateCheckOptions;
  /** Certificates of the authorities that targets' certificates may come from, PEM. */
  readonly roots: readonly string[];
  readonly credentials: Pick<TargetCredentials, 'load'>;
  readonly secrets: Pick<SessionSecrets, 'take'>;
  /** Null: TLS alone is asked for. */
  readonly signInWithCredssp: SignInWithCredssp | null;
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
    const { credential, typed } = await this.#signIn(session, live);
    let kept = false;
    try {
      const leg = await this.#connect(session, credential);
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

  #connect(session: SessionRecord, credential: Credential | null): Promise<OpenLeg> {
    const { certificates, roots, signInWithCredssp } = this.#options;
    const { id, targetId, targetName, targetAddress, targetPort } = session;
    // [invariant 1] A sign-in with Entra ID under the label of another method.
    if (credential !== null && isEntraAccount(credential)) throw new TargetError('target-credential-entra', 'AzureAD');
    const context = { sessionId: id, targetId, targetName };
    return openTargetLeg({
      address: targetAddress,
      port: targetPort,
      ...askedFor(signInWithCredssp === null ? null : credential),
      roots,
      checkNegotiated: (negotiated) => checkRestrictedAdmin(negotiated, credential),
      checkCertificate: (shown) => checkCertificate(certificates, context, shown),
      signIn: async (tls, { selectedProtocol }) => {
        if (credential === null || signInWithCredssp === null || (selectedProtocol & NLA) === 0) return;
        const earlyAuthorization = selectedProtocol === PROTOCOL_HYBRID_EX;
        await signInWithCredssp(tls, credential, { earlyAuthorization, timeoutMs: STEP_TIMEOUT_MS });
      },
      timeoutMs: STEP_TIMEOUT_MS,
    });
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
