/** Credentials of targets and sessions: kept where nobody reads them, bound to what they are for, erased after use. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { AuditEvent, AuditRow } from '../../../src/contract/audit-event.js';
import { chainId, sessionId, targetId } from '../../../src/contract/ids.js';
import type { Database } from '../../../src/database/open.js';
import { Credential } from '../../../src/gateway/credentials/credential.js';
import { EmbeddedSecretStore } from '../../../src/gateway/credentials/embedded-secret-store.js';
import { KeyVaultSecretStore } from '../../../src/gateway/credentials/key-vault-secret-store.js';
import { type SecretStore, SecretStoreError } from '../../../src/gateway/credentials/secret-store.js';
import { SessionSecrets } from '../../../src/gateway/credentials/session-secrets.js';
import { TargetCredentials } from '../../../src/gateway/credentials/target-credentials.js';
import { onBothDatabases, sqliteEngine } from '../../database/engines.js';
import { NOW_MS, storeSession } from '../../database/samples.js';
import { startKeyVault } from './key-vault.js';

const PASSWORD = 'päss wörd \u{1f511}';
const TARGET = { id: targetId('target-1'), name: 'build-07' };
const OTHER = { id: targetId('target-2'), name: 'build-08' };
const FACTS = { userName: 'svc-build', domain: 'CORP', restrictedAdmin: false };
const KEY = Buffer.alloc(32, 7);

interface Desk {
  readonly credentials: TargetCredentials;
  readonly audit: AuditEvent[];
  readonly database: Database;
}

function openDesk(database: Database, store: SecretStore, failAudit = false): Desk {
  const audit: AuditEvent[] = [];
  const append = async (event: AuditEvent): Promise<AuditRow> => {
    if (failAudit) throw new Error('audit is gone');
    audit.push(event);
    return { ...event, chainId: chainId('test'), sequence: audit.length, timeMs: 0, previousHash: '', hash: '' };
  };
  const credentials = new TargetCredentials({ database, store, audit: { append }, clock: () => NOW_MS });
  return { credentials, audit, database };
}

/** What holds for every store. */
function storeSuite(open: () => Promise<SecretStore>): void {
  it('gives back what was kept, and nothing after it was removed', async () => {
    const store = await open();
    const reference = await store.put('name-1', 'purpose-1', Buffer.from(PASSWORD));
    expect((await store.get(reference, 'purpose-1')).toString()).toBe(PASSWORD);
    const next = await store.put('name-1', 'purpose-1', Buffer.from('next'));
    expect((await store.get(next, 'purpose-1')).toString()).toBe('next');
    await store.remove(next);
    await store.remove(next);
  });

  it('gives nothing for another purpose', async () => {
    const store = await open();
    const reference = await store.put('name-1', 'purpose-1', Buffer.from(PASSWORD));
    await expect(store.get(reference, 'purpose-2')).rejects.toThrow(SecretStoreError);
  });

  it('says what is wrong with a reference that leads nowhere, without a secret', async () => {
    const store = await open();
    const error: unknown = await store.get('bm90aGluZyBvZiBvdXJz', 'purpose-1').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SecretStoreError);
  });
}

describe('the embedded store', () => {
  storeSuite(async () => new EmbeddedSecretStore(KEY));

  it('opens nothing with another key, and nothing that was changed', async () => {
    const reference = await new EmbeddedSecretStore(KEY).put('n', 'p', Buffer.from(PASSWORD));
    await expect(new EmbeddedSecretStore(Buffer.alloc(32, 8)).get(reference, 'p')).rejects.toThrow(SecretStoreError);
    const bytes = Buffer.from(reference, 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(new EmbeddedSecretStore(KEY).get(changed.toString('base64'), 'p')).rejects.toThrow(SecretStoreError);
    }
    await expect(new EmbeddedSecretStore(KEY).get('', 'p')).rejects.toThrow(SecretStoreError);
  });
});

describe('a key vault, through its real client', () => {
  storeSuite(async () => new KeyVaultSecretStore((await startKeyVault()).client));

  it('takes a password that somebody rotated in the vault', async () => {
    const vault = await startKeyVault();
    const store = new KeyVaultSecretStore(vault.client);
    const reference = await store.put('name-1', 'purpose-1', Buffer.from('first'));
    vault.secrets.set(reference, { value: 'rotated', tags: {} });
    expect((await store.get(reference, 'purpose-1')).toString()).toBe('rotated');
  });

  it('tells the status of a vault that refuses, and not what it was sent', async () => {
    const vault = await startKeyVault();
    vault.failWith = 403;
    const store = new KeyVaultSecretStore(vault.client);
    const error: unknown = await store.put('name-1', 'p', Buffer.from(PASSWORD)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SecretStoreError);
    expect(inspect(error)).toContain('403');
    expect(inspect(error)).not.toContain(PASSWORD);
  });
});

