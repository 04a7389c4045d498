/** Puts the gateway together and takes it apart: nothing here decides or relays. */
import type { Logger } from 'pino';
import { startDemoTarget } from './composition/demo-target.js';
import { type Closers, openGround } from './composition/ground.js';
import { openRecordings } from './composition/recordings.js';
import { openSessions } from './composition/sessions.js';
import { openWebServer } from './composition/web-server.js';
import { oidcSettingsOf } from './config/identity-settings.js';
import type { Settings } from './config/settings.js';

export interface Gateway {
  readonly rdp: { readonly host: string; readonly port: number };
  readonly http: { readonly host: string; readonly port: number };
  readonly demoTargetPort: number | null;
  /** Secret of the first administrator's one-time sign-in link; null when somebody has used one. */
  readonly firstSignInToken: string | null;
  readonly certificateFingerprint: string;
  readonly encoder: string;
  readonly recoveredRecordings: number;
  /** Ends sessions, finishes what recordings it can, and closes everything. */
  stop(): Promise<void>;
}

/** Starts a gateway. Rejects with an error that says what to do; nothing is left running then. */
export async function startGateway(settings: Settings, log: Logger): Promise<Gateway> {
  const closers: Closers = [];
  try {
    return await open(settings, log, closers);
  } catch (error) {
    await closeAll(closers, log);
    throw error;
  }
}

async function closeAll(closers: Closers, log: Logger): Promise<void> {
  for (const close of closers.splice(0).toReversed()) {
    await close().catch((error: unknown) => log.error({ error: String(error) }, 'something did not close'));
  }
}

async function open(settings: Settings, log: Logger, closers: Closers): Promise<Gateway> {
  const oidc = oidcSettingsOf(settings);
  const ground = await openGround(settings, log, closers);
  const { database, audit, clock } = ground;
  const { certificate } = ground.keys;
  const { encoder, optionalCodecs } = ground.abilities;
  const data = { encoder, optionalCodecs: [...optionalCodecs], version: '0.1.0' };
  await audit.append({ kind: 'gateway.started', actor: 'gateway', sessionId: null, data });
  const recordings = await openRecordings(ground, closers);
  const demo = settings.demoTarget ? await startDemoTarget(database, certificate, clock) : null;
  if (demo !== null) closers.push(() => demo.close());
  const sessions = await openSessions(ground, recordings.service, closers);
  const web = await openWebServer(ground, recordings, sessions, oidc, closers);
  return {
    rdp: { host: settings.publicHost, port: sessions.rdpPort },
    http: { host: settings.publicHost, port: web.port },
    demoTargetPort: demo?.port ?? null,
    firstSignInToken: web.firstSignInToken,
    certificateFingerprint: certificate.fingerprint,
    encoder,
    recoveredRecordings: recordings.recovered,
    stop: async () => {
      await sessions.control.endAll('gateway-stopped');
      await audit
        .append({ kind: 'gateway.stopped', actor: 'gateway', sessionId: null, data: {} })
        .catch((error: unknown) => log.error({ error: String(error) }, 'the stop is not on record'));
      await closeAll(closers, log);
    },
  };
}
