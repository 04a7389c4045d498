/**
 * Settings of the gateway: one table says name, default, what is allowed and what it is for. They come from the
 * environment (`WITNESS_...`) or from the JSON file that WITNESS_CONFIG names; the environment wins.
 */
import path from 'node:path';
import { ALL_CHANNEL_USES, type ChannelPolicy, isChannelUse } from '../../contract/channel-policy.js';
import type { EncoderChoice } from '../../contract/recorder-protocol.js';
import type { RecordingSetting } from '../../contract/rule.js';
import type { CertificatePolicy } from '../../contract/inventory.js';
import { type OpenNetworks, parseNetworks } from '../../inventory/typed-address.js';
import { parseRealms, type Realms } from '../kdc-proxy/realms.js';
import { CERTIFICATE_POLICIES } from '../rdp/target/certificate-rule.js';
import type { Durability } from '../trace/trace-file.js';
import { IDENTITY_DEFINITIONS, type IdentitySettings } from './identity-settings.js';
import {
  type Definition,
  flag,
  host,
  integer,
  type Kind,
  oneOf,
  port,
  setting,
  SettingError,
  text,
} from './setting-kinds.js';

export { SettingError } from './setting-kinds.js';

/** Traces are kept after their video was verified: never, when the recording has gaps, or always. */
export type TraceKeep = 'never' | 'with-gaps' | 'always';

