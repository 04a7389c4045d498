/**
 * Passwords as secrets of an Azure Key Vault. The newest version counts, so a password that is rotated in the vault needs
 * nothing here. Access: the identity of the gateway's machine, or what DefaultAzureCredential finds.
 */
import type { SecretClient } from '@azure/keyvault-secrets';
import { type SecretStore, SecretStoreError } from './secret-store.js';

/** The part of the client that is used. */
export type SecretVault = Pick<SecretClient, 'setSecret' | 'getSecret' | 'beginDeleteSecret' | 'vaultUrl'>;

const CONTENT_TYPE = 'witness-credential';

export class KeyVaultSecretStore implements SecretStore {
  readonly kind = 'key-vault';
  readonly #vault: SecretVault;

  constructor(vault: SecretVault) {
    this.#vault = vault;
  }

  async put(name: string, purpose: string, secret: Buffer): Promise<string> {
    await this.#ask('be written', () =>
      this.#vault.setSecret(name, secret.toString('utf8'), { contentType: CONTENT_TYPE, tags: { purpose } }),
    );
    return name;
  }

  /** Who rotates a password by hand may leave the tag out; a tag of another purpose is another secret. */
  async get(reference: string, purpose: string): Promise<Buffer> {
    const { value, properties } = await this.#ask('be read', () => this.#vault.getSecret(reference));
    const tagged = properties.tags?.['purpose'];
    if (value === undefined || (tagged !== undefined && tagged !== purpose)) {
      throw new SecretStoreError(`the secret ${reference} of the key vault is not this target’s; store it again`);
    }
    return Buffer.from(value, 'utf8');
  }

  async remove(reference: string): Promise<void> {
    try {
      await this.#vault.beginDeleteSecret(reference);
    } catch (error) {
      if (statusOf(error) !== 404) throw this.#failure('be deleted', error);
    }
  }

  async #ask<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#failure(what, error);
    }
  }

  /** Messages of the service may quote a request, so only its status is told. */
  #failure(what: string, error: unknown): SecretStoreError {
    const status = statusOf(error);
    const answered = status === null ? 'it cannot be reached' : `it answered ${status}`;
    return new SecretStoreError(
      `a secret cannot ${what} in the key vault ${this.#vault.vaultUrl}: ${answered}; ` +
        'see that the gateway’s identity may get, set and delete secrets there',
    );
  }
}

function statusOf(error: unknown): number | null {
  const has = typeof error === 'object' && error !== null && 'statusCode' in error;
  return has && typeof error.statusCode === 'number' ? error.statusCode : null;
}
