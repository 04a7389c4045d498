/**
 * `npm run fuzz -- [--seed n] [--inputs n] [--seconds n] [--jobs n] [--subject name]... [--batch n]`: mutates what real
 * peers sent and what our codecs write, and gives it to everything that reads a peer's bytes. Exit code 1 when there are
 * findings. `--batch` runs one batch of one subject in this process, to look into a finding again.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { BatchRunner, type Finding } from './run-batches.js';
import { Run, type RunResult } from './run.js';
import type { Subject } from './subject.js';
import { allSubjects, subjectNamed } from './subjects.js';

const DEFAULT_INPUTS = 10_000_000;
const PROGRESS_MS = 10_000;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    inputs: { type: 'string', default: String(DEFAULT_INPUTS) },
    seconds: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    subject: { type: 'string', multiple: true },
    batch: { type: 'string' },
  },
});

function number(name: string, text: string): number {
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`--${name} has to be a whole number`);
  return value;
}

function describe({ subject, kind, message, batch, index, stack }: Finding): string {
  return `FINDING ${subject}: ${kind}, ${message} (batch ${batch}, input ${index})\n${stack}`;
}

function runOneBatch(subject: Subject, seed: number, batch: number): number {
  let findings = 0;
  const runner = new BatchRunner(subject, seed, {
    before: () => {},
    found(finding) {
      findings += 1;
      print(describe(finding));
    },
  });
  runner.run(batch);
  print(`${runner.tally.inputs} inputs, slowest ${runner.tally.slowestMs.toFixed(1)} ms`);
  return findings;
}

function table({ tallies }: RunResult): string[] {
  const rows = [...tallies].map(([name, { inputs, decoded, refused, slowestMs, slowestAt }]) => {
    const slowest = `${slowestMs.toFixed(1)} ms (batch ${slowestAt.batch}, input ${slowestAt.index})`;
    return [name, String(inputs), String(decoded), String(refused), slowest];
  });
  const all = [['subject', 'inputs', 'decoded', 'refused', 'slowest'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
}

async function runAll(subjects: readonly Subject[], seed: number): Promise<number> {
  const inputs = number('inputs', values.inputs);
  const seconds = values.seconds === undefined ? Infinity : number('seconds', values.seconds);
  const run = new Run({ subjects, seed, inputs, seconds, jobs: number('jobs', values.jobs) }, (finding, path) => {
    print(`${describe(finding)}\n  written to ${path}`);
  });
  const progress = setInterval(() => {
    const soFar = run.result;
    print(`${soFar.seconds.toFixed(0)} s: ${soFar.inputs} inputs, ${soFar.findings.length} findings`);
  }, PROGRESS_MS);
  const result = await run.finish();
  clearInterval(progress);
  for (const line of table(result)) print(line);
  const time = `${result.seconds.toFixed(0)} s`;
  print(`fuzz: ${result.inputs} inputs, ${result.findings.length} findings, seed ${seed}, ${time}`);
  return result.findings.length;
}

const seed = values.seed === undefined ? Date.now() % 0x1_0000_0000 : number('seed', values.seed);
const subjects = values.subject?.map(subjectNamed) ?? allSubjects();
print(`fuzz: seed ${seed}, subjects: ${subjects.map(({ name }) => name).join(', ')}`);
const [only] = subjects;
const findings =
  values.batch === undefined || only === undefined
    ? await runAll(subjects, seed)
    : runOneBatch(only, seed, number('batch', values.batch));
process.exitCode = findings === 0 ? 0 : 1;
