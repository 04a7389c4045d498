/** A real OpenID Connect provider on loopback, and somebody who signs in there without a browser. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export const CLIENT_ID = 'witness';
export const CLIENT_SECRET = 'the-secret-of-the-gateway-at-its-provider';

export interface OidcServer {
  readonly issuer: string;
  /** Claims of the people there, by the name under which they sign in: it is their `sub`. */
  readonly accounts: Map<string, Readonly<Record<string, unknown>>>;
  /** Signs somebody in there, beginning at the address to which the gateway sends them; gives where they are sent back. */
  signIn(authorizationUrl: string, login: string): Promise<URL>;
  /** Goes to where the gateway sends people and gives up there. */
  giveUp(authorizationUrl: string): Promise<URL>;
  close(): Promise<void>;
}

export async function startOidcServer(redirectUri: string): Promise<OidcServer> {
  silenceAdvice();
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Another host than the gateway's 127.0.0.1, as in life.
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const accounts: OidcServer['accounts'] = new Map();
  const provider = new Provider(issuer, configuration(redirectUri, accounts));
  const answer = provider.callback();
  server.on('request', (request, response) => void answer(request, response));
  return {
    issuer,
    accounts,
    signIn: (url, login) => new Visitor(issuer).signIn(url, login),
    giveUp: (url) => new Visitor(issuer).giveUp(url),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The provider tells on the console what else it wants before it is used in earnest. */
export function silenceAdvice(): void {
  for (const level of ['warn', 'info'] as const) {
    const print = console[level].bind(console);
    console[level] = (...words: unknown[]) => {
      if (!String(words[0]).startsWith('oidc-provider ')) print(...words);
    };
  }
}

function configuration(
  redirectUri: string,
  accounts: OidcServer['accounts'],
): ConstructorParameters<typeof Provider>[1] {
  return {
    clients: [
      {
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    cookies: { keys: ['keys-of-a-test'] },
    // As Microsoft Entra ID does: claims are in the ID token.
    conformIdTokenClaims: false,
    claims: {
      openid: ['sub', 'oid', 'tid', 'roles', 'groups', 'hasgroups'],
      profile: ['name', 'preferred_username'],
      email: ['email'],
    },
    pkce: { required: () => true },
    findAccount: (_context, sub) => ({ accountId: sub, claims: async () => ({ sub, ...accounts.get(sub) }) }),
    // Nobody is asked for consent, as in a tenant whose administrator has given it.
    loadExistingGrant: async (context) => {
      const { client, session } = context.oidc;
      const grant = new context.oidc.provider.Grant({
        clientId: client?.clientId ?? '',
        accountId: session?.accountId ?? '',
      });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  };
}

/** Follows redirections with cookies until it is sent to another host. */
export class Visitor {
  readonly #issuer: string;
  readonly #cookies = new Map<string, string>();

  constructor(issuer: string) {
    this.#issuer = issuer;
  }

  async signIn(url: string, login: string): Promise<URL> {
    const form = await this.#follow(new URL(url));
    return this.#follow(form, new URLSearchParams({ prompt: 'login', login, password: 'any' }));
  }

  async giveUp(url: string): Promise<URL> {
    const form = await this.#follow(new URL(url));
    return this.#follow(new URL(`${form.href}/abort`));
  }

  /** Gives the page that is shown at last, or the address elsewhere. */
  async #follow(start: URL, body?: URLSearchParams): Promise<URL> {
    let url = start;
    for (let hop = 0; hop < 10; hop++) {
      if (url.origin !== this.#issuer) return url;
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const sent = hop === 0 && body !== undefined ? { method: 'POST', body } : {};
      const response = await fetch(url, { redirect: 'manual', headers: { cookie }, ...sent });
      for (const line of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (name !== undefined && value !== undefined) this.#cookies.set(name, value);
      }
      await response.body?.cancel();
      const location = response.headers.get('location');
      if (location === null) return url;
      url = new URL(location, url);
    }
    throw new Error('the provider sends in circles');
  }
}
