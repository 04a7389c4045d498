/** A run: child processes take tasks until all are done or time is over; what hangs or dies is run again with care. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compiledEntry } from '../../src/database/compiled-entry.js';
import { signature, writeFinding } from './findings.js';
import { planTasks } from './plan.js';
import type { FromChild, Task } from './protocol.js';
import { addTally, emptyTally, type Finding, type FindingKind, type Place, type Tally } from './run-batches.js';
import type { Subject } from './subject.js';

const CHILD_FLAGS = ['--expose-gc', '--max-old-space-size=512'];
/** A child that has said nothing for so long hangs: no input may take so much, and it says something twice a second. */
const HUNG_MS = 20_000;
const WATCH_MS = 1000;

export interface RunOptions {
  readonly subjects: readonly Subject[];
  readonly seed: number;
  /** Of all subjects together. */
  readonly inputs: number;
  /** The run ends after this time, whatever is left. */
  readonly seconds: number;
  readonly jobs: number;
}

export interface RunResult {
  readonly tallies: ReadonlyMap<string, Tally>;
  /** The first of those that look alike. */
  readonly findings: readonly Finding[];
  readonly inputs: number;
  readonly seconds: number;
}

interface Worker {
  readonly child: ChildProcess;
  readonly errors: string[];
  task: Task | null;
  place: Place | null;
  heardAt: number;
  hung: boolean;
}

export class Run {
  readonly #options: RunOptions;
  readonly #tasks: Task[];
  readonly #careful: Task[] = [];
  readonly #workers = new Set<Worker>();
  readonly #tallies = new Map<string, Tally>();
  readonly #findings = new Map<string, Finding>();
  readonly #startedAt = performance.now();
  readonly #onFinding: (finding: Finding, path: string) => void;
  #over: (result: RunResult) => void = () => {};

  constructor(options: RunOptions, onFinding: (finding: Finding, path: string) => void) {
    this.#options = options;
    this.#onFinding = onFinding;
    this.#tasks = planTasks(options.subjects, options.seed, options.inputs);
    for (const { name } of options.subjects) this.#tallies.set(name, emptyTally());
  }

  get result(): RunResult {
    const inputs = [...this.#tallies.values()].reduce((sum, tally) => sum + tally.inputs, 0);
    const seconds = (performance.now() - this.#startedAt) / 1000;
    return { tallies: this.#tallies, findings: [...this.#findings.values()], inputs, seconds };
  }

  async finish(): Promise<RunResult> {
    const watch = setInterval(() => this.#killHung(), WATCH_MS);
    try {
      return await new Promise((resolve) => {
        this.#over = resolve;
        const jobs = Math.max(1, Math.min(this.#options.jobs, this.#tasks.length));
        for (let job = 0; job < jobs; job += 1) this.#start();
      });
    } finally {
      clearInterval(watch);
    }
  }

  #start(): void {
    const child = fork(fileURLToPath(compiledEntry('test/fuzz/child.js')), {
      execArgv: CHILD_FLAGS,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const worker: Worker = { child, errors: [], task: null, place: null, heardAt: performance.now(), hung: false };
    this.#workers.add(worker);
    child.stderr?.on('data', (chunk: Buffer) => worker.errors.push(chunk.toString()));
    child.on('message', (message: FromChild) => this.#heard(worker, message));
    child.on('exit', (code, signal) => this.#closed(worker, signal ?? `exit code ${code}`));
  }

  #heard(worker: Worker, message: FromChild): void {
    worker.heardAt = performance.now();
    switch (message.type) {
      case 'at':
        worker.place = message.place;
        return;
      case 'finding':
        this.#found(message.finding);
        return;
      case 'done': {
        const tally = worker.task === null ? undefined : this.#tallies.get(worker.task.subject);
        if (tally !== undefined) addTally(tally, message.tally);
        this.#next(worker);
        return;
      }
      case 'ready':
        this.#next(worker);
    }
  }

  #next(worker: Worker): void {
    const timeIsOver = performance.now() - this.#startedAt > this.#options.seconds * 1000;
    worker.task = this.#careful.shift() ?? (timeIsOver ? undefined : this.#tasks.shift()) ?? null;
    worker.place = null;
    if (worker.task === null) worker.child.disconnect();
    else worker.child.send(worker.task);
  }

  #killHung(): void {
    for (const worker of this.#workers) {
      if (worker.task === null || performance.now() - worker.heardAt < HUNG_MS) continue;
      worker.hung = true;
      worker.child.kill('SIGKILL');
    }
  }

  #closed(worker: Worker, how: string): void {
    this.#workers.delete(worker);
    if (worker.task !== null) {
      this.#lost(worker, worker.task, how);
      this.#start();
    } else if (this.#workers.size === 0) {
      this.#over(this.result);
    }
  }

  /** A child is gone in the middle of a task. The second time it is known which input did it. */
  #lost(worker: Worker, task: Task, how: string): void {
    if (!task.careful) {
      this.#careful.push({ ...task, careful: true });
      return;
    }
    const kind: FindingKind = worker.hung ? 'hung' : 'died';
    const place = worker.place ?? { batch: task.firstBatch, index: 0 };
    const message = worker.hung ? `nothing for ${HUNG_MS / 1000} s` : how;
    const { subject, seed } = task;
    this.#found({ subject, seed, ...place, kind, message, stack: worker.errors.join('') });
    const firstBatch = place.batch + 1;
    const batches = task.firstBatch + task.batches - firstBatch;
    if (batches > 0) this.#tasks.unshift({ ...task, firstBatch, batches, careful: false });
  }

  #found(finding: Finding): void {
    const key = signature(finding);
    if (this.#findings.has(key)) return;
    this.#findings.set(key, finding);
    this.#onFinding(finding, writeFinding(finding));
  }
}
