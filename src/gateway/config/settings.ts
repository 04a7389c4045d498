/**
 * Settings of the gateway: tables say name, default, what is allowed and what it is for. They come from the
 * environment (`WITNESS_...`) or from the JSON file that WITNESS_CONFIG names; the environment wins.
 */
import path from 'node:path';
import { IDENTITY_DEFINITIONS, type IdentitySettings } from './identity-settings.js';
import { RECORDING_DEFINITIONS, type RecordingSettings } from './recording-settings.js';
import { SESSION_DEFINITIONS, type SessionSettings } from './session-settings.js';
import { type Definition, host, integer, oneOf, port, setting, SettingError, text } from './setting-kinds.js';
import { TARGET_DEFINITIONS, type TargetSettings } from './target-settings.js';

export { SettingError } from './setting-kinds.js';

export interface Settings extends IdentitySettings, RecordingSettings, SessionSettings, TargetSettings {
  readonly dataDir: string;
  readonly rdpHost: string;
  readonly rdpPort: number;
  readonly httpHost: string;
  readonly httpPort: number;
  readonly publicHost: string;
  readonly database: string;
  readonly storage: string;
  readonly container: string;
  readonly gatewayId: string;
  readonly maxSessions: number;
  readonly logLevel: LogLevel;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

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
  gatewayId: setting(
    'WITNESS_GATEWAY_ID',
    text('letters, digits and hyphens', /^[A-Za-z0-9-]{1,64}$/),
    'gateway-1',
    'name of this gateway',
  ),
  maxSessions: setting('WITNESS_MAX_SESSIONS', integer(1, 10_000), '200', 'connections at the same time'),
  logLevel: setting('WITNESS_LOG_LEVEL', oneOf(LOG_LEVELS), 'info', 'what is logged'),
  ...RECORDING_DEFINITIONS,
  ...SESSION_DEFINITIONS,
  ...TARGET_DEFINITIONS,
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
