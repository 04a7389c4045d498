/** A person at a display: typing and pointing with xdotool. */
import { displayEnv, type Display, type Lab } from './lab.js';

const KEY_INTERVAL_MS = 15;

/** Types into the window that has the focus. */
export async function typeText(lab: Lab, display: Display, text: string): Promise<void> {
  await lab.run('xdotool', ['type', '--delay', String(KEY_INTERVAL_MS), '--', text], displayEnv(display));
}

/** Presses and releases a key by its X name, such as `Return` or `ctrl+alt+Delete`. */
export async function pressKey(lab: Lab, display: Display, key: string): Promise<void> {
  await lab.run('xdotool', ['key', '--', key], displayEnv(display));
}

export async function movePointer(lab: Lab, display: Display, x: number, y: number): Promise<void> {
  await lab.run('xdotool', ['mousemove', '--', String(x), String(y)], displayEnv(display));
}

/** Where the display's pointer is. */
export async function pointerPosition(lab: Lab, display: Display): Promise<{ x: number; y: number }> {
  const text = await lab.run('xdotool', ['getmouselocation', '--shell'], displayEnv(display));
  return { x: Number(/^X=(\d+)$/m.exec(text)?.[1]), y: Number(/^Y=(\d+)$/m.exec(text)?.[1]) };
}

/** Clicks a button (1: left, 2: middle, 3: right) at a place. */
export async function click(lab: Lab, display: Display, x: number, y: number, button = 1): Promise<void> {
  await lab.run('xdotool', ['mousemove', String(x), String(y), 'click', String(button)], displayEnv(display));
}

/** Drags with the left button: down and right by each of these offsets in turn. */
export async function drag(
  lab: Lab,
  display: Display,
  { x, y }: { readonly x: number; readonly y: number },
  offsets: readonly number[],
): Promise<void> {
  const steps = offsets.flatMap((by) => ['mousemove', String(x + by), String(y + by), 'sleep', '0.1']);
  const args = ['mousemove', String(x), String(y), 'mousedown', '1', 'sleep', '0.1', ...steps, 'mouseup', '1'];
  await lab.run('xdotool', args, displayEnv(display));
}

/** The X id of a visible window of this class, if there is one. */
export async function findWindow(lab: Lab, display: Display, windowClass: string): Promise<string | undefined> {
  try {
    const ids = await lab.run('xdotool', ['search', '--onlyvisible', '--class', windowClass], displayEnv(display));
    return ids.trim().split('\n')[0] || undefined;
  } catch {
    return undefined; // xdotool exits with 1 while it finds none
  }
}

/** Gives a window the keyboard: without a window manager nobody else does. */
export async function focusWindow(lab: Lab, display: Display, id: string): Promise<void> {
  await lab.run('xdotool', ['windowfocus', '--sync', id], displayEnv(display));
}
