/** Opens what credentials are kept with: the key, and the store that the settings name. */
import path from 'node:path';
import type { RefusalRecorder } from '../../audit/refusal-log.js';
import type { Database } from '../../database/open.js';
import { SettingError, type Settings } from '../config/settings.js';
import { EmbeddedSecretStore } from '../credentials/embedded-secret-store.js';
import { OneTimePasswords } from '../credentials/one-time-passwords.js';
import { KeyVaultSecretStore } from '../credentials/key-vault-secret-store.js';
import type { SecretStore } from '../credentials/secret-store.js';
import { SessionSecrets } from '../credentials/session-secrets.js';
import { TargetCredentials } from '../credentials/target-credentials.js';
import { EntraAuthority } from '../entra/authority.js';
import { EntraSignIns, type EntraSignInsOptions } from '../entra/entra-sign-ins.js';
import { loadOrCreateKey } from '../keys/key-store.js';
import type { AuditAppender } from '../recording/recording-records.js';

export interface Credentials {
  readonly targets: TargetCredentials;
  readonly sessions: SessionSecrets;
  readonly oneTime: OneTimePasswords;
  /** Null where no authority is configured. */
  readonly entra: { readonly authority: EntraAuthority; readonly signIns: EntraSignIns } | null;
}

/** What commands need to store credentials. @throws KeyFileError when the key's file does not hold a key */
export async function openTargetCredentials(
  settings: Settings,
  database: Pick<Database, 'targetCredentials'>,
  audit: AuditAppender,
): Promise<TargetCredentials> {
  const store = await secretStore(settings, await credentialKey(settings));
  return new TargetCredentials({ database, audit, store, clock: Date.now });
}

/** @throws KeyFileError when the key's file does not hold a key */
export async function openCredentials(
  settings: Settings,
  database: Pick<Database, 'targetCredentials' | 'entraSignIns'>,
  audit: AuditAppender,
  refusals: RefusalRecorder,
): Promise<Credentials> {
  const key = await credentialKey(settings);
  const store = await secretStore(settings, key);
  return {
    targets: new TargetCredentials({ database, audit, store, clock: Date.now }),
    sessions: new SessionSecrets(key),
    oneTime: new OneTimePasswords(key),
    entra: openEntra(settings, { database, audit, refusals }, key),
  };
}

function openEntra(
  settings: Settings,
  records: Pick<EntraSignInsOptions, 'database' | 'audit' | 'refusals'>,
  key: Buffer,
): Credentials['entra'] {
  const { entraAuthority: issuer, entraClientId: clientId, entraScope: scope, entraRedirect } = settings;
  if (issuer === '') return null;
  if (clientId === '') throw new SettingError('WITNESS_ENTRA_CLIENT_ID', '', 'the application id at the authority');
  const redirectUri =
    entraRedirect === '' ? `https://${settings.publicHost}:${settings.httpPort}/api/v1/entra/callback` : entraRedirect;
  const authority = new EntraAuthority({ issuer, clientId, redirectUri });
  return { authority, signIns: new EntraSignIns({ ...records, authority, key, scope, clock: Date.now }) };
}

/** From the environment, else from its file, which is made at the first start. */
async function credentialKey({ credentialKey: given, credentialKeyFile, dataDir }: Settings): Promise<Buffer> {
  if (given !== '') return Buffer.from(given, 'base64');
  return loadOrCreateKey(credentialKeyFile === '' ? path.join(dataDir, 'keys', 'credentials.key') : credentialKeyFile);
}

async function secretStore({ credentialStore }: Settings, key: Buffer): Promise<SecretStore> {
  if (credentialStore === 'embedded') return new EmbeddedSecretStore(key);
  // A gateway without a key vault does not load its client.
  const [{ DefaultAzureCredential }, { SecretClient }] = await Promise.all([
    import('@azure/identity'),
    import('@azure/keyvault-secrets'),
  ]);
  return new KeyVaultSecretStore(new SecretClient(credentialStore, new DefaultAzureCredential()));
}
