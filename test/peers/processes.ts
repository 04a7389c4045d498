/** The processes of this machine, as far as the harness must know them: from /proc. */
import { readdirSync, readFileSync, statSync } from 'node:fs';

export interface ProcessEntry {
  readonly pid: number;
  readonly uid: number;
  readonly group: number;
  readonly command: readonly string[];
}

export function listProcesses(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The name in the second field may hold spaces and parentheses; the fields after the last one do not.
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) /s, '');
        const [state, , group] = stat.split(' ');
        if (state === 'Z') return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').slice(0, -1);
        return [{ pid: Number(name), uid: statSync(`/proc/${name}`).uid, group: Number(group), command }];
      } catch {
        return []; // ended while we looked
      }
    });
}

export function isAlive(pid: number): boolean {
  return listProcesses().some((entry) => entry.pid === pid);
}
