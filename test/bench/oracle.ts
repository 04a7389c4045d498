/** The other decoder that ours are measured against. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/database/compiled-entry.js';

const SOURCE = join(packageRoot(), 'test/bench/libfreerdp-speed.c');

/** Its program, built in `folder` where none is named; an empty path, and why, where there is none. */
export function oracleProgram(folder: string): { readonly program: string; readonly name: string } {
  const named = process.env['WITNESS_ORACLE'] ?? '';
  if (named !== '') return { program: named, name: named };
  const program = join(folder, 'libfreerdp-speed');
  const run = (command: string, ...rest: string[]): string =>
    execFileSync(command, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const flags = run('pkg-config', '--cflags', '--libs', 'freerdp2', 'winpr2').trim().split(/\s+/);
    run('gcc', '-O2', '-w', SOURCE, '-o', program, ...flags);
    return { program, name: `libfreerdp ${run('pkg-config', '--modversion', 'freerdp2').trim()}` };
  } catch {
    return { program: '', name: 'nothing: gcc, pkg-config and freerdp2-dev are not all there' };
  }
}
