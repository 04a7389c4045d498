/** The share of fuzzing that every test run does: always the same inputs. `npm run fuzz` does more, with other ones. */
import { describe, expect, it } from 'vitest';
import { batchInputs } from './inputs.js';
import { mutate } from './mutate.js';
import { Random } from './random.js';
import { BatchRunner, type Finding } from './run-batches.js';
import { Run, type RunResult } from './run.js';
import { stateless, subject } from './subject.js';
import { allSubjects } from './subjects.js';

const SEED = 20_260_101;
const INPUTS = 60_000;
/** The run ends then on a machine that is too slow for it; what was run by then counts. */
const SECONDS = 150;

function findingsOf(decode: (input: Uint8Array) => unknown, fields = {}): Finding[] {
  const findings: Finding[] = [];
  const tested = stateless('test', [Uint8Array.of(1, 2, 3, 4)], decode, fields);
  const runner = new BatchRunner(tested, 1, { before: () => {}, found: (finding) => findings.push(finding) });
  for (let batch = 0; batch < 20; batch += 1) runner.run(batch);
  return findings;
}

describe('everything that reads a peer’s bytes', () => {
  it('decodes or refuses every mutated input, in bounded time and memory', async () => {
    const subjects = allSubjects();
    const run = new Run({ subjects, seed: SEED, inputs: INPUTS, seconds: SECONDS, jobs: 2 }, () => {});
    const result: RunResult = await run.finish();
    expect(result.findings).toEqual([]);
    const idle = [...result.tallies].filter(([, { decoded, refused }]) => decoded === 0 || refused === 0);
    expect(
      idle.map(([name]) => name),
      'subjects that decoded nothing, or refused nothing',
    ).toEqual([]);
  }, 240_000);
});

describe('the fuzzer', () => {
  it('finds what throws anything but a refusal', () => {
    const [finding] = findingsOf((input) => {
      if (input.length > 4) throw new TypeError('no');
    });
    expect(finding).toMatchObject({ kind: 'threw', message: 'no', subject: 'test', seed: 1 });
    expect(finding?.stack).toContain('fuzz.test');
  });

  it('finds what takes too long, each time that it is run', () => {
    const [finding] = findingsOf(
      (input) => {
        const until = performance.now() + (input.length > 4 ? 30 : 0);
        while (performance.now() < until);
      },
      { limitMs: 20 },
    );
    expect(finding).toMatchObject({ kind: 'slow' });
  });

  it('finds what keeps memory', () => {
    const kept: Uint8Array[] = [];
    const [finding] = findingsOf(() => kept.push(new Uint8Array(100_000)), { limitBytes: 20_000_000 });
    expect(finding).toMatchObject({ kind: 'memory' });
  });

  it('makes the same inputs again from the same seed, and others from another', () => {
    const tested = subject({ name: 'test', streams: [[new Uint8Array(100)]], open: () => () => 'decoded' });
    const inputs = (seed: number) =>
      [...batchInputs(tested, seed, 3)].map((input) => Buffer.from(input).toString('hex'));
    expect(inputs(1)).toEqual(inputs(1));
    expect(inputs(1)).not.toEqual(inputs(2));
    expect(new Set(inputs(1)).size).toBeGreaterThan(tested.batchInputs / 2);
  });

  it('leaves examples as they are and keeps to the longest input', () => {
    const random = new Random(5);
    const example = Uint8Array.from({ length: 50 }, (_, at) => at);
    const before = example.slice();
    const lengths = Array.from({ length: 3000 }, () => mutate(example, example, random, 60).length);
    expect(example).toEqual(before);
    expect(Math.max(...lengths)).toBe(60);
    expect(Math.min(...lengths)).toBe(0);
  });
});
