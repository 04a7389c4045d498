/**
 * The secrets that tests use, and the search for them in whatever a gateway leaves behind. [invariant 6] What a gateway
 * writes is searched after its tests: its output, database, blobs and, decrypted, its traces; error bodies at once.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { KeyWrapper, loadOrCreateKey } from '../../../src/gateway/keys/key-store.js';
import { TraceFolder } from '../../../src/gateway/trace/trace-folder.js';
import { readTrace } from '../../helpers/read-trace.js';

/** Shorter ones turn up by chance. */
const SHORTEST = 8;
/** Names of fields of requests and answers whose text is secret. */
const SECRET_FIELDS = new Set([
  'token',
  'secret',
  'password',
  'newPassword',
  'currentPassword',
  'clientSecret',
  'routingToken',
  'linkSecret',
]);
const TICKET_PREFIX = 'witness-';

/** What it is, by the secret itself. */
export type Secrets = ReadonlyMap<string, string>;

const used = new Map<string, string>();
/** By their hexadecimal digits. */
const usedBytes = new Map<string, string>();

export function rememberSecret(what: string, secret: string): void {
  if (secret.length >= SHORTEST) used.set(secret, what);
}

/** A secret that is no text, such as a reconnect cookie: looked for as it is, in hexadecimal and in base64. */
export function rememberSecretBytes(what: string, bytes: Uint8Array): void {
  usedBytes.set(Buffer.from(bytes).toString('hex'), what);
}

/** Remembers what of a request or an answer is secret. */
export function rememberSecretsIn(json: unknown): void {
  if (json === null || typeof json !== 'object') return;
  for (const [name, value] of Object.entries(json)) {
    if (typeof value !== 'string') rememberSecretsIn(value);
    else if (SECRET_FIELDS.has(name) || name.startsWith('oneTime')) {
      rememberSecret(name, value.startsWith(TICKET_PREFIX) ? value.slice(TICKET_PREFIX.length) : value);
    }
  }
}

/** What of the secrets used so far is in these bytes, in one of the usual spellings. Never the secret itself. */
export function secretsIn(bytes: Uint8Array, secrets: Secrets = used, binary: Secrets = usedBytes): readonly string[] {
  const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts = [...secrets].filter(([secret]) => spellings(secret).some((one) => haystack.includes(one)));
  const others = [...binary].filter(([hex]) => spellingsOfBytes(hex).some((one) => haystack.includes(one)));
  return [...texts, ...others].map(([, what]) => what);
}

/** Base64 also where other bytes come before or after it in one text: what of its digits these leave as they are. */
function spellingsOfBytes(hex: string): readonly Buffer[] {
  const bytes = Buffer.from(hex, 'hex');
  const shifted = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  return [bytes, ...[hex, hex.toUpperCase(), ...shifted].map((one) => Buffer.from(one, 'latin1'))];
}

function spellings(secret: string): readonly Buffer[] {
  const text = Buffer.from(secret, 'utf8');
  const written = [text.toString('base64'), text.toString('hex'), encodeURIComponent(secret)];
  return [text, Buffer.from(secret, 'utf16le'), ...written.map((one) => Buffer.from(one, 'latin1'))];
}

/**
 * Where in the data folder of a gateway that has ended secrets are to be found: `file: what`. Its keys are where keys
 * belong. While it runs, its blob service replaces files.
 */
export async function secretsInData(dataDir: string, secrets: Secrets = used): Promise<readonly string[]> {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const found: string[] = [];
  for (const file of files) {
    const name = path.relative(dataDir, file);
    if (/^(keys|tls)\//.test(name)) continue;
    found.push(...secretsIn(await readFile(file), secrets).map((what) => `${name}: ${what}`));
  }
  return [...found, ...(await secretsInTraces(dataDir, secrets))];
}

async function secretsInTraces(dataDir: string, secrets: Secrets): Promise<readonly string[]> {
  const wrapper = new KeyWrapper(await loadOrCreateKey(path.join(dataDir, 'keys', 'master.key')));
  const folder = new TraceFolder(dataDir);
  const found: string[] = [];
  for (const id of await folder.sessions()) {
    for (const part of await folder.parts(id, wrapper)) {
      const { records } = readTrace(await readFile(part.path), part.key);
      const whats = new Set(records.flatMap(({ payload }) => secretsIn(payload, secrets)));
      found.push(...[...whats].map((what) => `trace of ${id}: ${what}`));
    }
  }
  return found;
}

/** Throws when an answer that is an error says a secret. */
export function requireNoSecretIn(where: string, bytes: Uint8Array): void {
  const found = secretsIn(bytes);
  if (found.length > 0) throw new Error(`${where} holds a secret: ${found.join(', ')}`);
}
