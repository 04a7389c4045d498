/**
 * `npm run bench:decoders`: megapixels a second of each decoder, on bitmaps of the fixtures that cover a desktop of
 * 1024 x 768. Medians over runs after a warm-up; `-- --quick` for a short look, `-- planar` for the codecs named so.
 *
 * Where gcc and the development files of libfreerdp 2 are there, the same is decoded by libfreerdp too (see
 * `libfreerdp-speed.c`), and its speed is the measure of ours: 1.00 is as fast. WITNESS_ORACLE names another program that is
 * called in the same way. Time is CPU time on both sides: what else the machine does counts for less.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadH264 } from '../../recorder/decoders/avc/h264-decoder.js';
import { decoderCases, type DecoderCase } from './decoder-cases.js';
import { oracleProgram } from './oracle.js';
import { median, withRange } from './statistics.js';

const DESKTOP = { width: 1024, height: 768 };
const quick = process.argv.includes('--quick');
const only = process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? '';
const RUNS = quick ? 3 : 9;
const RUN_MS = quick ? 50 : 300;
const WARM_UP_MS = quick ? 100 : 400;
const ORACLE_TIMEOUT_MS = 60_000;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const target = { words: new Uint32Array(DESKTOP.width * DESKTOP.height), ...DESKTOP };

/** Covers the desktop again and again for so long; millions of pixels or bytes a second. */
function measure({ width, height, decode }: DecoderCase, ms: number): number {
  const startedAt = process.cpuUsage();
  let amount = 0;
  let elapsedMs = 0;
  do {
    for (let y = 0; y + height <= DESKTOP.height; y += height) {
      for (let x = 0; x + width <= DESKTOP.width; x += width) amount += decode(x, y, target);
    }
    const { user, system } = process.cpuUsage(startedAt);
    elapsedMs = (user + system) / 1000;
  } while (elapsedMs < ms);
  return amount / elapsedMs / 1000;
}

/** Millions of pixels or bytes a second of the other decoder, in as many calls as take about a run of ours. */
function measureOracle(one: DecoderCase, ours: number, oracle: string, folder: string): number | null {
  if (oracle === '' || one.oracle === null) return null;
  const [codec, p1, p2, input] = one.oracle;
  const amount = one.amount ?? one.width * one.height;
  const iterations = Math.max(1, Math.round((ours * 1000 * RUN_MS) / amount));
  const path = typeof input === 'string' ? input : join(folder, 'input');
  if (typeof input !== 'string') writeFileSync(path, input);
  const numbers = [p1, p2, one.width, one.height].map(String);
  const output = join(folder, 'output.bgrx');
  const printed = execFileSync(oracle, ['dec', codec, ...numbers, path, output, String(iterations)], {
    encoding: 'utf8',
    timeout: ORACLE_TIMEOUT_MS,
  });
  const ms = Number(printed.trim());
  if (!(ms > 0)) throw new Error(`${oracle} did not print how long it took`);
  return (iterations * amount) / ms / 1000;
}

/** Runs take turns, so that what else the machine does slows both. */
function row(one: DecoderCase, oracle: string, folder: string): string[] {
  measure(one, WARM_UP_MS);
  const samples: number[] = [];
  const ratios: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const ours = measure(one, RUN_MS);
    const theirs = measureOracle(one, ours, oracle, folder);
    samples.push(ours);
    if (theirs !== null) ratios.push(ours / theirs);
  }
  const ratio = ratios.length === 0 ? '-' : median(ratios).toFixed(2);
  return [one.codec, one.content, `${withRange(samples, 1)} ${one.unit}`, ratio];
}

const WIDTHS = [20, 12, 32];
const line = (cells: readonly string[]): string => cells.map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0)).join('');

print(`node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`);
const folder = mkdtempSync(join(tmpdir(), 'witness-bench-'));
try {
  const { program, name } = oracleProgram(folder);
  print(`${RUNS} runs of ${RUN_MS} ms each; median (range); ratio to ${name}`);
  print(line(['codec', 'content', 'median (range)', 'ratio']));
  const cases = decoderCases(await loadH264()).filter(({ codec }) => codec.includes(only));
  for (const one of cases) print(line(row(one, program, folder)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
