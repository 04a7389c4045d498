/** Puts together what lets sessions in, relays and ends them: policy, credentials, the RDP listener, limits and control. */
import { createSecureContext } from 'node:tls';
import { LockOut } from '../../identity/lock-out.js';
import { SessionPolicy } from '../../inventory/session-policy.js';
import { abilitiesWith, type GatewayAbilities } from '../../policy/gateway-abilities.js';
import type { PortalEntranceOptions } from '../../portal/portal-entrance.js';
import { gfxOfferOf } from '../../rdp/relay/shaping/graphics-pipeline.js';
import { KdcProxy } from '../kdc-proxy/kdc-proxy.js';
import { subjectPublicKeyOf } from '../nla/platform.js';
import { attemptLimits } from '../rdp/admission.js';
import { NativeEntrance } from '../rdp/native-entrance.js';
import type { RecordingService } from '../recording/recording-service.js';
import { LiveSessions } from '../sessions/live-session.js';
import { SessionLifecycle } from '../sessions/session-lifecycle.js';
import { SessionLimits } from '../sessions/session-limits.js';
import { SessionPlaces } from '../sessions/session-places.js';
import { type Credentials, openCredentials } from './credentials.js';
import type { Closers, Ground } from './ground.js';
import { SessionControl } from './session-control.js';
import { targetConnector } from './target-connections.js';

export interface OpenSessions {
  readonly live: LiveSessions;
  readonly credentials: Credentials;
  /** Null where no KDC is configured. */
  readonly kdcProxy: KdcProxy | null;
  readonly policy: SessionPolicy;
  readonly abilities: GatewayAbilities;
  readonly places: SessionPlaces;
  readonly control: SessionControl;
  /** For the entrance of the portal; that of native clients is open. */
  readonly entrance: PortalEntranceOptions;
  readonly rdpPort: number;
}

/** Opens the RDP listener. Rejects when its port is taken. */
export async function openSessions(
  ground: Ground,
  recordings: RecordingService,
  closers: Closers,
): Promise<OpenSessions> {
  const { settings, database, audit, refusals, clock, log } = ground;
  const live = new LiveSessions();
  const { reconnectWindowMs, channels, kdcs } = settings;
  const shared = { database, audit, recordings, live, clock, log };
  const lifecycle = new SessionLifecycle({ ...shared, reconnectWindowMs, channels });
  const credentials = await openCredentials(settings, database, audit, refusals);
  const kdcProxy = kdcs.size === 0 ? null : new KdcProxy({ database, audit, refusals, realms: kdcs, clock });
  const abilities = abilitiesWith({ entra: credentials.entra !== null, kdcs: kdcs.size > 0 });
  const policy = new SessionPolicy({ database, recording: settings.recording, clock, abilities });
  const places = new SessionPlaces(database, settings, clock);
  const attempts = new LockOut(attemptLimits(settings.ticketAttempts));
  const entrance = {
    ...shared,
    lifecycle,
    targets: await targetConnector(settings, audit, database, credentials),
    maxGapMs: settings.maxGapMs,
    refusalPage: settings.refusalPage,
    keepsClipboardText: settings.keepsClipboardText,
    gfxOffer: gfxOfferOf(ground.abilities.optionalCodecs),
    maxConnections: settings.maxSessions,
    admission: { database, audit, clock, policy, live, places, attempts, refusals, reconnectWindowMs },
  };
  const rdpPort = await listen(ground, entrance, credentials, closers);
  const control = startControl(ground, live, lifecycle, closers);
  return { live, credentials, kdcProxy, policy, abilities, places, control, entrance, rdpPort };
}

async function listen(
  { settings, keys: { certificate } }: Ground,
  options: PortalEntranceOptions,
  { oneTime }: Credentials,
  closers: Closers,
): Promise<number> {
  const secureContext = createSecureContext({
    cert: certificate.certificatePem,
    key: certificate.privateKeyPem,
    minVersion: 'TLSv1.2',
  });
  const tls = { secureContext, subjectPublicKey: subjectPublicKeyOf(certificate.certificatePem) };
  const entrance = new NativeEntrance({ ...options, tls, oneTime });
  const port = await entrance.listen(settings.rdpHost, settings.rdpPort);
  closers.push(() => entrance.close());
  return port;
}

function startControl(
  { settings, database, audit, clock, log }: Ground,
  live: LiveSessions,
  lifecycle: SessionLifecycle,
  closers: Closers,
): SessionControl {
  const { maxSessionMs, idleTimeoutMs, gatewayId } = settings;
  const disconnect = lifecycle.disconnect.bind(lifecycle);
  const limits = new SessionLimits({ live, audit, clock, disconnect, maxSessionMs, idleTimeoutMs });
  const control = new SessionControl({ database, audit, live, lifecycle, limits, clock, gatewayId, log });
  closers.push(() => control.stop());
  return control;
}
