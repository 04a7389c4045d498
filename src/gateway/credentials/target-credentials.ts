/**
 * Credentials that targets have: set, cleared and listed by administrators, used by the gateway alone. Nothing here gives a
 * password to anybody but the leg to the target.
 */
import { createHash } from 'node:crypto';
import type { TargetId } from '../../contract/ids.js';
import type { Database } from '../../database/open.js';
import type { TargetCredentialRecord } from '../../database/target-credentials.js';
import type { AuditAppender } from '../recording/recording-records.js';
import { Credential, type CredentialFacts } from './credential.js';
import { type SecretStore, SecretStoreError } from './secret-store.js';

export interface TargetCredentialsOptions {
  readonly database: Pick<Database, 'targetCredentials'>;
  readonly audit: AuditAppender;
  /** Where new passwords go. */
  readonly store: SecretStore;
  readonly clock: () => number;
}

/** What may be told of a credential. */
export type CredentialListing = Omit<TargetCredentialRecord, 'secret'>;

export class TargetCredentials {
  readonly #options: TargetCredentialsOptions;

  constructor(options: TargetCredentialsOptions) {
    this.#options = options;
  }

  /** Puts a credential in the place of another one. The password's bytes are overwritten, whatever comes of it. */
  async set(actor: string, target: { id: TargetId; name: string }, facts: CredentialFacts, password: Buffer) {
    const { database, audit, store, clock } = this.#options;
    try {
      const was = await database.targetCredentials.get(target.id);
      const { userName, domain, restrictedAdmin } = facts;
      const about = { targetId: target.id, targetName: target.name, userName, domain, restrictedAdmin };
      const data = { ...about, store: store.kind, replaces: was !== null };
      await audit.append({ kind: 'credential.set', actor, sessionId: null, data });
      const secret = await store.put(nameOf(target.id), purposeOf(target.id, facts), password);
      const row = { userName, domain, restrictedAdmin, store: store.kind, secret };
      await database.targetCredentials.set({
        targetId: target.id,
        ...row,
        updatedAtMs: clock(),
        updatedBy: actor,
      });
    } finally {
      password.fill(0);
    }
  }

  /** False when the target has none. */
  async clear(actor: string, target: { id: TargetId; name: string }): Promise<boolean> {
    const { database, audit, store } = this.#options;
    const row = await database.targetCredentials.get(target.id);
    if (row === null) return false;
    const data = { targetId: target.id, targetName: target.name, userName: row.userName, domain: row.domain };
    await audit.append({ kind: 'credential.cleared', actor, sessionId: null, data });
    await database.targetCredentials.remove(target.id);
    if (row.store === store.kind) await store.remove(row.secret);
    return true;
  }

  async list(): Promise<readonly CredentialListing[]> {
    const rows = await this.#options.database.targetCredentials.list();
    return rows.map(({ secret: _secret, ...listing }) => listing);
  }

  /**
   * The credential of a target, which the caller erases; null when it has none.
   * @throws SecretStoreError when it has one that cannot be had
   */
  async load(target: TargetId): Promise<Credential | null> {
    const { database, store } = this.#options;
    const row = await database.targetCredentials.get(target);
    if (row === null) return null;
    if (row.store !== store.kind) {
      throw new SecretStoreError(
        `the credential is in the store "${row.store}", and the gateway uses "${store.kind}" (WITNESS_CREDENTIAL_STORE); ` +
          'store the credential again',
      );
    }
    return new Credential(row, await store.get(row.secret, purposeOf(target, row)));
  }
}

/** Of a secret in a key vault: letters, digits and hyphens, at most 127. */
function nameOf(target: TargetId): string {
  return `witness-${createHash('sha256').update(target).digest('hex').slice(0, 40)}`;
}

/** A password that is moved to another target or account in the database does not open there. */
function purposeOf(target: TargetId, { userName, domain, restrictedAdmin }: CredentialFacts): string {
  const account = JSON.stringify([target, domain, userName, restrictedAdmin]);
  return `target-credential/${createHash('sha256').update(account).digest('hex')}`;
}
