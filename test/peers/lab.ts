/**
 * What a test file starts, and its end: scratch folders, programs, Linux users. Everything is ended in reverse order
 * after the file's tests, and the programs' logs are shown when one of them failed.
 */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach } from 'vitest';
import { socketsOf, type ListeningSocket } from './listening-sockets.js';
import { lastLines, PeerProcess, type PeerSpec } from './peer-process.js';
import { listProcesses } from './processes.js';

const run = promisify(execFile);

/** An X display and what it takes to open it. */
export interface Display {
  /** Such as `:91`. */
  readonly name: string;
  readonly xauthority?: string;
}

export class Lab {
  #directory: string | undefined;
  #peers: PeerProcess[] = [];
  #cleanups: (() => Promise<void>)[] = [];
  #scratchCount = 0;

  /** A folder of its own that any user may pass through and root alone may list. */
  scratch(name: string): string {
    if (this.#directory === undefined) {
      this.#directory = mkdtempSync(join(tmpdir(), 'witness-lab-'));
      chmodSync(this.#directory, 0o711);
    }
    this.#scratchCount += 1;
    const folder = join(this.#directory, `${name}-${this.#scratchCount}`);
    mkdirSync(folder, { mode: 0o711 });
    return folder;
  }

  async start(spec: PeerSpec): Promise<PeerProcess> {
    const peer = await PeerProcess.start(spec);
    this.#peers.push(peer);
    this.onClose(async () => {
      await peer.stop();
    });
    return peer;
  }

  /** Runs a short program to its end. Rejects when it fails; the error has its standard error. */
  async run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const { stdout } = await run(command, [...args], {
      env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LANG: 'C.UTF-8', ...env },
      timeout: 45_000,
    });
    return stdout;
  }

  onClose(cleanup: () => Promise<void>): void {
    this.#cleanups.push(cleanup);
  }

  /** The TCP sockets on which anything that this lab started listens, its sessions' programs included. */
  listeningSockets(): ListeningSocket[] {
    const groups = new Set(this.#peers.map(({ pid }) => pid));
    return socketsOf(
      listProcesses()
        .filter(({ group }) => groups.has(group))
        .map(({ pid }) => pid),
    );
  }

  /** The last lines of every program's output. */
  logs(): string {
    return this.#peers
      .map((peer) => `--- ${peer.name} (${peer.isRunning() ? 'running' : 'ended'})\n${lastLines(peer.log())}`)
      .join('\n');
  }

  /** Ends everything, the last first. All cleanups run; the first error is thrown then. */
  async close(): Promise<void> {
    const errors: unknown[] = [];
    for (const cleanup of this.#cleanups.splice(0).toReversed()) {
      await cleanup().catch((error: unknown) => errors.push(error));
    }
    this.#peers = [];
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true, force: true, maxRetries: 3 });
    this.#directory = undefined;
    if (errors.length > 0) throw errors[0];
  }
}

/** A lab for the tests of the surrounding `describe`, closed after them. */
export function useLab(): Lab {
  const lab = new Lab();
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${lab.logs()}\n`);
  });
  afterAll(() => lab.close());
  return lab;
}

/** The environment with which a program opens the display. */
export function displayEnv(display: Display): Record<string, string> {
  return { DISPLAY: display.name, ...(display.xauthority === undefined ? {} : { XAUTHORITY: display.xauthority }) };
}