export interface Settings extends IdentitySettings {
  readonly dataDir: string;
  readonly rdpHost: string;
  readonly rdpPort: number;
  readonly httpHost: string;
  readonly httpPort: number;
  readonly publicHost: string;
  readonly database: string;
  readonly storage: string;
  readonly container: string;
  readonly recording: RecordingSetting;
  readonly channels: ChannelPolicy;
  readonly keepsClipboardText: boolean;
  readonly refusalPage: boolean;
  readonly maxSessionMs: number;
  readonly idleTimeoutMs: number;
  readonly sessionsPerUser: number;
  readonly sessionsPerHost: number;
  readonly ticketLifetimeMs: number;
  readonly tlsOnlyTickets: boolean;
  readonly ticketAddressBinding: boolean;
  readonly ticketAttempts: number;
  readonly reconnectWindowMs: number;
  readonly recordingNotice: string;
  readonly maxGapMs: number;
  readonly durability: Durability;
  readonly traceKeep: TraceKeep;
  readonly traceMaxBytes: number;
  readonly encoder: EncoderChoice;
  readonly demoTarget: boolean;
  readonly targetCertificates: CertificatePolicy;
  readonly targetCertificateChange: 'refuse' | 'allow';
  readonly targetRoots: string;
  readonly credentialStore: string;
  /** Empty: nobody signs in at targets with Entra ID. */
  readonly entraAuthority: string;
  readonly entraClientId: string;
  readonly entraScope: string;
  readonly entraRedirect: string;
  /** Empty: no KDC proxy. */
  readonly ipConnectNetworks: OpenNetworks;
  readonly kdcs: Realms;
  /** 32 bytes in base64, or empty. */
  readonly credentialKey: string;
  readonly credentialKeyFile: string;
  readonly gatewayId: string;
  readonly maxSessions: number;
  readonly logLevel: LogLevel;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const MAX_LIMIT_MS = 30 * 24 * 60 * 60 * 1000;

const channelUses: Kind<ChannelPolicy> = {
  allowed: `all, none, or some of ${ALL_CHANNEL_USES.join(', ')}, separated by commas`,
  parse: (value) => {
    if (value === 'all') return new Set(ALL_CHANNEL_USES);
    const uses = value === 'none' ? [] : value.split(',').map((use) => use.trim());
    return uses.every(isChannelUse) ? new Set(uses) : undefined;
  },
};

const DEFINITIONS: { readonly [Name in keyof Settings]: Definition<Settings[Name]> } = {
  dataDir: setting('WITNESS_DATA', text('a folder', /./), './data', 'keys, database, traces and embedded storage'),
  rdpHost: setting('WITNESS_RDP_HOST', host, '127.0.0.1', 'address of the RDP listener; 0.0.0.0 for all'),
  rdpPort: setting('WITNESS_RDP_PORT', port, '3389', 'port of the RDP listener'),
  httpHost: setting('WITNESS_HTTP_HOST', host, '127.0.0.1', 'address of the web server; 0.0.0.0 for all'),
  httpPort: setting('WITNESS_HTTP_PORT', port, '8443', 'port of the web server'),
  publicHost: setting('WITNESS_PUBLIC_HOST', host, 'localhost', 'name under which people reach the gateway'),
  database: setting(
    'WITNESS_DATABASE',
    // The URL may hold a password, the connection string a key.
    { ...text('"embedded" or a postgres:// URL', /^(embedded|postgres(ql)?:\/\/.+)$/), secret: true },
    'embedded',
    'SQLite in the data folder, or PostgreSQL',
  ),
  storage: setting(
    'WITNESS_STORAGE',
    {
      ...text('"embedded", a connection string, or a blob service URL', /^(embedded|https?:\/\/.+|.*AccountName=.+)$/),
      secret: true,
    },
    'embedded',
    'Azurite on the data folder, or Azure Blob Storage',
  ),
  container: setting(
    'WITNESS_CONTAINER',
    text('3 to 63 lower-case letters, digits and hyphens', /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/),
    'recordings',
    'blob container of the recordings',
  ),
  recording: setting(
    'WITNESS_RECORDING',
    oneOf(['required', 'preferred', 'off']),
    'required',
    'whether sessions are recorded where the target does not say',
  ),
  channels: setting(
    'WITNESS_CHANNELS',
    channelUses,
    'all',
    'what may pass besides picture and input, where the target does not say',
  ),
  keepsClipboardText: setting(
    'WITNESS_CLIPBOARD_TEXT',
    flag,
    'off',
    'whether the beginning of a text that was copied is on record, besides its size and hash',
  ),
  refusalPage: setting(
    'WITNESS_REFUSAL_PAGE',
    flag,
    'on',
    'a page that says why, for 10 seconds, when a person with a good ticket is refused; off: the error code alone',
  ),
  maxSessionMs: setting(
    'WITNESS_MAX_SESSION_MS',
    integer(0, MAX_LIMIT_MS, 'ms; 0 for any length'),
    '0',
    'longest session, reconnections included',
  ),
  idleTimeoutMs: setting(
    'WITNESS_IDLE_TIMEOUT_MS',
    integer(0, MAX_LIMIT_MS, 'ms; 0 for any time'),
    '0',
    'how long a session may be without input of its client',
  ),
  sessionsPerUser: setting(
    'WITNESS_SESSIONS_PER_USER',
    integer(0, 10_000, '0 for any number'),
    '0',
    'sessions of one person that may be open at the same time',
  ),
  sessionsPerHost: setting(
    'WITNESS_SESSIONS_PER_HOST',
    integer(0, 10_000, '0 for any number'),
    '0',
    'sessions of all gateways of a database that may be open at the same time',
  ),
  ticketLifetimeMs: setting('WITNESS_TICKET_LIFETIME_MS', integer(5_000, 3_600_000, 'ms'), '60000', 'life of a ticket'),
  tlsOnlyTickets: setting(
    'WITNESS_TLS_ONLY_TICKETS',
    flag,
    'off',
    'tickets for clients without NLA: whoever reads the network can use them first; bound to the address of the request',
  ),
  ticketAddressBinding: setting(
    'WITNESS_TICKET_ADDRESS_BINDING',
    flag,
    'off',
    'a ticket is good only from the address that it was requested from',
  ),
  ticketAttempts: setting(
    'WITNESS_TICKET_ATTEMPTS',
    integer(1, 100_000, 'in a minute'),
    '30',
    'wrong tickets and passwords from one address after which it is not answered for a minute',
  ),
  reconnectWindowMs: setting(
    'WITNESS_RECONNECT_WINDOW_MS',
    integer(0, 3_600_000, 'ms'),
    '300000',
    'how long a client that lost its connection may come back',
  ),
  recordingNotice: setting(
    'WITNESS_RECORDING_NOTICE',
    text('a text, or "none"', /^[^\0]{1,4000}$/),
    'This session is recorded: everything that the screen shows, and when. People who may review recordings can watch it.',
    'what a person accepts before a recorded session in the browser',
  ),
  maxGapMs: setting('WITNESS_MAX_GAP_MS', integer(0, 600_000, 'ms'), '5000', 'longest gap under "required"'),
  durability: setting(
    'WITNESS_DURABILITY',
    oneOf(['process', 'power']),
    'process',
    'what a byte that was shown survives: the death of the gateway, or of the machine',
  ),
  traceKeep: setting('WITNESS_TRACE_KEEP', oneOf(['never', 'with-gaps', 'always']), 'never', 'traces kept afterwards'),
  traceMaxBytes: setting(
    'WITNESS_TRACE_MAX_BYTES',
    integer(1_048_576, Number.MAX_SAFE_INTEGER, 'bytes'),
    '17179869184',
    'longest trace of one part; a session that needs more cannot be recorded any longer',
  ),
  encoder: setting('WITNESS_ENCODER', oneOf(['auto', 'node-av', 'ffmpeg']), 'auto', 'video encoder'),
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
  gatewayId: setting(
    'WITNESS_GATEWAY_ID',
    text('letters, digits and hyphens', /^[A-Za-z0-9-]{1,64}$/),
    'gateway-1',
    'name of this gateway',
  ),
  maxSessions: setting('WITNESS_MAX_SESSIONS', integer(1, 10_000), '200', 'connections at the same time'),
  logLevel: setting('WITNESS_LOG_LEVEL', oneOf(LOG_LEVELS), 'info', 'what is logged'),
  ...IDENTITY_DEFINITIONS,
};

/** Name, default, allowed values and purpose of every setting, for help and documentation. */
export function describeSettings(): readonly { key: string; default: string; allowed: string; purpose: string }[] {
  return Object.values(DEFINITIONS).map(({ key, allowed, purpose, default: standard }) => ({
    key,
    default: standard,
    allowed,
    purpose,
  }));
}

/** Environment-like text values by key. */
export type SettingSource = Readonly<Record<string, string | undefined>>;

/**
 * Reads all settings; the first source that has a key wins. Paths become absolute.
 * @throws SettingError for a value that is not allowed, or a WITNESS_ key that does not exist.
 */
export function readSettings(...sources: readonly SettingSource[]): Settings {
  refuseUnknownKeys(sources);
  const read = <Value>(definition: Definition<Value>): Value => {
    const given = sources.map((source) => source[definition.key]).find((value) => value !== undefined && value !== '');
    const value = definition.parse(given ?? definition.default);
    if (value === undefined) {
      throw new SettingError(
        definition.key,
        definition.secret === true ? '(secret)' : (given ?? ''),
        definition.allowed,
      );
    }
    return value;
  };
  const entries = Object.entries(DEFINITIONS).map(([name, definition]) => [
    name,
    read(definition as Definition<Settings[keyof Settings]>),
  ]);
  // Every name of Settings has a definition of its type, so the entries make a Settings.
  const settings = Object.fromEntries(entries) as Settings;
  return { ...settings, dataDir: path.resolve(settings.dataDir) };
}

const KNOWN_KEYS = new Set(['WITNESS_CONFIG', ...Object.values(DEFINITIONS).map((definition) => definition.key)]);

function refuseUnknownKeys(sources: readonly SettingSource[]): void {
  for (const key of sources.flatMap(Object.keys)) {
    if (key.startsWith('WITNESS_') && !KNOWN_KEYS.has(key)) {
      throw new SettingError(key, 'set', [...KNOWN_KEYS].join(', '));
    }
  }
}

/**
 * Settings of a JSON file: an object whose keys are setting keys and whose values are strings, numbers or booleans.
 * @throws SettingError when it is something else.
 */
export function settingsOfJson(file: string, json: string): SettingSource {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new SettingError('WITNESS_CONFIG', file, 'a file that holds one JSON object');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SettingError('WITNESS_CONFIG', file, 'a file that holds one JSON object');
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, settingText(key, item)]));
}

function settingText(key: string, item: unknown): string {
  if (typeof item === 'boolean') return item ? 'on' : 'off';
  if (typeof item === 'string' || typeof item === 'number') return String(item);
  throw new SettingError(key, typeof item, 'a string, a number, true or false');
}
