/**
 * A desktop to look at: openbox, and one xterm with a font of fixed size that runs a program. The default program keeps
 * what is typed, so that a test can tell which text arrived; colours and edges come with the window's frame.
 */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findWindow } from './input.js';
import { displayEnv, type Display, type Lab } from './lab.js';
import type { PeerProcess } from './peer-process.js';
import { waitFor } from './wait.js';

const FONT = 'DejaVu Sans Mono:pixelsize=15';
/** Else xterm hides the pointer while somebody types, and freerdp-shadow does not always tell that it is shown again. */
const POINTER_STAYS = "-xrm 'XTerm*pointerMode: 0'";

export interface DesktopOptions {
  /** A shell command that the terminal runs, instead of keeping what is typed. The terminal closes when it ends. */
  readonly program?: string;
  readonly columns?: number;
  readonly rows?: number;
}

/** The script that starts the desktop and ends with its window manager. `home` takes the typed text. */
export async function writeDesktopScript(
  folder: string,
  home: string,
  { program, columns = 80, rows = 24 }: DesktopOptions,
): Promise<string> {
  const file = (name: string) => join(folder, name);
  const scripts = {
    'program.sh': program ?? `exec cat >>'${typedFile(home)}'`,
    'terminal.sh': `exec xterm -T desktop ${POINTER_STAYS} -fa '${FONT}' -geometry ${columns}x${rows}+24+24 -e '${file('program.sh')}'`,
    // A window that is there before the window manager would not get the keyboard.
    'desktop.sh': `exec openbox --startup '${file('terminal.sh')}'`,
  };
  for (const [name, text] of Object.entries(scripts)) {
    await writeFile(file(name), `#!/bin/sh\n${text}\n`);
    await chmod(file(name), 0o755);
  }
  return file('desktop.sh');
}

/** Waits until the terminal kept a line with this text (a line is kept when Return is pressed). */
export async function waitForTypedLine(home: string, line: string): Promise<void> {
  await waitFor(`the typed line "${line}"`, async () => {
    const text = await readFile(typedFile(home), 'utf8').catch(() => '');
    return text.split('\n').includes(line);
  });
}

function typedFile(home: string): string {
  return join(home, 'typed.txt');
}

export interface Desktop {
  readonly home: string;
  readonly process: PeerProcess;
}

/** Starts the desktop on a display of the lab; resolves when the terminal's window is there and has the keyboard. */
export async function startDesktop(lab: Lab, display: Display, options: DesktopOptions = {}): Promise<Desktop> {
  const home = lab.scratch('desktop');
  const process = await lab.start({
    name: 'desktop',
    command: await writeDesktopScript(home, home, options),
    args: [],
    env: { HOME: home, ...displayEnv(display) },
  });
  await waitForDesktop(lab, display);
  return { home, process };
}

/** Waits until the desktop's terminal is shown and focused by its window manager. */
export async function waitForDesktop(lab: Lab, display: Display): Promise<void> {
  await waitFor(`a focused terminal on ${display.name}`, async () => {
    const id = await findWindow(lab, display, 'xterm');
    const focused = await lab.run('xdotool', ['getwindowfocus'], displayEnv(display)).catch(() => '');
    return id !== undefined && focused.trim() === id;
  });
}
