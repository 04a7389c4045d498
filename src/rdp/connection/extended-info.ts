/** Extended Info (TS_EXTENDED_INFO_PACKET), [MS-RDPBCGR] 2.2.1.11.1.1.1: the end of Client Info. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { OptionalReader, OptionalWriter } from './optional-fields.js';
import { bytesFromUtf16, readUtf16 } from './text.js';

/** TS_TIME_ZONE_INFORMATION, 2.2.1.11.1.1.1.1. */
const TIME_ZONE_BYTES = 172;

/** `performanceFlags`. */
export const PERF_DISABLE_WALLPAPER = 0x0000_0001;
export const PERF_DISABLE_FULLWINDOWDRAG = 0x0000_0002;
export const PERF_DISABLE_MENUANIMATIONS = 0x0000_0004;
export const PERF_DISABLE_THEMING = 0x0000_0008;
export const PERF_DISABLE_CURSOR_SHADOW = 0x0000_0020;
export const PERF_DISABLE_CURSORSETTINGS = 0x0000_0040;
export const PERF_ENABLE_FONT_SMOOTHING = 0x0000_0080;
export const PERF_ENABLE_DESKTOP_COMPOSITION = 0x0000_0100;

/** From `clientTimeZone` on, null is a field that was not sent; then all that follow are null too. */
export interface ExtendedInfo {
  readonly clientAddressFamily: number;
  /** As sent, with the terminator that its size covers; `untilNul` takes that off. Always Unicode. */
  readonly clientAddress: string;
  /** As sent, with the terminator that its size covers. Always Unicode. */
  readonly clientDir: string;
  /** 172 bytes. */
  readonly clientTimeZone: Uint8Array | null;
  readonly clientSessionId: number | null;
  /** PERF_*. */
  readonly performanceFlags: number | null;
  /** Empty when its size was sent as 0. It lets a client back into a session: a secret. */
  readonly autoReconnectCookie: Uint8Array | null;
  readonly reserved1: number | null;
  readonly reserved2: number | null;
  /** Without terminator. */
  readonly dynamicDstTimeZoneKeyName: string | null;
  readonly dynamicDaylightTimeDisabled: number | null;
  /** Bytes behind the known fields; usually empty. */
  readonly trailing: Uint8Array;
}

export function decodeExtendedInfo(reader: Reader): ExtendedInfo {
  const optional = new OptionalReader(reader);
  return {
    clientAddressFamily: reader.u16(),
    clientAddress: readUtf16(reader, reader.u16()),
    clientDir: readUtf16(reader, reader.u16()),
    clientTimeZone: optional.bytes(TIME_ZONE_BYTES),
    clientSessionId: optional.u32(),
    performanceFlags: optional.u32(),
    autoReconnectCookie: optional.field((from) => from.bytes(from.u16())),
    reserved1: optional.u16(),
    reserved2: optional.u16(),
    dynamicDstTimeZoneKeyName: optional.field((from) => readUtf16(from, from.u16())),
    dynamicDaylightTimeDisabled: optional.u16(),
    trailing: reader.rest(),
  };
}

/** A 16-bit size and what it counts. */
function sized(bytes: Uint8Array): Uint8Array {
  if (bytes.length > 0xffff) throw new RangeError('TS_EXTENDED_INFO_PACKET: field too long');
  return new Writer().u16(bytes.length).bytes(bytes).finish();
}

function encodeU16(value: number): Uint8Array {
  return new Writer().u16(value).finish();
}

function encodeU32(value: number): Uint8Array {
  return new Writer().u32(value).finish();
}

export function encodeExtendedInfo(info: ExtendedInfo): Uint8Array {
  const writer = new Writer().u16(info.clientAddressFamily);
  writer.bytes(sized(bytesFromUtf16(info.clientAddress))).bytes(sized(bytesFromUtf16(info.clientDir)));
  new OptionalWriter(writer, 'TS_EXTENDED_INFO_PACKET')
    .bytes(info.clientTimeZone, TIME_ZONE_BYTES)
    .field(info.clientSessionId, (to, value) => to.bytes(encodeU32(value)))
    .field(info.performanceFlags, (to, value) => to.bytes(encodeU32(value)))
    .field(info.autoReconnectCookie, (to, value) => to.bytes(sized(value)))
    .field(info.reserved1, (to, value) => to.bytes(encodeU16(value)))
    .field(info.reserved2, (to, value) => to.bytes(encodeU16(value)))
    .field(info.dynamicDstTimeZoneKeyName, (to, value) => to.bytes(sized(bytesFromUtf16(value))))
    .field(info.dynamicDaylightTimeDisabled, (to, value) => to.bytes(encodeU16(value)));
  return writer.bytes(info.trailing).finish();
}
