/** Settings of signing in: local passwords, and an OpenID Connect provider. */
import { type Role, ROLES } from '../../contract/api.js';
import type { OidcSettings } from '../../identity/oidc/oidc-sign-in.js';
import { type Definition, flag, type Kind, oneOf, setting, SettingError, text } from './setting-kinds.js';

export interface IdentitySettings {
  readonly localPasswords: boolean;
  /** Empty when there is no provider. */
  readonly oidcIssuer: string;
  readonly oidcClientId: string;
  readonly oidcClientSecret: string;
  readonly oidcRedirect: string;
  readonly oidcName: string;
  readonly oidcRoles: ReadonlyMap<string, Role>;
  readonly oidcDefaultRole: Role | 'none';
  readonly oidcSubjectClaim: 'oid' | 'sub';
  readonly oidcTenants: readonly string[];
}

const roleMap: Kind<ReadonlyMap<string, Role>> = {
  allowed: `<app role or group id>=<role>, separated by commas; roles: ${ROLES.join(', ')}`,
  parse: (value) => {
    const map = new Map<string, Role>();
    for (const pair of value.split(',').filter((one) => one.trim() !== '')) {
      const [, claim, name] = /^\s*(.+?)\s*=\s*([a-z]+)\s*$/.exec(pair) ?? [];
      const role = ROLES.find((one) => one === name);
      if (claim === undefined || role === undefined) return undefined;
      map.set(claim, role);
    }
    return map;
  },
};

const tenantList: Kind<readonly string[]> = {
  allowed: 'tenant ids, separated by commas',
  parse: (value) => {
    const tenants = value.split(',').map((one) => one.trim().toLowerCase());
    if (value === '') return [];
    return tenants.every((one) => /^[0-9a-f-]{36}$/.test(one)) ? tenants : undefined;
  },
};

/** Plain HTTP leaves tokens readable on the way: it is for a provider on this machine. */
const ISSUER = /^(https:\/\/\S+|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/\S*)?)?$/;

export const IDENTITY_DEFINITIONS: { readonly [Name in keyof IdentitySettings]: Definition<IdentitySettings[Name]> } = {
  localPasswords: setting(
    'WITNESS_LOCAL_PASSWORDS',
    flag,
    'on',
    'sign-in with user name and password; one-time links of administrators always work',
  ),
  oidcIssuer: setting(
    'WITNESS_OIDC_ISSUER',
    text('an https:// URL, or nothing', ISSUER),
    '',
    'OpenID Connect provider, such as https://login.microsoftonline.com/<tenant id>/v2.0',
  ),
  oidcClientId: setting('WITNESS_OIDC_CLIENT_ID', text('a client id', /^\S*$/), '', 'the gateway’s name there'),
  oidcClientSecret: setting(
    'WITNESS_OIDC_CLIENT_SECRET',
    { ...text('anything', /^/), secret: true },
    '',
    'the gateway’s secret there; nothing for a public client',
  ),
  oidcRedirect: setting(
    'WITNESS_OIDC_REDIRECT',
    text('an https:// URL that ends in /api/v1/sign-in/oidc/callback', /^(https:\/\/\S+\/sign-in\/oidc\/callback)?$/),
    '',
    'where the provider sends people back to; from WITNESS_PUBLIC_HOST and WITNESS_HTTP_PORT when left out',
  ),
  oidcName: setting('WITNESS_OIDC_NAME', text('1 to 40 characters', /^.{1,40}$/), 'Microsoft', 'the provider’s name'),
  oidcRoles: setting('WITNESS_OIDC_ROLES', roleMap, '', 'roles that app roles and groups of the provider give here'),
  oidcDefaultRole: setting(
    'WITNESS_OIDC_DEFAULT_ROLE',
    oneOf([...ROLES, 'none']),
    'none',
    'role of people whom WITNESS_OIDC_ROLES gives none; none refuses them',
  ),
  oidcSubjectClaim: setting(
    'WITNESS_OIDC_SUBJECT_CLAIM',
    oneOf(['oid', 'sub']),
    'oid',
    'claim that names a person for good: oid for Microsoft Entra ID, sub for other providers',
  ),
  oidcTenants: setting('WITNESS_OIDC_TENANTS', tenantList, '', 'tenants whose people may sign in; all when left out'),
};

/** Issuers of Microsoft Entra ID that let people of every tenant in the world sign in. */
const EVERY_TENANT = /^https:\/\/login\.microsoftonline\.com\/(common|organizations|consumers)\b/i;

/**
 * The provider as the settings have it; null when there is none.
 * @throws SettingError when they do not go together
 */
export function oidcSettingsOf(
  settings: IdentitySettings & { readonly publicHost: string; readonly httpPort: number },
): OidcSettings | null {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcTenants: tenants, oidcDefaultRole } = settings;
  if (issuer === '') return null;
  if (clientId === '') throw new SettingError('WITNESS_OIDC_CLIENT_ID', '', 'the client id that the provider gave');
  if (EVERY_TENANT.test(issuer) && tenants.length === 0) {
    throw new SettingError('WITNESS_OIDC_TENANTS', '', 'the tenants that may sign in, when the issuer is for all');
  }
  const redirect = settings.oidcRedirect || defaultRedirect(settings);
  return {
    issuer,
    clientId,
    clientSecret: settings.oidcClientSecret === '' ? null : settings.oidcClientSecret,
    redirectUri: redirect,
    name: settings.oidcName,
    roles: settings.oidcRoles,
    defaultRole: oidcDefaultRole === 'none' ? null : oidcDefaultRole,
    subjectClaim: settings.oidcSubjectClaim,
    tenants,
  };
}

function defaultRedirect({ publicHost, httpPort }: { readonly publicHost: string; readonly httpPort: number }): string {
  if (httpPort === 0) throw new SettingError('WITNESS_OIDC_REDIRECT', '', 'an address, when WITNESS_HTTP_PORT is 0');
  // The URL leaves the standard port out, as providers compare addresses letter by letter.
  return new URL('/api/v1/sign-in/oidc/callback', `https://${publicHost}:${httpPort}`).href;
}
