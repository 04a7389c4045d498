/** `witness explain`: what `GET /api/v1/policy/explain` answers, from the data of the gateway or, without any, its defaults. */
import { access } from 'node:fs/promises';
import type { HostInfo } from '../contract/inventory.js';
import { openDatabase } from '../database/open.js';
import type { Settings } from '../gateway/config/settings.js';
import { databaseLocation } from '../gateway/composition/ground.js';
import { explainFacts, TYPED_FACTS } from '../inventory/explain.js';
import { DEFAULT_HOST, readHost } from '../inventory/host.js';
import { abilitiesWith } from '../policy/gateway-abilities.js';
import { loadSettings } from './settings.js';
import { typedValues } from './typed-values.js';

export async function runExplain(args: readonly string[]): Promise<void> {
  const typed = typedValues(TYPED_FACTS, args);
  const settings = await loadSettings();
  const abilities = abilitiesWith({ entra: settings.entraAuthority !== '', kdcs: settings.kdcs.size > 0 });
  const explanation = explainFacts(await hostOf(settings), typed, abilities);
  process.stdout.write(`${JSON.stringify(explanation, null, 2)}\n`);
}

async function hostOf(settings: Settings): Promise<HostInfo> {
  const location = databaseLocation(settings);
  if (location.kind === 'sqlite' && !(await exists(location.path))) {
    return { ...DEFAULT_HOST, recording: settings.recording, policyVersion: 1 };
  }
  const database = await openDatabase(location);
  try {
    return await readHost(database, settings.recording);
  } finally {
    await database.close();
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
