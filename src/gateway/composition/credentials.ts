/** Opens what credentials are kept with: the key, and the store that the settings name. */
import path from 'node:path';
import type { Database } from '../../database/open.js';
import type { Settings } from '../config/settings.js';
import { EmbeddedSecretStore } from '../credentials/embedded-secret-store.js';
import { OneTimePasswords } from '../credentials/one-time-passwords.js';
import { KeyVaultSecretStore } from '../credentials/key-vault-secret-store.js';
import type { SecretStore } from '../credentials/secret-store.js';
import { SessionSecrets } from '../credentials/session-secrets.js';
import { TargetCredentials } from '../credentials/target-credentials.js';
import { loadOrCreateKey } from '../keys/key-store.js';
import type { AuditAppender } from '../recording/recording-records.js';

export interface Credentials {
  readonly targets: TargetCredentials;
  readonly sessions: SessionSecrets;
  readonly oneTime: OneTimePasswords;
}

/** @throws KeyFileError when the key's file does not hold a key */
export async function openCredentials(
  settings: Settings,
  database: Pick<Database, 'targetCredentials'>,
  audit: AuditAppender,
): Promise<Credentials> {
  const key = await credentialKey(settings);
  const store = await secretStore(settings, key);
  return {
    targets: new TargetCredentials({ database, audit, store, clock: Date.now }),
    sessions: new SessionSecrets(key),
    oneTime: new OneTimePasswords(key),
  };
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