await onBothDatabases('credentials', (engine) => {
  it('are set, listed without the password, loaded and cleared, each change on record first', async () => {
    const { credentials, audit, database } = openDesk(await engine.open(), new EmbeddedSecretStore(KEY));
    const password = Buffer.from(PASSWORD);
    await credentials.set('user:ada', TARGET, FACTS, password);
    expect(password.every((byte) => byte === 0)).toBe(true);
    const loaded = await credentials.load(TARGET.id);
    expect(loaded).toMatchObject(FACTS);
    expect(loaded?.password).toBe(PASSWORD);
    const listed = await credentials.list();
    expect(listed).toEqual([
      { ...FACTS, targetId: TARGET.id, store: 'embedded', updatedAtMs: NOW_MS, updatedBy: 'user:ada' },
    ]);
    await credentials.set('user:ada', TARGET, { ...FACTS, restrictedAdmin: true }, Buffer.from('next'));
    expect((await credentials.load(TARGET.id))?.password).toBe('next');
    expect(await credentials.clear('user:ada', TARGET)).toBe(true);
    expect(await credentials.clear('user:ada', TARGET)).toBe(false);
    expect(await credentials.load(TARGET.id)).toBeNull();
    expect(audit.map(({ kind }) => kind)).toEqual(['credential.set', 'credential.set', 'credential.cleared']);
    expect(JSON.stringify([audit, listed])).not.toContain(PASSWORD);
    const rows = await database.kysely.selectFrom('target_credentials').selectAll().execute();
    expect(rows).toEqual([]);
  });

  it('of a session are taken once, and erased when nobody took them in time', async () => {
    const database = await engine.open();
    const secrets = new SessionSecrets(KEY);
    const [first, second] = [await storeSession(database), await storeSession(database)];
    const typed = { kind: 'password', userName: 'ada', domain: '', password: PASSWORD } as const;
    await secrets.keep(database.sessionSecrets, first.id, typed, NOW_MS + 1);
    await secrets.keep(database.sessionSecrets, second.id, typed, NOW_MS + 1000);
    expect(JSON.stringify(await database.kysely.selectFrom('session_secrets').selectAll().execute())).not.toContain(
      'ada',
    );
    const taken = await Promise.all([1, 2, 3].map(() => secrets.take(database.sessionSecrets, second.id)));
    expect(taken.filter((one) => one instanceof Credential).map((one) => one.password)).toEqual([PASSWORD]);
    expect(await database.sessionSecrets.eraseExpired(NOW_MS + 1)).toBe(1);
    expect(await secrets.take(database.sessionSecrets, first.id)).toBeNull();
  });

  it('remember one certificate for a target, whoever comes first', async () => {
    const database = await engine.open();
    const about = {
      kind: 'ip',
      address: '192.0.2.7',
      port: 3389,
      recordingSetting: null,
      createdAtMs: NOW_MS,
    } as const;
    await database.targets.create({ ...about, ...TARGET });
    const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
    const results = await Promise.all([a, b].map((one) => database.targets.rememberCertificate(TARGET.id, one, null)));
    expect(results.filter(Boolean)).toHaveLength(1);
    const seen = (await database.targets.get(TARGET.id))?.certificateSha256 ?? null;
    expect(await database.targets.rememberCertificate(TARGET.id, b, seen)).toBe(true);
    expect(await database.targets.rememberCertificate(OTHER.id, b, null)).toBe(false);
  });
});

describe('a credential in the database', () => {
  const engine = sqliteEngine();

  it('does not open for another target or another account', async () => {
    const { credentials, database } = openDesk(await engine.open(), new EmbeddedSecretStore(KEY));
    await credentials.set('user:ada', TARGET, FACTS, Buffer.from(PASSWORD));
    await database.kysely.updateTable('target_credentials').set({ target_id: OTHER.id }).execute();
    await expect(credentials.load(OTHER.id)).rejects.toThrow(SecretStoreError);
    await database.kysely
      .updateTable('target_credentials')
      .set({ target_id: TARGET.id, user_name: 'mallory' })
      .execute();
    await expect(credentials.load(TARGET.id)).rejects.toThrow(SecretStoreError);
  });

  it('is not written when it cannot be put on record', async () => {
    const database = await engine.open();
    const { credentials } = openDesk(database, new EmbeddedSecretStore(KEY), true);
    const password = Buffer.from(PASSWORD);
    await expect(credentials.set('user:ada', TARGET, FACTS, password)).rejects.toThrow('audit is gone');
    expect(password.every((byte) => byte === 0)).toBe(true);
    expect(await database.targetCredentials.list()).toEqual([]);
  });

  it('of another store than the gateway uses is not guessed at', async () => {
    const database = await engine.open();
    await openDesk(database, new EmbeddedSecretStore(KEY)).credentials.set('u', TARGET, FACTS, Buffer.from(PASSWORD));
    const vault = new KeyVaultSecretStore((await startKeyVault()).client);
    await expect(openDesk(database, vault).credentials.load(TARGET.id)).rejects.toThrow('WITNESS_CREDENTIAL_STORE');
  });

  it('of a session does not open for another session', async () => {
    const database = await engine.open();
    const secrets = new SessionSecrets(KEY);
    const stored = await storeSession(database);
    const typed = { kind: 'password', userName: 'ada', domain: '', password: PASSWORD } as const;
    await secrets.keep(database.sessionSecrets, stored.id, typed, NOW_MS + 1);
    const take = async () => database.sessionSecrets.take(stored.id);
    await expect(secrets.take({ take }, sessionId('another'))).rejects.toThrow('do not open');
  });
});

describe('a credential in memory', () => {
  it('shows no password when it is printed, and has none after it was erased', () => {
    const credential = new Credential(FACTS, Buffer.from(PASSWORD));
    expect(inspect(credential, { showHidden: true, depth: 5 })).not.toContain(PASSWORD);
    expect(JSON.stringify(credential)).not.toContain(PASSWORD);
    expect(credential.password).toBe(PASSWORD);
    credential.erase();
    expect(credential.password).toBe('');
  });
});
