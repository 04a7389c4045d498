/** The host's configuration: in the database, shared by all gateways. What nobody has set yet has a default. */
import type { HostConfiguration, HostInfo } from '../contract/inventory.js';
import type { Json } from '../contract/json.js';
import type { RecordingSetting } from '../contract/rule.js';
import type { Repositories } from '../database/open.js';
import { LOCAL_HOST } from '../policy/scopes.js';

const HOST_KEY = 'host';
const VERSION_KEY = 'policy-version';
/** Before anybody has changed anything. */
const FIRST_VERSION = 1;

/** Everything that can be switched on is on; nothing stands in the way. */
export const DEFAULT_HOST: Omit<HostConfiguration, 'recording'> = {
  sku: 'premium',
  ipConnect: true,
  nativeClient: true,
  shareableLinks: true,
  sessionRecording: true,
  forcedTunnelling: false,
  expressRouteDefaultRoute: false,
  bastionSubnetUdr: false,
  ntlmFallbackBlocked: false,
  resourceId: LOCAL_HOST,
  virtualNetworkId: null,
  managementGroups: [],
};

type SettingsOf = Pick<Repositories, 'settings'>;

/** @param recording whether sessions are recorded until an operator says so. */
export async function readHost({ settings }: SettingsOf, recording: RecordingSetting): Promise<HostInfo> {
  const [stored, version] = await Promise.all([settings.get(HOST_KEY), settings.get(VERSION_KEY)]);
  // Only `writeHost` writes it; a newer field has its default.
  const configuration = (stored ?? {}) as Partial<HostConfiguration>;
  return { ...DEFAULT_HOST, recording, ...configuration, policyVersion: versionOf(version) };
}

export async function writeHost({ settings }: SettingsOf, host: HostConfiguration, nowMs: number): Promise<void> {
  await settings.set(HOST_KEY, host as unknown as Json, nowMs);
}

/** Version of host, targets and role assignments together; decisions and permits carry it. */
export async function readPolicyVersion({ settings }: SettingsOf): Promise<number> {
  return versionOf(await settings.get(VERSION_KEY));
}

/** After each change of policy, in its transaction. */
export async function nextPolicyVersion({ settings }: SettingsOf, nowMs: number): Promise<number> {
  return FIRST_VERSION + (await settings.increment(VERSION_KEY, nowMs));
}

function versionOf(changes: Json | undefined): number {
  return FIRST_VERSION + (typeof changes === 'number' ? changes : 0);
}
