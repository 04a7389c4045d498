/** Passwords sealed with the gateway's key; the sealed bytes are kept beside the credential, in the database. */
import { openSealed, seal, SealError } from '../keys/sealing.js';
import { type SecretStore, SecretStoreError } from './secret-store.js';

export class EmbeddedSecretStore implements SecretStore {
  readonly kind = 'embedded';
  readonly #key: Buffer;

  /** @param key 32 bytes */
  constructor(key: Buffer) {
    this.#key = key;
  }

  async put(_name: string, purpose: string, secret: Buffer): Promise<string> {
    return seal(this.#key, purpose, secret).toString('base64');
  }

  async get(reference: string, purpose: string): Promise<Buffer> {
    try {
      return openSealed(this.#key, purpose, Buffer.from(reference, 'base64'));
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      throw new SecretStoreError(
        'the credential was not sealed with this gateway’s credential key for this target; ' +
          'restore the key (WITNESS_CREDENTIAL_KEY), or store the credential again',
      );
    }
  }

  /** The sealed bytes go with the row that has them. */
  async remove(): Promise<void> {}
}
