/**
 * One program of the lab: in a process group of its own, with its output kept, ended by that group's id.
 * `setpriv --pdeathsig` ends it too when the test process is killed and nobody is left to clean up.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { listProcesses } from './processes.js';
import { waitFor } from './wait.js';

const MAX_LOG_CHARACTERS = 512 * 1024;
const GRACE_MS = 2000;
/** Servers that take two seconds to start have been seen to take twenty. */
const READY_TIMEOUT_MS = 60_000;

export interface PeerSpec {
  /** What logs and errors call it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment besides PATH and LANG: nothing else is inherited. HOME should be a scratch folder. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What the program reads on standard input; nothing when left out. */
  readonly input?: string;
  /** A file that the program logs to by itself; log() reads it too. */
  readonly logFile?: string;
}

export interface PeerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class PeerProcess {
  readonly name: string;
  readonly pid: number;
  /** Never rejects. */
  readonly exited: Promise<PeerExit>;
  #child: ChildProcess;
  #exit: PeerExit | undefined;
  #log = '';
  readonly #logFile: string | undefined;

  private constructor(spec: PeerSpec, child: ChildProcess, pid: number) {
    this.name = spec.name;
    this.pid = pid;
    this.#child = child;
    this.#logFile = spec.logFile;
    const collect = (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString('utf8')).slice(-MAX_LOG_CHARACTERS);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.stdin?.on('error', () => undefined); // a program that does not read its input is not a failure
    child.stdin?.end(spec.input ?? '');
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#exit = { code, signal };
        resolve(this.#exit);
      });
    });
  }

  static async start(spec: PeerSpec): Promise<PeerProcess> {
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', spec.command, ...spec.args], {
      detached: true,
      cwd: spec.cwd,
      env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LANG: 'C.UTF-8', ...spec.env },
      // The fourth is for programs that report on a file descriptor (Xvfb -displayfd).
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    if (child.pid === undefined) throw new Error(`${spec.name} has no process id`);
    return new PeerProcess(spec, child, child.pid);
  }

  /** What the program wrote to file descriptor 3, up to the end of its first line. */
  async reported(): Promise<string> {
    let text = '';
    this.#child.stdio[3]?.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    return this.ready('a report', () => (text.includes('\n') ? text.trim() : undefined));
  }

  /** Standard output and standard error as they came (the last 512 KiB), and the program's own log file. */
  log(): string {
    if (this.#logFile === undefined || !existsSync(this.#logFile)) return this.#log;
    return `${this.#log}${readFileSync(this.#logFile, 'utf8').slice(-MAX_LOG_CHARACTERS)}`;
  }

  isRunning(): boolean {
    return this.#exit === undefined;
  }

  /** Waits for a sign of the program; an early end or a timeout is an error that carries its log. */
  async ready<T>(
    what: string,
    look: () => T | undefined | false | Promise<T | undefined | false>,
    timeoutMs = READY_TIMEOUT_MS,
  ): Promise<T> {
    try {
      return await waitFor(
        `${what} of ${this.name}`,
        async () => {
          const answer = await look();
          if ((answer === undefined || answer === false) && !this.isRunning()) {
            throw new Error(`${this.name} ended with ${this.#exit?.code ?? this.#exit?.signal} before ${what}`);
          }
          return answer;
        },
        timeoutMs,
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${lastLines(this.log())}`, { cause: error });
    }
  }

  /** Ends the whole process group: politely, then by force. Safe to call again. */
  async stop(): Promise<PeerExit> {
    this.#signal('SIGTERM');
    await Promise.race([this.exited, delay(GRACE_MS, undefined, { ref: false })]);
    this.#signal('SIGKILL');
    const exit = await this.exited;
    // The kernel ends the others of the group in its own time.
    const isEmpty = () => !listProcesses().some(({ group }) => group === this.pid);
    await waitFor(`the process group of ${this.name} to end`, isEmpty);
    return exit;
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

export function lastLines(text: string, count = 40): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
