/**
 * Client Info (TS_INFO_PACKET), [MS-RDPBCGR] 2.2.1.11.1.1: credentials and preferences, behind a security header with
 * SEC_INFO_PKT. It holds a password: keep it out of traces, logs and errors.
 */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { decodeExtendedInfo, encodeExtendedInfo, type ExtendedInfo } from './extended-info.js';
import { bytesFromLatin1, bytesFromUtf16, latin1FromBytes, readUtf16 } from './text.js';

/** `flags`. */
export const INFO_MOUSE = 0x0000_0001;
export const INFO_DISABLECTRLALTDEL = 0x0000_0002;
export const INFO_AUTOLOGON = 0x0000_0008;
export const INFO_UNICODE = 0x0000_0010;
export const INFO_MAXIMIZESHELL = 0x0000_0020;
export const INFO_LOGONNOTIFY = 0x0000_0040;
export const INFO_COMPRESSION = 0x0000_0080;
export const INFO_ENABLEWINDOWSKEY = 0x0000_0100;
export const COMPRESSION_TYPE_MASK = 0x0000_1e00;
export const INFO_REMOTECONSOLEAUDIO = 0x0000_2000;
export const INFO_FORCE_ENCRYPTED_CS_PDU = 0x0000_4000;
export const INFO_RAIL = 0x0000_8000;
export const INFO_LOGONERRORS = 0x0001_0000;
export const INFO_MOUSE_HAS_WHEEL = 0x0002_0000;
export const INFO_PASSWORD_IS_SC_PIN = 0x0004_0000;
export const INFO_NOAUDIOPLAYBACK = 0x0008_0000;
export const INFO_USING_SAVED_CREDS = 0x0010_0000;
export const INFO_AUDIOCAPTURE = 0x0020_0000;
export const INFO_VIDEO_DISABLE = 0x0040_0000;
export const INFO_HIDEF_RAIL_SUPPORTED = 0x0200_0000;

/** Compression package types, in `(flags & COMPRESSION_TYPE_MASK) >> COMPRESSION_TYPE_SHIFT`. */
export const COMPRESSION_TYPE_SHIFT = 9;
export const PACKET_COMPR_TYPE_8K = 0;
export const PACKET_COMPR_TYPE_64K = 1;
export const PACKET_COMPR_TYPE_RDP6 = 2;
export const PACKET_COMPR_TYPE_RDP61 = 3;

/** Strings are UTF-16 with INFO_UNICODE, else one character per byte; all without the mandatory terminator. */
export interface ClientInfo {
  /** An ANSI code page, or with INFO_UNICODE the active language identifier. */
  readonly codePage: number;
  /** INFO_*. */
  readonly flags: number;
  readonly domain: string;
  readonly userName: string;
  readonly password: string;
  readonly alternateShell: string;
  readonly workingDir: string;
  /** Null when it was not sent (RDP 4.0). */
  readonly extraInfo: ExtendedInfo | null;
}

function readString(reader: Reader, sizeBytes: number, unicode: boolean): string {
  const text = unicode ? readUtf16(reader, sizeBytes) : latin1FromBytes(reader.bytes(sizeBytes));
  const terminator = unicode ? reader.u16() : reader.u8();
  if (terminator !== 0) throw reader.error('invalid', 'string without terminator');
  return text;
}

/** Decodes the packet, which must be all that `reader` has left. */
export function decodeClientInfo(reader: Reader): ClientInfo {
  const codePage = reader.u32();
  const flags = reader.u32();
  const unicode = (flags & INFO_UNICODE) !== 0;
  const cbDomain = reader.u16();
  const cbUserName = reader.u16();
  const cbPassword = reader.u16();
  const cbAlternateShell = reader.u16();
  const cbWorkingDir = reader.u16();
  return {
    codePage,
    flags,
    domain: readString(reader, cbDomain, unicode),
    userName: readString(reader, cbUserName, unicode),
    password: readString(reader, cbPassword, unicode),
    alternateShell: readString(reader, cbAlternateShell, unicode),
    workingDir: readString(reader, cbWorkingDir, unicode),
    extraInfo: reader.remaining === 0 ? null : decodeExtendedInfo(reader),
  };
}

/** Encodes the packet, byte for byte what was decoded when nothing was changed. */
export function encodeClientInfo(info: ClientInfo): Uint8Array {
  const unicode = (info.flags & INFO_UNICODE) !== 0;
  const encodeText = unicode ? bytesFromUtf16 : bytesFromLatin1;
  const texts = [info.domain, info.userName, info.password, info.alternateShell, info.workingDir].map(encodeText);
  const writer = new Writer().u32(info.codePage).u32(info.flags);
  for (const text of texts) {
    if (text.length > 0xffff) throw new RangeError('TS_INFO_PACKET: string too long');
    writer.u16(text.length);
  }
  for (const text of texts) writer.bytes(text).zeros(unicode ? 2 : 1);
  if (info.extraInfo !== null) writer.bytes(encodeExtendedInfo(info.extraInfo));
  return writer.finish();
}
