/** The OpenID Connect provider over the network: discovery, and the authorization code flow with PKCE (RFC 6749, 7636). */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretPost,
  type Configuration,
  discovery,
  enableNonRepudiationChecks,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { Claims } from './person-of-claims.js';

export interface ProviderSettings {
  /** `https://login.microsoftonline.com/<tenant>/v2.0`, for one. Plain HTTP is for providers on this machine. */
  readonly issuer: string;
  readonly clientId: string;
  /** Null for a public client, which PKCE alone protects. */
  readonly clientSecret: string | null;
  /** Where the provider sends people back to; it has to know this address. */
  readonly redirectUri: string;
}

/** What the browser keeps between the two halves of a sign-in: what the answer is held against. */
export interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

const TIMEOUT_SECONDS = 10;

export class OidcProvider {
  readonly #settings: ProviderSettings;
  #configuration: Promise<Configuration> | null = null;

  constructor(settings: ProviderSettings) {
    this.#settings = settings;
  }

  /** Begins a sign-in. Rejects when the provider cannot be reached. */
  async begin(): Promise<{ readonly url: URL; readonly attempt: Attempt }> {
    const configuration = await this.#discover();
    const attempt = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: this.#settings.redirectUri,
      scope: 'openid profile email',
      response_type: 'code',
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await calculatePKCECodeChallenge(attempt.codeVerifier),
      code_challenge_method: 'S256',
    });
    return { url, attempt };
  }

  /**
   * Exchanges the code of the answer for an ID token, checks it and gives its claims.
   * @param query the query string with which the provider sent the browser back
   * Rejects with whatever was wrong; what it says may repeat the answer and is not for anybody's eyes.
   */
  async finish(query: string, attempt: Attempt): Promise<Claims> {
    const url = new URL(this.#settings.redirectUri);
    url.search = query;
    const tokens = await authorizationCodeGrant(await this.#discover(), url, {
      expectedState: attempt.state,
      expectedNonce: attempt.nonce,
      pkceCodeVerifier: attempt.codeVerifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error('the provider gave no ID token');
    return claims;
  }

  /** Once; again after a failure. */
  #discover(): Promise<Configuration> {
    this.#configuration ??= this.#load().catch((error: unknown) => {
      this.#configuration = null;
      throw error;
    });
    return this.#configuration;
  }

  #load(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings;
    const url = new URL(issuer);
    return discovery(url, clientId, {}, clientSecret === null ? None() : ClientSecretPost(clientSecret), {
      timeout: TIMEOUT_SECONDS,
      // The signature of the ID token is checked although it came over TLS.
      execute: [enableNonRepudiationChecks, ...(url.protocol === 'http:' ? [allowInsecureRequests] : [])],
    });
  }
}
