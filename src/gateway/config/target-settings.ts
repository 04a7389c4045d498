/** Settings of targets: how they are known and reached, and what the gateway signs in there with. */
import type { CertificatePolicy } from '../../contract/inventory.js';
import { type OpenNetworks, parseNetworks } from '../../inventory/typed-address.js';
import { parseRealms, type Realms } from '../kdc-proxy/realms.js';
import { CERTIFICATE_POLICIES } from '../rdp/target/certificate-rule.js';
import { type Definition, flag, oneOf, setting, text } from './setting-kinds.js';

export interface TargetSettings {
  readonly demoTarget: boolean;
  readonly targetCertificates: CertificatePolicy;
  readonly targetCertificateChange: 'refuse' | 'allow';
  readonly targetRoots: string;
  /** Empty: nobody signs in at targets with Entra ID. */
  readonly entraAuthority: string;
  readonly entraClientId: string;
  readonly entraScope: string;
  readonly entraRedirect: string;
  readonly ipConnectNetworks: OpenNetworks;
  /** Empty: no KDC proxy. */
  readonly kdcs: Realms;
  readonly credentialStore: string;
  /** 32 bytes in base64, or empty. */
  readonly credentialKey: string;
  readonly credentialKeyFile: string;
}

export const TARGET_DEFINITIONS: { readonly [Name in keyof TargetSettings]: Definition<TargetSettings[Name]> } = {
  demoTarget: setting('WITNESS_DEMO_TARGET', flag, 'on', 'a demo desktop on loopback as a target'),
  targetCertificates: setting(
    'WITNESS_TARGET_CERTIFICATES',
    oneOf(CERTIFICATE_POLICIES),
    'trust-on-first-use',
    'what the certificate of a target has to be, where the target does not say',
  ),
  targetCertificateChange: setting(
    'WITNESS_TARGET_CERTIFICATE_CHANGE',
    oneOf(['refuse', 'allow']),
    'refuse',
    'whether a certificate that was trusted on first use may become another one',
  ),
  targetRoots: setting(
    'WITNESS_TARGET_ROOTS',
    text('a PEM file, or nothing', /^/),
    '',
    'certificates of the authorities that targets may have their certificates from',
  ),
  entraAuthority: setting(
    'WITNESS_ENTRA_AUTHORITY',
    text(
      'an https:// URL, http:// on this machine, or nothing',
      /^(https:\/\/.+|http:\/\/(localhost|127\.0\.0\.1)[:/].*)?$/,
    ),
    '',
    'issuer of access tokens for RDP, such as https://login.microsoftonline.com/<tenant>/v2.0; nothing: no Entra ID at targets',
  ),
  entraClientId: setting(
    'WITNESS_ENTRA_CLIENT_ID',
    text('an application id, or nothing', /^[A-Za-z0-9._-]*$/),
    '',
    'public client that the authority knows the gateway as',
  ),
  entraScope: setting(
    'WITNESS_ENTRA_SCOPE',
    text('a scope; {host} stands for the address of the target', /^\S+$/),
    'ms-device-service://termsrv.wvd.microsoft.com/name/{host}/user_impersonation',
    'scope of access tokens for RDP',
  ),
  entraRedirect: setting(
    'WITNESS_ENTRA_REDIRECT',
    text('an https:// URL, or nothing for /api/v1/entra/callback on the public host', /^(https:\/\/.+)?$/),
    '',
    'where the authority sends people back to',
  ),
  ipConnectNetworks: setting(
    'WITNESS_IP_CONNECT_NETWORKS',
    { allowed: 'networks and addresses such as 10.0.0.0/8,192.0.2.7, or "none"', parse: parseNetworks },
    '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7',
    "where people may connect by IP address; of the gateway's own machine only what is named as a single address",
  ),
  kdcs: setting(
    'WITNESS_KDCS',
    { allowed: 'REALM=kdc,tcp/kdc:88,udp/kdc;OTHER=kdc, or nothing', parse: parseRealms },
    '',
    'Kerberos realms and their KDCs, for which the gateway is a KDC proxy',
  ),
  credentialStore: setting(
    'WITNESS_CREDENTIAL_STORE',
    text('"embedded" or the https:// URL of an Azure Key Vault', /^(embedded|https:\/\/[^/?#@]+\/?)$/),
    'embedded',
    'where passwords of targets are kept: sealed in the database, or as secrets of a key vault',
  ),
  credentialKey: setting(
    'WITNESS_CREDENTIAL_KEY',
    { ...text('32 bytes in base64, or nothing', /^([A-Za-z0-9+/]{43}=)?$/), secret: true },
    '',
    'key that credentials are sealed with; when it is not set, the key file holds it',
  ),
  credentialKeyFile: setting(
    'WITNESS_CREDENTIAL_KEY_FILE',
    text('a file, or nothing for keys/credentials.key in the data folder', /^/),
    '',
    'file of the key that credentials are sealed with; made when it is missing',
  ),
};
