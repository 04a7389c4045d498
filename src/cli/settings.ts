/** Settings as the command line reads and shows them. */
import { readFile } from 'node:fs/promises';
import {
  describeSettings,
  readSettings,
  SettingError,
  type Settings,
  settingsOfJson,
  type SettingSource,
} from '../gateway/config/settings.js';

/** Reads the environment and the file that WITNESS_CONFIG names; `overrides` win over both. */
export async function loadSettings(overrides: SettingSource = {}): Promise<Settings> {
  const file = process.env['WITNESS_CONFIG'];
  if (file === undefined || file === '') return readSettings(overrides, process.env);
  let json: string;
  try {
    json = await readFile(file, 'utf8');
  } catch {
    throw new SettingError('WITNESS_CONFIG', file, 'a file that can be read');
  }
  return readSettings(overrides, process.env, settingsOfJson(file, json));
}

/** Prints name, default, what is allowed and purpose of every setting. */
export function printSettings(): void {
  for (const { key, default: standard, allowed, purpose } of describeSettings()) {
    process.stdout.write(`${key} (default ${standard})\n  ${purpose}\n  allowed: ${allowed}\n`);
  }
}
