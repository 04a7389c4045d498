/**
 * The authority that issues access tokens for RDP: authorization code flow with PKCE, a token that is bound to a key, and
 * the authority's nonce. [MS-RDPBCGR] 4.11.3 and 4.11.4, RFC 6749, RFC 7636.
 */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  type Configuration,
  customFetch,
  type CustomFetch,
  discovery,
  None,
} from 'openid-client';

export interface AuthoritySettings {
  /** `https://login.microsoftonline.com/<tenant>/v2.0`, for one. Plain HTTP is for authorities on this machine. */
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUri: string;
}

/** What the answer of the authority is held against. */
export interface SignInAttempt {
  readonly state: string;
  readonly codeVerifier: string;
  readonly scope: string;
}

const TIMEOUT_SECONDS = 10;
const MAX_NONCE_BYTES = 4096;

export class EntraAuthority {
  readonly #settings: AuthoritySettings;
  #configuration: Promise<Configuration> | null = null;

  constructor(settings: AuthoritySettings) {
    this.#settings = settings;
  }

  /** Where to send the browser. Rejects when the authority cannot be reached. */
  async authorizationUrl({ state, codeVerifier, scope }: SignInAttempt): Promise<string> {
    const url = buildAuthorizationUrl(await this.#discover(), {
      redirect_uri: this.#settings.redirectUri,
      response_type: 'code',
      scope,
      state,
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    });
    return url.href;
  }

  /**
   * Exchanges the code of the answer for an access token.
   * @param query the query string with which the authority sent the browser back
   * @param confirmation `req_cnf`: which key the token is to be bound to
   * Rejects with whatever was wrong; what it says may repeat the answer and is not for anybody's eyes.
   */
  async redeem(query: string, attempt: SignInAttempt, confirmation: string): Promise<string> {
    const url = new URL(this.#settings.redirectUri);
    url.search = query;
    const checks = { expectedState: attempt.state, pkceCodeVerifier: attempt.codeVerifier };
    const parameters = { scope: attempt.scope, req_cnf: confirmation };
    const tokens = await authorizationCodeGrant(await this.#discover(), url, checks, parameters);
    return tokens.access_token;
  }

  /** A fresh nonce, which every sign-in at a target wants. Rejects when the authority gives none. */
  async nonce(): Promise<string> {
    const endpoint = (await this.#discover()).serverMetadata().token_endpoint;
    if (endpoint === undefined) throw new Error('the authority has no token endpoint');
    const response = await fetch(endpoint, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'srv_challenge' }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000),
    });
    const text = await response.text();
    if (!response.ok || text.length > MAX_NONCE_BYTES) throw new Error(`the authority answered ${response.status}`);
    const answer: unknown = JSON.parse(text);
    const nonce: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'Nonce') : undefined;
    if (typeof nonce !== 'string' || nonce === '') throw new Error('the authority gave no nonce');
    return nonce;
  }

  /** Once; again after a failure. */
  #discover(): Promise<Configuration> {
    this.#configuration ??= this.#load().catch((error: unknown) => {
      this.#configuration = null;
      throw error;
    });
    return this.#configuration;
  }

  async #load(): Promise<Configuration> {
    const url = new URL(this.#settings.issuer);
    const configuration = await discovery(url, this.#settings.clientId, {}, None(), {
      timeout: TIMEOUT_SECONDS,
      execute: url.protocol === 'http:' ? [allowInsecureRequests] : [],
    });
    configuration[customFetch] = fetchWithPop;
    return configuration;
  }
}

/**
 * Microsoft's authority says that the token is of type `pop` (4.11.4), which openid-client does not know. What the type
 * says of the token's use is [MS-RDPBCGR]'s business, so the client is told the type that it asks nothing more of.
 */
const fetchWithPop: CustomFetch = async (url, options) => {
  const response = await fetch(url, options as RequestInit);
  if (options.method !== 'POST' || !response.ok) return response;
  const answer: unknown = await response.json();
  const isPop =
    typeof answer === 'object' && answer !== null && String(Reflect.get(answer, 'token_type')).toLowerCase() === 'pop';
  const body = JSON.stringify(isPop ? { ...answer, token_type: 'bearer' } : answer);
  return new Response(body, { status: response.status, headers: { 'content-type': 'application/json' } });
};
