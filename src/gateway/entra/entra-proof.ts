/** A sign-in with Entra ID in memory: an access token for a target, and the key that it is bound to. */
import type { AssertionKey } from '../../rdp/aad/rdp-assertion.js';
import { assertionKeyOf } from './pop-key.js';

/** As it is sealed. */
export interface EntraProofParts {
  readonly accessToken: string;
  /** What the token was asked for. */
  readonly resourceUri: string;
  /** PKCS #8, DER, base64. */
  readonly key: string;
}

/** Printed or put into JSON it shows no secret. */
export class EntraProof {
  readonly resourceUri: string;
  readonly #accessToken: Buffer;
  readonly #pkcs8: Buffer;

  constructor({ accessToken, resourceUri, key }: EntraProofParts) {
    this.resourceUri = resourceUri;
    this.#accessToken = Buffer.from(accessToken);
    this.#pkcs8 = Buffer.from(key, 'base64');
  }

  get accessToken(): string {
    return this.#accessToken.toString('utf8').replace(/\0+$/, '');
  }

  /** @throws when the key was erased */
  key(): AssertionKey {
    return assertionKeyOf(this.#pkcs8);
  }

  erase(): void {
    this.#accessToken.fill(0);
    this.#pkcs8.fill(0);
  }
}
