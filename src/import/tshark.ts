/**
 * tshark as a child process, without a shell: it takes a capture apart and undoes TLS. What it prints is read line by line
 * as it comes; it runs with nobody's preferences, plug-ins or profiles.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { ImportError } from './import-error.js';

/** A packet's payload in hexadecimal is the longest line: an IP packet reassembled to 64 KiB, twice. */
const MAX_LINE_CHARACTERS = 256 * 1024;
const MAX_ERROR_CHARACTERS = 4096;
/** tshark ends with an error at a file that a crash or a full disk cut off, after it has told everything before. */
const CUT_SHORT = 'cut short';

export interface TsharkResult {
  /** True when the file ends within a packet. */
  readonly cutShort: boolean;
}

/**
 * Runs tshark and calls `onLine` for each line that it prints; reading waits while `onLine` does.
 * @throws ImportError `tshark-missing`, `capture-unreadable` or `tshark-failed`.
 */
export async function runTshark(
  args: readonly string[],
  onLine: (line: string) => Promise<void> | void,
): Promise<TsharkResult> {
  const home = await mkdtemp(path.join(tmpdir(), 'witness-tshark-'));
  try {
    return await run(args, home, onLine);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function run(
  args: readonly string[],
  home: string,
  onLine: (line: string) => Promise<void> | void,
): Promise<TsharkResult> {
  const child = spawn('tshark', [...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: home, LANG: 'C.UTF-8', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, MAX_ERROR_CHARACTERS);
  });
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', (error) => reject(startError(error)));
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  // Whoever reads the lines may give up before the process does; its end is awaited all the same.
  ended.catch(() => {});
  try {
    await readLines(child.stdout, onLine);
  } catch (error) {
    child.kill('SIGKILL');
    await ended.catch(() => {});
    throw error;
  }
  const status = await ended;
  if (status === 0) return { cutShort: false };
  if (said.includes(CUT_SHORT)) return { cutShort: true };
  throw failure(status, said);
}

function startError(error: Error): Error {
  if (!('code' in error) || error.code !== 'ENOENT') return error;
  return new ImportError(
    'tshark-missing',
    'tshark is not installed; install it (Debian and Ubuntu: apt install tshark) and import again',
  );
}

function failure(status: number | string, said: string): ImportError {
  const sentences = said.split('\n').filter((line) => line.startsWith('tshark: '));
  const sentence = (sentences[0] ?? '').slice('tshark: '.length).replaceAll(/[^ -~]/g, '?');
  if (/isn't a capture file|doesn't exist|permission|is a directory|damaged|corrupt/i.test(sentence)) {
    return new ImportError('capture-unreadable', `the capture cannot be read: ${sentence}`);
  }
  return new ImportError('tshark-failed', `tshark ended with ${status}${sentence === '' ? '' : `: ${sentence}`}`);
}

async function readLines(stdout: Readable, onLine: (line: string) => Promise<void> | void): Promise<void> {
  let rest = '';
  for await (const text of stdout.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_CHARACTERS) throw new ImportError('tshark-failed', 'tshark printed a line without end');
    for (const line of lines) {
      const waiting = onLine(line);
      if (waiting !== undefined) await waiting;
    }
  }
  if (rest !== '') await onLine(rest);
}
