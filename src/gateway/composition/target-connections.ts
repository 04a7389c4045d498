/** Puts together what the legs to targets need: trusted roots and what is on record of certificates. */
import { readFile } from 'node:fs/promises';
import type { Settings } from '../config/settings.js';
import { SettingError } from '../config/settings.js';
import type { AuditAppender } from '../recording/recording-records.js';
import type { Database } from '../../database/open.js';
import type { CertificateBook } from '../rdp/target/certificate-check.js';
import { TargetConnector } from '../rdp/target/target-connector.js';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Rejects with `SettingError` when the file of roots cannot be used. */
export async function targetConnector(
  settings: Settings,
  audit: AuditAppender,
  database: Pick<Database, 'targets'>,
): Promise<TargetConnector> {
  return new TargetConnector({
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

/** Every certificate is one that is seen for the first time until the inventory has a place for it. */
function certificateBook(settings: Settings, { targets }: Pick<Database, 'targets'>): CertificateBook {
  return {
    expected: async (id) =>
      (await targets.get(id)) === null ? null : { policy: settings.targetCertificates, sha256: null },
    remember: async () => true,
  };
}
