/** Where the client's pointer is: read from its input, which is never changed. */
import { decodeFastPathInput } from '../session/fast-path-input.js';
import { PTRFLAGS_HWHEEL, PTRFLAGS_WHEEL } from '../session/input-flags.js';
import { decodeInput } from '../session/input.js';
import { DecodeError } from '../wire/errors.js';
import { Reader } from '../wire/reader.js';

export interface PointerPosition {
  readonly x: number;
  readonly y: number;
}

interface MouseLike {
  readonly kind: string;
  readonly pointerFlags?: number;
  readonly xPos?: number;
  readonly yPos?: number;
}

/** Wheel events carry a rotation; their position means nothing. */
function positionOf(event: MouseLike): PointerPosition | null {
  if (event.kind !== 'mouse' && event.kind !== 'mouse-x') return null;
  const wheel = event.kind === 'mouse' && ((event.pointerFlags ?? 0) & (PTRFLAGS_WHEEL | PTRFLAGS_HWHEEL)) !== 0;
  return wheel ? null : { x: event.xPos ?? 0, y: event.yPos ?? 0 };
}

function last(read: () => readonly MouseLike[]): PointerPosition | null {
  let events: readonly MouseLike[];
  try {
    events = read();
  } catch (error) {
    // What the input means is the target's business; an event that is not known here moves no pointer.
    if (error instanceof DecodeError) return null;
    throw error;
  }
  let found: PointerPosition | null = null;
  for (const event of events) found = positionOf(event) ?? found;
  return found;
}

/** Last position in a fast-path input PDU; null when it has none. */
export function fastPathPointerPosition(pdu: Uint8Array): PointerPosition | null {
  return last(() => decodeFastPathInput(new Reader(pdu, 'FastPathInput')).events);
}

/** Last position in the payload of a slow-path input PDU; null when it has none. */
export function slowPathPointerPosition(payload: Uint8Array): PointerPosition | null {
  return last(() => decodeInput(new Reader(payload, 'Input')));
}
