/** Runs batches of one subject in this process and watches what comes of each input. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { batchInputs } from './inputs.js';
import type { Outcome, Step, Subject } from './subject.js';

export type FindingKind = 'threw' | 'slow' | 'memory' | 'hung' | 'died';

/** Where an input is: seed and subject make it again. */
export interface Place {
  readonly batch: number;
  readonly index: number;
}

export interface Finding extends Place {
  readonly subject: string;
  readonly seed: number;
  readonly kind: FindingKind;
  readonly message: string;
  readonly stack: string;
}

export interface Tally {
  inputs: number;
  decoded: number;
  refused: number;
  slowestMs: number;
  slowestAt: Place;
}

/** What the runner tells while it runs. */
export interface Watcher {
  /** Before each input. */
  before(place: Place): void;
  found(finding: Finding): void;
}

/** The bound grows with an input: so many bytes are worth as much time as the subject has for any. */
const BYTES_PER_LIMIT = 64 * 1024;
/** An input that seems slow, or the slowest so far, is run again: the machine may have been busy with something else. */
const TRIES = 3;
const DOUBTED_MS = 10;
const MEMORY_CHECK_INPUTS = 512;

const collectGarbage = ((): (() => void) => {
  if (globalThis.gc !== undefined) return globalThis.gc;
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();

export function emptyTally(): Tally {
  return { inputs: 0, decoded: 0, refused: 0, slowestMs: 0, slowestAt: { batch: 0, index: 0 } };
}

export function addTally(sum: Tally, more: Tally): void {
  sum.inputs += more.inputs;
  sum.decoded += more.decoded;
  sum.refused += more.refused;
  if (more.slowestMs <= sum.slowestMs) return;
  sum.slowestMs = more.slowestMs;
  sum.slowestAt = more.slowestAt;
}

function usedBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Runs batches of a subject; baselines of memory are taken when it is made. */
export class BatchRunner {
  readonly #subject: Subject;
  readonly #seed: number;
  readonly #watcher: Watcher;
  readonly #baselineBytes: number;
  readonly tally: Tally = emptyTally();
  #untilMemoryCheck = MEMORY_CHECK_INPUTS;

  constructor(subject: Subject, seed: number, watcher: Watcher) {
    this.#subject = subject;
    this.#seed = seed;
    this.#watcher = watcher;
    collectGarbage();
    this.#baselineBytes = usedBytes();
  }

  /** Runs a batch up to its end, or to a finding: what follows one would meet a state that nobody promised anything of. */
  run(batch: number): void {
    const step = this.#subject.open();
    let index = 0;
    for (const input of batchInputs(this.#subject, this.#seed, batch)) {
      const place = { batch, index };
      this.#watcher.before(place);
      if (!this.#input(step, input, place) || !this.#checkMemory(place)) break;
      index += 1;
    }
    step.close?.();
  }

  /** False when there was a finding. */
  #input(step: Step, input: Uint8Array, place: Place): boolean {
    const sizeBytes = input.length;
    const startedAt = performance.now();
    let outcome: Outcome;
    try {
      outcome = step(input);
    } catch (error) {
      if (!this.#subject.refusals.some((refusal) => error instanceof refusal)) {
        const { message, stack } = error instanceof Error ? error : new Error(String(error));
        this.#found('threw', place, message, stack);
        return false;
      }
      outcome = 'refused';
    }
    const firstMs = performance.now() - startedAt;
    const limitMs = this.#limitMs(sizeBytes);
    const isSlow = firstMs > limitMs || (firstMs > DOUBTED_MS && firstMs > this.tally.slowestMs);
    const ms = isSlow ? Math.min(firstMs, this.#leastMs(place)) : firstMs;
    this.#count(outcome, ms, place);
    if (ms <= limitMs) return true;
    this.#found('slow', place, `${ms.toFixed(0)} ms for ${sizeBytes} bytes (limit ${limitMs.toFixed(0)} ms)`);
    return false;
  }

  #limitMs(sizeBytes: number): number {
    return this.#subject.limitMs * (1 + sizeBytes / BYTES_PER_LIMIT);
  }

  #count(outcome: Outcome, ms: number, place: Place): void {
    this.tally.inputs += 1;
    this.tally[outcome] += 1;
    if (ms <= this.tally.slowestMs) return;
    this.tally.slowestMs = ms;
    this.tally.slowestAt = place;
  }

  /** The least time that the input takes when its batch is run again up to there. */
  #leastMs(place: Place): number {
    let leastMs = Infinity;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const step = this.#subject.open();
      let index = 0;
      for (const input of batchInputs(this.#subject, this.#seed, place.batch)) {
        const startedAt = performance.now();
        try {
          step(input);
        } catch {
          // It was looked at when it came up first.
        }
        if (index === place.index) leastMs = Math.min(leastMs, performance.now() - startedAt);
        if (index === place.index) break;
        index += 1;
      }
      step.close?.();
    }
    return leastMs;
  }

  /** False when there was a finding. */
  #checkMemory(place: Place): boolean {
    this.#untilMemoryCheck -= 1;
    if (this.#untilMemoryCheck > 0) return true;
    this.#untilMemoryCheck = MEMORY_CHECK_INPUTS;
    const { limitBytes } = this.#subject;
    if (usedBytes() - this.#baselineBytes <= limitBytes) return true;
    collectGarbage();
    const grown = usedBytes() - this.#baselineBytes;
    if (grown <= limitBytes) return true;
    const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;
    this.#found('memory', place, `grown by ${megabytes(grown)} (limit ${megabytes(limitBytes)})`);
    return false;
  }

  #found(kind: FindingKind, place: Place, message: string, stack = ''): void {
    this.#watcher.found({ subject: this.#subject.name, seed: this.#seed, ...place, kind, message, stack });
  }
}
