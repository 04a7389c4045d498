/** Where the passwords of targets are kept. One suite of tests holds for every implementation. */
import type { SecretStoreKind } from '../../database/schema.js';

/** The store cannot do it now. The message names the store and the remedy, and no secret. */
export class SecretStoreError extends Error {
  override readonly name = 'SecretStoreError';
}

export interface SecretStore {
  readonly kind: SecretStoreKind;
  /**
   * Keeps a secret. Resolves with what `get` finds it by, to be kept beside the credential.
   * @param name letters, digits and hyphens: the secret's own
   * @param purpose what the secret is for; `get` wants the same
   */
  put(name: string, purpose: string, secret: Buffer): Promise<string>;
  /** @throws SecretStoreError when there is none, or when it was kept for another purpose */
  get(reference: string, purpose: string): Promise<Buffer>;
  /** A secret that is not there is removed already. */
  remove(reference: string): Promise<void>;
}
