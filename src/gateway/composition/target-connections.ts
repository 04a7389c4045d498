/** Puts together what the legs to targets need: trusted roots and what is on record of certificates. */
import { readFile } from 'node:fs/promises';
import type { Settings } from '../config/settings.js';
import { SettingError } from '../config/settings.js';
import type { AuditAppender } from '../recording/recording-records.js';
import type { Database } from '../../database/open.js';
import type { Credentials } from './credentials.js';
import type { CertificateBook } from '../rdp/target/certificate-check.js';
import { TargetConnector } from '../rdp/target/target-connector.js';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Rejects with `SettingError` when the file of roots cannot be used. */
export async function targetConnector(
  settings: Settings,
  audit: AuditAppender,
  database: Pick<Database, 'targets' | 'sessionSecrets'>,
  credentials: Credentials,
): Promise<TargetConnector> {
  return new TargetConnector({
    database,
    credentials: credentials.targets,
    secrets: credentials.sessions,
    entra: credentials.entra?.authority ?? null,
    audit,
    clock: Date.now,
    roots: await readRoots(settings.targetRoots),
    certificates: {
      book: certificateBook(settings, database),
      audit,
      changeAllowed: settings.targetCertificateChange === 'allow',
    },
  });
}

/** The certificates in a PEM file; none when no file is named. */
async function readRoots(file: string): Promise<readonly string[]> {
  if (file === '') return [];
  const text = await readFile(file, 'utf8').catch(() => '');
  const roots = text.match(CERTIFICATE);
  if (roots === null) throw new SettingError('WITNESS_TARGET_ROOTS', file, 'a file of certificates in PEM');
  return roots;
}

/** The host's setting holds for targets that trust on first use, which is what a target does when nobody said otherwise. */
function certificateBook(settings: Settings, { targets }: Pick<Database, 'targets'>): CertificateBook {
  return {
    expected: async (id) => {
      const target = await targets.get(id);
      if (target === null) return null;
      const own = target.certificatePolicy;
      const policy = own === 'trust-on-first-use' ? settings.targetCertificates : own;
      return { policy, sha256: target.certificateSha256 };
    },
    remember: (id, sha256, was) => targets.rememberCertificate(id, sha256, was),
  };
}
