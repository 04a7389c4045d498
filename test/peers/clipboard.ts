/** The clipboard of an X display, with xclip: what a program there copies, and what a program there would paste. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { displayEnv, type Display, type Lab } from './lab.js';
import type { PeerProcess } from './peer-process.js';

/** Copies text; the clipboard is this program's as long as it runs. */
export async function copyText(lab: Lab, display: Display, text: string): Promise<PeerProcess> {
  const folder = lab.scratch('clipboard');
  const file = join(folder, 'copied.txt');
  await writeFile(file, text);
  return lab.start({
    name: 'xclip',
    command: 'xclip',
    args: ['-quiet', '-selection', 'clipboard', '-i', file],
    env: { HOME: folder, ...displayEnv(display) },
  });
}

/** The text on the clipboard; undefined when there is none, or its owner gives none. */
export async function pastedText(lab: Lab, display: Display): Promise<string | undefined> {
  const args = ['2', 'xclip', '-selection', 'clipboard', '-o', '-t', 'UTF8_STRING'];
  return lab.run('timeout', args, displayEnv(display)).catch(() => undefined);
}
