/** What a scripted client does, and the input events that do it. */
import type { FastPathInputEvent } from '../rdp/session/fast-path-input.js';
import {
  FASTPATH_INPUT_KBDFLAGS_RELEASE,
  PTRFLAGS_BUTTON1,
  PTRFLAGS_DOWN,
  PTRFLAGS_MOVE,
} from '../rdp/session/input-flags.js';
import { LEFT_SHIFT, strokeOf } from './us-keyboard.js';

export type ScriptStep =
  /** Types text, `\n` and `\b` included: scancodes of a US keyboard, Unicode events for the rest. */
  | { readonly type: 'type'; readonly text: string; readonly intervalMs?: number }
  /** Moves the pointer from point to point. */
  | {
      readonly type: 'move';
      readonly path: readonly { readonly x: number; readonly y: number }[];
      readonly intervalMs?: number;
    }
  /** Presses and releases the left button. */
  | { readonly type: 'click'; readonly x: number; readonly y: number }
  | { readonly type: 'wait'; readonly durationMs: number }
  /** Asks the server to send the whole desktop again. */
  | { readonly type: 'refresh' }
  | { readonly type: 'suppress-output'; readonly suppress: boolean };

export function moveEvent(x: number, y: number): FastPathInputEvent {
  return { kind: 'mouse', pointerFlags: PTRFLAGS_MOVE, xPos: x, yPos: y };
}

/** The left button goes down and up. */
export function clickEvents(x: number, y: number): FastPathInputEvent[] {
  return [PTRFLAGS_BUTTON1 | PTRFLAGS_DOWN, PTRFLAGS_BUTTON1].map((pointerFlags) => ({
    kind: 'mouse',
    pointerFlags,
    xPos: x,
    yPos: y,
  }));
}

/** Key down and up, with the shift key around it where the character needs it. */
export function keyEvents(character: string): FastPathInputEvent[] {
  const stroke = strokeOf(character);
  const up = FASTPATH_INPUT_KBDFLAGS_RELEASE;
  if (stroke === undefined) {
    // Beyond the basic plane a character is two events.
    return Array.from({ length: character.length }, (_unused, index) => character.charCodeAt(index)).flatMap(
      (unicodeCode) => [
        { kind: 'unicode', eventFlags: 0, unicodeCode },
        { kind: 'unicode', eventFlags: up, unicodeCode },
      ],
    );
  }
  const key: FastPathInputEvent[] = [
    { kind: 'scancode', eventFlags: 0, keyCode: stroke.scancode },
    { kind: 'scancode', eventFlags: up, keyCode: stroke.scancode },
  ];
  if (!stroke.shift) return key;
  return [
    { kind: 'scancode', eventFlags: 0, keyCode: LEFT_SHIFT },
    ...key,
    { kind: 'scancode', eventFlags: up, keyCode: LEFT_SHIFT },
  ];
}
