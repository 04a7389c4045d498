/** The processes that a running gateway has started: its recorders and its embedded storage. */
import { readdirSync, readFileSync } from 'node:fs';
import { isAlive, listProcesses } from '../../peers/processes.js';
import { waitFor } from '../../peers/wait.js';

const ENTRIES = { recorder: 'recorder/bundle/main.js', storage: 'azurite' } as const;

/** Process ids of the gateway's children of this kind. */
export function childrenOf(gatewayPid: number, kind: keyof typeof ENTRIES): number[] {
  const children = new Set(childIds(gatewayPid));
  return listProcesses()
    .filter(({ pid, command }) => children.has(pid) && command.some((word) => word.includes(ENTRIES[kind])))
    .map(({ pid }) => pid);
}

/** Waits for the one child of this kind, other than `except`. */
export function childOf(gatewayPid: number, kind: keyof typeof ENTRIES, except?: number): Promise<number> {
  return waitFor(`a ${kind} process`, () => childrenOf(gatewayPid, kind).find((pid) => pid !== except), 20_000);
}

export function waitForEnd(pids: readonly number[]): Promise<true> {
  return waitFor(`processes ${pids.join(', ')} to end`, () => !pids.some(isAlive), 15_000);
}

function childIds(pid: number): number[] {
  // A child belongs to the thread that started it.
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
      .split(' ')
      .filter((word) => word !== '')
      .map(Number),
  );
}
