/** Client Fast-Path Input Event PDU, [MS-RDPBCGR] 2.2.8.1.2: a PDU of its own, without TPKT and MCS. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { decodeFastPathHeader, encodeFastPath } from './fast-path-header.js';

/** The upper three bits of eventHeader. */
export const FastPathEventCode = {
  scancode: 0,
  mouse: 1,
  mouseX: 2,
  sync: 3,
  unicode: 4,
  mouseRelative: 5,
  qoeTimestamp: 6,
} as const;

const FLAGS_MASK = 0x1f;
const MAX_EVENTS = 255;
/** More events than this need a byte of their own for their number. */
const MAX_EVENTS_IN_HEADER = 15;

/** What happened; `eventFlags` are five bits, named in input-flags.ts. Coordinates are pixels of the desktop. */
export type FastPathInputEvent =
  | { readonly kind: 'scancode'; readonly eventFlags: number; readonly keyCode: number }
  | { readonly kind: 'mouse'; readonly pointerFlags: number; readonly xPos: number; readonly yPos: number }
  | { readonly kind: 'mouse-x'; readonly pointerFlags: number; readonly xPos: number; readonly yPos: number }
  | { readonly kind: 'sync'; readonly eventFlags: number }
  | { readonly kind: 'unicode'; readonly eventFlags: number; readonly unicodeCode: number }
  | { readonly kind: 'mouse-relative'; readonly pointerFlags: number; readonly xDelta: number; readonly yDelta: number }
  | { readonly kind: 'qoe-timestamp'; readonly timestamp: number };

export interface FastPathInput {
  /** Two bits that belong to Standard RDP Security; 0 under TLS. */
  readonly flags: number;
  readonly events: readonly FastPathInputEvent[];
}

function decodeEvent(reader: Reader): FastPathInputEvent {
  const eventHeader = reader.u8();
  const eventFlags = eventHeader & FLAGS_MASK;
  switch (eventHeader >> 5) {
    case FastPathEventCode.scancode:
      return { kind: 'scancode', eventFlags, keyCode: reader.u8() };
    case FastPathEventCode.mouse:
      return { kind: 'mouse', pointerFlags: reader.u16(), xPos: reader.u16(), yPos: reader.u16() };
    case FastPathEventCode.mouseX:
      return { kind: 'mouse-x', pointerFlags: reader.u16(), xPos: reader.u16(), yPos: reader.u16() };
    case FastPathEventCode.sync:
      return { kind: 'sync', eventFlags };
    case FastPathEventCode.unicode:
      return { kind: 'unicode', eventFlags, unicodeCode: reader.u16() };
    case FastPathEventCode.mouseRelative:
      return { kind: 'mouse-relative', pointerFlags: reader.u16(), xDelta: reader.i16(), yDelta: reader.i16() };
    case FastPathEventCode.qoeTimestamp:
      return { kind: 'qoe-timestamp', timestamp: reader.u32() };
    default:
      // Its length is not known, so nothing behind it can be read either.
      throw reader.error('invalid', 'eventCode');
  }
}

/** Takes one whole PDU, its header byte included. Throws "unsupported" when Standard RDP Security encrypted it. */
export function decodeFastPathInput(reader: Reader): FastPathInput {
  const { numEvents, flags, body } = decodeFastPathHeader(reader, 'FastPathInput');
  const count = numEvents === 0 ? body.u8() : numEvents;
  return { flags, events: Array.from({ length: count }, () => decodeEvent(body)) };
}

function writeEvent(writer: Writer, event: FastPathInputEvent): void {
  const header = (eventCode: number, eventFlags = 0) => writer.u8((eventCode << 5) | eventFlags);
  switch (event.kind) {
    case 'scancode':
      header(FastPathEventCode.scancode, event.eventFlags).u8(event.keyCode);
      break;
    case 'mouse':
      header(FastPathEventCode.mouse).u16(event.pointerFlags).u16(event.xPos).u16(event.yPos);
      break;
    case 'mouse-x':
      header(FastPathEventCode.mouseX).u16(event.pointerFlags).u16(event.xPos).u16(event.yPos);
      break;
    case 'sync':
      header(FastPathEventCode.sync, event.eventFlags);
      break;
    case 'unicode':
      header(FastPathEventCode.unicode, event.eventFlags).u16(event.unicodeCode);
      break;
    case 'mouse-relative':
      header(FastPathEventCode.mouseRelative).u16(event.pointerFlags).i16(event.xDelta).i16(event.yDelta);
      break;
    case 'qoe-timestamp':
      header(FastPathEventCode.qoeTimestamp).u32(event.timestamp);
      break;
  }
}

/** A whole PDU, its header byte included. Throws RangeError for more than 255 events. */
export function encodeFastPathInput(value: FastPathInput): Uint8Array {
  const count = value.events.length;
  if (count > MAX_EVENTS) throw new RangeError('FastPathInput: too many events');
  const inHeader = count > 0 && count <= MAX_EVENTS_IN_HEADER;
  const body = new Writer();
  if (!inHeader) body.u8(count);
  for (const event of value.events) {
    const writer = new Writer();
    writeEvent(writer, event);
    body.bytes(writer.finish());
  }
  return encodeFastPath({ numEvents: inHeader ? count : 0, flags: value.flags }, body.finish());
}
