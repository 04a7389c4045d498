/** Findings as files, with the input, so that they outlive the fuzzer's own changes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/database/compiled-entry.js';
import { batchInputs } from './inputs.js';
import type { Finding } from './run-batches.js';
import { subjectNamed } from './subjects.js';

/** The input and all that its state has met before it. */
export function inputsUpTo({ subject, seed, batch, index }: Finding): Uint8Array[] {
  return [...batchInputs(subjectNamed(subject), seed, batch)].slice(0, index + 1);
}

/** Writes a finding; returns the path of the file. */
export function writeFinding(finding: Finding): string {
  const folder = join(packageRoot(), 'test/fuzz/findings');
  mkdirSync(folder, { recursive: true });
  const { subject, seed, batch, index } = finding;
  const path = join(folder, `${subject}-${seed}-${batch}-${index}.json`);
  const inputs = inputsUpTo(finding).map((input) => Buffer.from(input).toString('base64'));
  writeFileSync(path, JSON.stringify({ ...finding, input: inputs.at(-1), before: inputs.slice(0, -1) }, null, 1));
  return path;
}

/** Findings that look alike are one: the same kind at the same place of the code. */
export function signature({ subject, kind, stack, message }: Finding): string {
  const frame = stack.split('\n').find((line) => /^\s+at /.test(line));
  return `${subject} ${kind} ${frame?.trim() ?? (kind === 'threw' ? message : '')}`;
}
