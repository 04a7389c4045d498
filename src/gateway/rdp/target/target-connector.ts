/** Connects an admitted session to its target: what it signs in with there, and what the target may be trusted by. */
import type { Database } from '../../../database/open.js';
import type { SessionRecord } from '../../../database/sessions.js';
import { SecretStoreError } from '../../credentials/secret-store.js';
import type { SessionSecrets, SignInSecret } from '../../credentials/session-secrets.js';
import type { TargetCredentials } from '../../credentials/target-credentials.js';
import type { EntraAuthority } from '../../entra/authority.js';
import { EntraProof } from '../../entra/entra-proof.js';
import type { AuditAppender } from '../../recording/recording-records.js';
import type { LiveSession } from '../../sessions/live-session.js';
import { checkCertificate, type CertificateCheckOptions } from './certificate-check.js';
import { entraPlan } from './entra-plan.js';
import { type OpenLeg, openTargetLeg, type TargetLeg } from './open-target-leg.js';
import { passwordPlan } from './password-plan.js';
import type { SignInPlan } from './sign-in-plan.js';
import { TargetError } from './target-error.js';

export interface TargetConnectorOptions {
  readonly database: Pick<Database, 'sessionSecrets'>;
  readonly certificates: CertificateCheckOptions;
  /** Certificates of the authorities that targets' certificates may come from, PEM. */
  readonly roots: readonly string[];
  readonly credentials: Pick<TargetCredentials, 'load'>;
  readonly secrets: Pick<SessionSecrets, 'take'>;
  /** Null where no authority is configured. */
  readonly entra: Pick<EntraAuthority, 'nonce'> | null;
  readonly audit: AuditAppender;
  readonly clock: () => number;
}

/** For each step: TCP, negotiation, TLS, sign-in. */
const STEP_TIMEOUT_MS = 15_000;

/** What a session signs in with. */
interface Held {
  readonly secret: SignInSecret | null;
  /** Given for this session: kept in memory while the session lives, because its client may come back. */
  readonly own: boolean;
}

export class TargetConnector {
  readonly #options: TargetConnectorOptions;

  constructor(options: TargetConnectorOptions) {
    this.#options = options;
  }

  /**
   * @param live the session that the client comes back to; null for its first connection
   * @param clientSignsIn whether the client can sign in with NLA itself where the gateway has no password
   * Rejects with `TargetError`; nothing is left open then, and no secret in memory but that of a live session.
   */
  async open(session: SessionRecord, live: LiveSession | null, clientSignsIn = false): Promise<TargetLeg> {
    const { secret, own } = await this.#secretOf(session, live);
    let kept = false;
    try {
      const plan = await this.#planFor(session, { secret, own }, clientSignsIn);
      const leg = await this.#connect(session, plan);
      kept = own;
      return { ...leg, clientInfo: plan.clientInfo(leg), signIn: own ? secret : null };
    } finally {
      if (!kept && live?.signIn !== secret) secret?.erase();
    }
  }

  async #secretOf(session: SessionRecord, live: LiveSession | null): Promise<Held> {
    const { database, credentials, secrets } = this.#options;
    const held = live?.signIn ?? null;
    if (held !== null) return { secret: held, own: true };
    const own = await secrets.take(database.sessionSecrets, session.id);
    if (own !== null) return { secret: own, own: true };
    // A stored password is no sign-in with Entra ID, nor one with Kerberos.
    if (session.authenticationMethod !== 'password') return { secret: null, own: false };
    try {
      return { secret: await credentials.load(session.targetId), own: false };
    } catch (error) {
      if (error instanceof SecretStoreError) throw new TargetError('target-credential-unavailable', error.message);
      throw error;
    }
  }

  /** [invariant 1] A session of Entra ID signs in with Entra ID, and no other session does. */
  async #planFor(session: SessionRecord, { secret, own }: Held, clientSignsIn: boolean): Promise<SignInPlan> {
    const { clock, entra } = this.#options;
    const common = { timeoutMs: STEP_TIMEOUT_MS, clock };
    if (session.authenticationMethod === 'entra') {
      if (!(secret instanceof EntraProof) || entra === null) {
        throw new TargetError('target-entra-failed', 'the session has no sign-in with Entra ID');
      }
      return entraPlan(secret, { ...common, aadNonce: await nonceOf(entra) });
    }
    if (secret instanceof EntraProof) throw new TargetError('target-entra-unexpected', 'an access token');
    const source = own ? 'request' : 'target';
    const kerberos = session.authenticationMethod === 'kerberos';
    return passwordPlan(secret, { ...common, host: session.targetAddress, source, clientSignsIn, kerberos });
  }

  #connect(session: SessionRecord, plan: SignInPlan): Promise<OpenLeg> {
    const { certificates, roots, audit } = this.#options;
    const { id, targetId, targetName, targetAddress, targetPort } = session;
    const context = { sessionId: id, targetId, targetName };
    return openTargetLeg({
      address: targetAddress,
      port: targetPort,
      ...plan.asked,
      roots,
      checkNegotiated: (negotiated) => plan.checkNegotiated(negotiated),
      checkCertificate: (shown) => checkCertificate(certificates, context, shown),
      signIn: async (tls, negotiated) => {
        const data = plan.record(negotiated);
        // On record before the target is told anything, here or in Client Info.
        if (data !== null)
          await audit.append({ kind: 'session.credential-used', actor: 'gateway', sessionId: id, data });
        await plan.signIn(tls, negotiated);
      },
      timeoutMs: STEP_TIMEOUT_MS,
    });
  }
}

async function nonceOf(entra: Pick<EntraAuthority, 'nonce'>): Promise<string> {
  try {
    return await entra.nonce();
  } catch {
    throw new TargetError('target-entra-failed', 'the authority gave no nonce');
  }
}
