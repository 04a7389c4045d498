/**
 * `npm run bench:decoders`: megapixels a second of each decoder, on bitmaps of the fixtures that cover a desktop of
 * 1024 x 768. Medians over runs after a warm-up; `-- --quick` for a short look.
 *
 * With WITNESS_ORACLE, the path of a program, the same bitmaps are decoded by another decoder too, and its speed is the
 * measure of ours (1.00 is as fast). The program is called as
 *
 *     <program> dec <codec> <p1> <p2> <width> <height> <input file> <output file> <iterations>
 *
 * with the codecs `rle` (p1: bits a pixel), `planar` (p2: 1 for bottom-up), `nsc`, `rfx` (p1: 1 or 3 for RLGR) and
 * `progressive`. It decodes the file so many times into one picture, with one context, writes the BGRX pixels to the output
 * file, and prints the milliseconds that decoding alone has taken, as a decimal number and nothing else.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadH264 } from '../../recorder/decoders/avc/h264-decoder.js';
import { decoderCases, type DecoderCase } from './decoder-cases.js';
import { median, withRange } from './statistics.js';

const DESKTOP = { width: 1024, height: 768 };
const quick = process.argv.includes('--quick');
const RUNS = quick ? 3 : 9;
const RUN_MS = quick ? 50 : 300;
const WARM_UP_MS = quick ? 100 : 400;
const ORACLE_TIMEOUT_MS = 60_000;
const oracle = process.env['WITNESS_ORACLE'] ?? '';
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const target = { words: new Uint32Array(DESKTOP.width * DESKTOP.height), ...DESKTOP };

/** Covers the desktop again and again for so long; megapixels a second. */
function measure({ width, height, decode }: DecoderCase, ms: number): number {
  const startedAt = performance.now();
  let pixels = 0;
  let elapsedMs = 0;
  do {
    for (let y = 0; y + height <= DESKTOP.height; y += height) {
      for (let x = 0; x + width <= DESKTOP.width; x += width) pixels += decode(x, y, target);
    }
    elapsedMs = performance.now() - startedAt;
  } while (elapsedMs < ms);
  return pixels / elapsedMs / 1000;
}

/** Megapixels a second of the other decoder, in as many iterations as take about a run of ours; null without one. */
function measureOracle({ width, height, oracle: call }: DecoderCase, ours: number, folder: string): number | null {
  if (oracle === '' || call === null) return null;
  const [codec, p1, p2, path] = call;
  const iterations = Math.max(1, Math.round((ours * 1000 * RUN_MS) / (width * height)));
  const numbers = [p1, p2, width, height].map(String);
  const output = join(folder, 'output.bgrx');
  const printed = execFileSync(oracle, ['dec', codec, ...numbers, path, output, String(iterations)], {
    encoding: 'utf8',
    timeout: ORACLE_TIMEOUT_MS,
  });
  const ms = Number(printed.trim());
  if (!(ms > 0)) throw new Error(`${oracle} did not print how long it took`);
  return (iterations * width * height) / ms / 1000;
}

/** Runs take turns, so that what else the machine does slows both. */
function row(one: DecoderCase, folder: string): string[] {
  measure(one, WARM_UP_MS);
  const samples: number[] = [];
  const ratios: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const ours = measure(one, RUN_MS);
    const theirs = measureOracle(one, ours, folder);
    samples.push(ours);
    if (theirs !== null) ratios.push(ours / theirs);
  }
  const ratio = ratios.length === 0 ? '-' : median(ratios).toFixed(2);
  return [one.codec, one.content, `${withRange(samples, 1)} MP/s`, ratio];
}

const WIDTHS = [20, 12, 32];
const line = (cells: readonly string[]): string => cells.map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0)).join('');

print(`node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`);
print(
  `${RUNS} runs of ${RUN_MS} ms each; median (range); ratio to ${oracle === '' ? 'nothing: WITNESS_ORACLE is not set' : oracle}`,
);
print(line(['codec', 'content', 'median (range)', 'ratio']));
const folder = mkdtempSync(join(tmpdir(), 'witness-bench-'));
try {
  for (const one of decoderCases(await loadH264())) print(line(row(one, folder)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
