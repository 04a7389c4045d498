/** What is measured: a gateway process, and the bare relay. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SessionCreated, SessionInfo, TargetInfo } from '../../src/contract/api.js';
import { ApiClient } from '../e2e/support/api-client.js';

const DIST = fileURLToPath(new URL('../..', import.meta.url));
const ROOT = path.dirname(path.resolve(DIST));

export interface GatewaySubject {
  readonly pid: number;
  readonly rdpPort: number;
  readonly api: ApiClient;
  stop(): Promise<void>;
}

/** Starts `witness start` on a scratch folder. */
export async function startGatewaySubject(): Promise<GatewaySubject> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'witness-bench-'));
  const settings = {
    WITNESS_DATA: dataDir,
    WITNESS_RDP_PORT: '0',
    WITNESS_HTTP_PORT: '0',
    WITNESS_PUBLIC_HOST: '127.0.0.1',
    WITNESS_DEMO_TARGET: 'off',
    WITNESS_TLS_ONLY_TICKETS: 'on',
    WITNESS_LOG_LEVEL: 'warn',
  };
  const child = spawn(process.execPath, [path.join(ROOT, 'bin', 'witness.js'), 'start'], {
    env: { PATH: process.env['PATH'], HOME: dataDir, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const log = await untilPrinted(child, /Stop {3}with/);
  const rdpPort = Number(/\/v:127\.0\.0\.1:(\d+)/.exec(log)?.[1]);
  const api = new ApiClient(Number(/https:\/\/127\.0\.0\.1:(\d+)/.exec(log)?.[1]));
  await api.signIn(/#token=([A-Za-z0-9_-]+)/.exec(log)?.[1] ?? '');
  const stop = async (): Promise<void> => {
    await ended(child, () => child.kill('SIGTERM'));
    await rm(dataDir, { recursive: true, force: true });
  };
  return { pid: child.pid ?? 0, rdpPort, api, stop };
}

export interface RelaySubject {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startBareRelay(targetPort: number): Promise<RelaySubject> {
  const entry = fileURLToPath(new URL('bare-relay.js', import.meta.url));
  const child = spawn(process.execPath, [entry, String(targetPort)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = Number((await untilPrinted(child, /^\d+\n/)).trim());
  return { port, stop: () => ended(child, () => child.stdin?.end()) };
}

function untilPrinted(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (pattern.test(text)) resolve(text);
    });
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${text}`)));
  });
}

function ended(child: ChildProcess, end: () => void): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) {
      resolve();
      return;
    }
    child.once('exit', () => resolve());
    end();
  });
}

export async function requestSession(api: ApiClient, target: TargetInfo): Promise<SessionCreated> {
  return api.requestSession(target);
}

/** Waits until the recording of a session is finished. */
export function finishedSession(api: ApiClient, id: string): Promise<SessionInfo> {
  return api.waitForSession(id, 'a finished recording', (info) => info.recording === 'finished', 300_000);
}

/** CPU seconds that a process and its live or ended children have used, storage left out. Linux only. */
export function cpuSeconds(pid: number): number {
  const ticks = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== null)
    .filter((stat) => stat.pid === pid || (stat.parent === pid && isRecorder(stat.command)))
    // Of ended children only the gateway's own figure tells; storage lives as long as the gateway.
    .reduce((sum, stat) => sum + stat.own + (stat.pid === pid ? stat.children : 0), 0);
  return ticks / CLOCK_TICKS_A_SECOND;
}

/** One that has ended and was not waited for has no command line any more. */
function isRecorder(command: string): boolean {
  return command === '' || command.includes('recorder/bundle/main');
}

const CLOCK_TICKS_A_SECOND = 100;

function statOf(pid: number): { pid: number; parent: number; own: number; children: number; command: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent, user, system, childUser, childSystem] = [fields[1], fields[11], fields[12], fields[13], fields[14]];
    return {
      pid,
      parent: parent ?? 0,
      own: (user ?? 0) + (system ?? 0),
      children: (childUser ?? 0) + (childSystem ?? 0),
      command,
    };
  } catch {
    return null;
  }
}
