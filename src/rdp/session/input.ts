/** Client Input Event PDU, [MS-RDPBCGR] 2.2.8.1.1.3.1: slow-path input. It follows the Share Data Header. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** The field messageType. */
export const InputMessageType = {
  sync: 0x0000,
  unused: 0x0002,
  scancode: 0x0004,
  unicode: 0x0005,
  mouse: 0x8001,
  mouseX: 0x8002,
  mouseRelative: 0x8004,
} as const;

/** eventTime, messageType and six bytes of data, whatever the type. */
const EVENT_BYTES = 12;
const EVENT_DATA_BYTES = 6;

/** What happened. Flags are those of input-flags.ts; coordinates are pixels of the desktop. */
export type InputEventData =
  | { readonly kind: 'sync'; readonly toggleFlags: number }
  | { readonly kind: 'unused' }
  | { readonly kind: 'scancode'; readonly keyboardFlags: number; readonly keyCode: number }
  | { readonly kind: 'unicode'; readonly keyboardFlags: number; readonly unicodeCode: number }
  | { readonly kind: 'mouse'; readonly pointerFlags: number; readonly xPos: number; readonly yPos: number }
  | { readonly kind: 'mouse-x'; readonly pointerFlags: number; readonly xPos: number; readonly yPos: number }
  | { readonly kind: 'mouse-relative'; readonly pointerFlags: number; readonly xDelta: number; readonly yDelta: number }
  | { readonly kind: 'unknown'; readonly messageType: number; readonly data: Uint8Array };

export type InputEvent = InputEventData & {
  /** A time stamp that servers ignore. */
  readonly eventTime: number;
};

function decodeEventData(messageType: number, reader: Reader): InputEventData {
  switch (messageType) {
    case InputMessageType.sync:
      reader.skip(2);
      return { kind: 'sync', toggleFlags: reader.u32() };
    case InputMessageType.unused:
      return { kind: 'unused' };
    case InputMessageType.scancode:
      return { kind: 'scancode', keyboardFlags: reader.u16(), keyCode: reader.u16() };
    case InputMessageType.unicode:
      return { kind: 'unicode', keyboardFlags: reader.u16(), unicodeCode: reader.u16() };
    case InputMessageType.mouse:
      return { kind: 'mouse', pointerFlags: reader.u16(), xPos: reader.u16(), yPos: reader.u16() };
    case InputMessageType.mouseX:
      return { kind: 'mouse-x', pointerFlags: reader.u16(), xPos: reader.u16(), yPos: reader.u16() };
    case InputMessageType.mouseRelative:
      return { kind: 'mouse-relative', pointerFlags: reader.u16(), xDelta: reader.i16(), yDelta: reader.i16() };
    default:
      return { kind: 'unknown', messageType, data: reader.bytes(EVENT_DATA_BYTES) };
  }
}

function decodeEvent(reader: Reader): InputEvent {
  const eventTime = reader.u32();
  const messageType = reader.u16();
  return { eventTime, ...decodeEventData(messageType, reader.sub(EVENT_DATA_BYTES, 'InputEvent')) };
}

/** The events in their order. */
export function decodeInput(reader: Reader): InputEvent[] {
  const numEvents = reader.u16();
  reader.skip(2);
  reader.need(numEvents * EVENT_BYTES);
  return Array.from({ length: numEvents }, () => decodeEvent(reader));
}

function writeEventData(writer: Writer, event: InputEventData): void {
  switch (event.kind) {
    case 'sync':
      writer.u16(InputMessageType.sync).u16(0).u32(event.toggleFlags);
      break;
    case 'unused':
      writer.u16(InputMessageType.unused).zeros(EVENT_DATA_BYTES);
      break;
    case 'scancode':
      writer.u16(InputMessageType.scancode).u16(event.keyboardFlags).u16(event.keyCode).u16(0);
      break;
    case 'unicode':
      writer.u16(InputMessageType.unicode).u16(event.keyboardFlags).u16(event.unicodeCode).u16(0);
      break;
    case 'mouse':
      writer.u16(InputMessageType.mouse).u16(event.pointerFlags).u16(event.xPos).u16(event.yPos);
      break;
    case 'mouse-x':
      writer.u16(InputMessageType.mouseX).u16(event.pointerFlags).u16(event.xPos).u16(event.yPos);
      break;
    case 'mouse-relative':
      writer.u16(InputMessageType.mouseRelative).u16(event.pointerFlags).i16(event.xDelta).i16(event.yDelta);
      break;
    case 'unknown':
      if (event.data.length !== EVENT_DATA_BYTES) throw new RangeError('InputEvent: data');
      writer.u16(event.messageType).bytes(event.data);
      break;
  }
}

/** Throws RangeError for more than 65,535 events. */
export function encodeInput(events: readonly InputEvent[]): Uint8Array {
  if (events.length > 0xffff) throw new RangeError('Input: too many events');
  const pdu = new Writer().u16(events.length).u16(0);
  for (const event of events) {
    const writer = new Writer().u32(event.eventTime);
    writeEventData(writer, event);
    pdu.bytes(writer.finish());
  }
  return pdu.finish();
}
