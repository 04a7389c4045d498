/**
 * `witness import`: records a captured session after the fact. Into the gateway's data, beside the running gateway or
 * without one; or with `--out` into a folder, with a database and a storage of its own that are gone afterwards.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Settings } from '../gateway/config/settings.js';
import { exportFiles, prepareFolder } from '../import/export-files.js';
import { importCapture, type ImportedRecording, type ImportOptions, surveyCapture } from '../import/import-capture.js';
import type { Survey } from '../import/survey.js';
import { openData } from './open-data.js';
import { loadSettings } from './settings.js';
import { verifyAll } from './verify.js';

export interface ImportCommand {
  readonly keylog?: string;
  readonly out?: string;
  readonly method: string;
  readonly port: string;
  readonly stream?: string;
}

const MAX_PORT = 65_535;
const MAX_STREAM = 2 ** 31 - 1;

export async function runImport(file: string, command: ImportCommand): Promise<void> {
  const options = optionsOf(file, command);
  const settings = await loadSettings();
  const out = command.out === undefined ? null : path.resolve(command.out);
  if (out !== null) await prepareFolder(out);
  const survey = await surveyCapture(options);
  if (out === null) await importIntoData(options, survey, settings);
  else await importIntoFolder(options, survey, settings, out);
}

function optionsOf(file: string, { keylog, method, port, stream }: ImportCommand): ImportOptions {
  if (method !== 'imported' && method !== 'native') {
    throw new Error(`--method is "${method}"; allowed: native, when the session came in by a native client`);
  }
  return {
    file: path.resolve(file),
    keylog: keylog === undefined ? null : path.resolve(keylog),
    port: wholeNumber('--port', port, 1, MAX_PORT),
    stream: stream === undefined ? null : wholeNumber('--stream', stream, 0, MAX_STREAM),
    method,
  };
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`${name} is "${text}"; allowed: a whole number from ${least} to ${most}`);
}

async function importIntoData(options: ImportOptions, survey: Survey, settings: Settings): Promise<void> {
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 });
  const data = await openData(settings);
  try {
    const made = await importCapture(options, survey, { ...data, settings });
    say(made);
    print(`  Check with   WITNESS_DATA=${settings.dataDir} npx witness verify ${made.sessionId}`);
  } finally {
    await data.close();
  }
}

async function importIntoFolder(options: ImportOptions, survey: Survey, own: Settings, out: string): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'witness-import-'));
  const settings: Settings = { ...own, dataDir, database: 'embedded', storage: 'embedded' };
  try {
    const data = await openData(settings);
    try {
      const made = await importCapture(options, survey, { ...data, settings });
      const problems: string[] = [];
      if (!(await verifyAll(data, [made.sessionId], (line) => problems.push(line)))) {
        throw new Error(`the recording does not verify: ${problems.join('; ')}`);
      }
      const files = await exportFiles(data, made.folder, out);
      say(made);
      print(`  In ${out}: ${files.join(', ')}`);
    } finally {
      await data.close();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

function say({ sessionId, durationMs, gapCount, endReason, cutShort }: ImportedRecording): void {
  print(`Imported as session ${sessionId}: ${durationMs} ms, ${gapCount} gaps, ended with ${endReason}.`);
  if (cutShort) print('  The capture ends within a packet: what came after it is not recorded.');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
