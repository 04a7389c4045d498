/** What a client does, from fast-path and slow-path input alike, [MS-RDPBCGR] 2.2.8.1. */
import { decodeFastPathInput, type FastPathInputEvent } from '../rdp/session/fast-path-input.js';
import { decodeInput, type InputEvent } from '../rdp/session/input.js';
import {
  FASTPATH_INPUT_KBDFLAGS_EXTENDED,
  FASTPATH_INPUT_KBDFLAGS_RELEASE,
  KBDFLAGS_EXTENDED,
  KBDFLAGS_RELEASE,
  TS_SYNC_CAPS_LOCK,
} from '../rdp/session/input-flags.js';
import { Reader } from '../rdp/wire/reader.js';

export type DesktopInput =
  | { readonly kind: 'key'; readonly scancode: number; readonly isExtended: boolean; readonly isReleased: boolean }
  | { readonly kind: 'unicode'; readonly character: string; readonly isReleased: boolean }
  /** PTRFLAGS_* */
  | { readonly kind: 'mouse'; readonly flags: number; readonly x: number; readonly y: number }
  | { readonly kind: 'synchronize'; readonly capsLock: boolean };

function fromFastPath(event: FastPathInputEvent): DesktopInput | null {
  switch (event.kind) {
    case 'scancode':
      return {
        kind: 'key',
        scancode: event.keyCode,
        isExtended: (event.eventFlags & FASTPATH_INPUT_KBDFLAGS_EXTENDED) !== 0,
        isReleased: (event.eventFlags & FASTPATH_INPUT_KBDFLAGS_RELEASE) !== 0,
      };
    case 'unicode': {
      const isReleased = (event.eventFlags & FASTPATH_INPUT_KBDFLAGS_RELEASE) !== 0;
      return { kind: 'unicode', character: String.fromCharCode(event.unicodeCode), isReleased };
    }
    case 'mouse':
      return { kind: 'mouse', flags: event.pointerFlags, x: event.xPos, y: event.yPos };
    case 'sync':
      return { kind: 'synchronize', capsLock: (event.eventFlags & TS_SYNC_CAPS_LOCK) !== 0 };
    default:
      return null;
  }
}

function fromSlowPath(event: InputEvent): DesktopInput | null {
  switch (event.kind) {
    case 'scancode':
      return {
        kind: 'key',
        scancode: event.keyCode,
        isExtended: (event.keyboardFlags & KBDFLAGS_EXTENDED) !== 0,
        isReleased: (event.keyboardFlags & KBDFLAGS_RELEASE) !== 0,
      };
    case 'unicode': {
      const isReleased = (event.keyboardFlags & KBDFLAGS_RELEASE) !== 0;
      return { kind: 'unicode', character: String.fromCharCode(event.unicodeCode), isReleased };
    }
    case 'mouse':
      return { kind: 'mouse', flags: event.pointerFlags, x: event.xPos, y: event.yPos };
    case 'sync':
      return { kind: 'synchronize', capsLock: (event.toggleFlags & TS_SYNC_CAPS_LOCK) !== 0 };
    default:
      return null;
  }
}

/** Events of a whole fast-path input PDU; kinds that the desktop has no use for are left out. */
export function readFastPathInput(pdu: Uint8Array): DesktopInput[] {
  const { events } = decodeFastPathInput(new Reader(pdu, 'fast-path input'));
  return events.map(fromFastPath).filter((event) => event !== null);
}

/** Events of an Input Event PDU, from behind its Share Data Header. */
export function readSlowPathInput(payload: Uint8Array): DesktopInput[] {
  return decodeInput(new Reader(payload, 'input'))
    .map(fromSlowPath)
    .filter((event) => event !== null);
}
