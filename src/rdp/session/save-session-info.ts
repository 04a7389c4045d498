/** Save Session Info PDU, [MS-RDPBCGR] 2.2.10.1.1: who has logged on. It follows the Share Data Header. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { decodeLogonInfoExtended, writeLogonInfoExtended, type LogonInfoExtended } from './logon-info-extended.js';
import { decodeTerminatedUtf16, encodeTerminatedUtf16 } from './utf16.js';

const InfoType = { logon: 0, logonLong: 1, plainNotify: 2, extended: 3 } as const;

const DOMAIN_BYTES = 52;
const USER_NAME_BYTES = 512;

/** Without the padding, as Windows counts (4.3.1) and IronRDP insists; the text of 2.2.10.1.1.2 can be read as with it. */
const VERSION_2_SIZE = 18;
const VERSION_2_PAD_BYTES = 558;
const SAVE_SESSION_PDU_VERSION_ONE = 1;

const PLAIN_NOTIFY_PAD_BYTES = 576;

/** Logon Info version 1 (2.2.10.1.1.1) and version 2 (2.2.10.1.1.2) differ in layout, and in that 2 takes long names. */
export interface LogonInfo {
  readonly kind: 'logon' | 'logon-long';
  readonly domain: string;
  readonly userName: string;
  /** The server's number for the session. */
  readonly sessionId: number;
}

export type SaveSessionInfo =
  | LogonInfo
  /** Somebody has logged on; nothing more is said. */
  | { readonly kind: 'plain-notify' }
  | LogonInfoExtended
  | { readonly kind: 'unknown'; readonly infoType: number; readonly data: Uint8Array };

/** Decodes up to the end of the reader; padding at the end may be missing. */
export function decodeSaveSessionInfo(reader: Reader): SaveSessionInfo {
  const infoType = reader.u32();
  switch (infoType) {
    case InfoType.logon:
      return decodeVersion1(reader);
    case InfoType.logonLong:
      return decodeVersion2(reader);
    case InfoType.plainNotify:
      return { kind: 'plain-notify' };
    case InfoType.extended:
      return decodeLogonInfoExtended(reader);
    default:
      return { kind: 'unknown', infoType, data: reader.rest() };
  }
}

/** A length, then a field of fixed size of which that many bytes count. */
function fixedText(reader: Reader, fieldBytes: number): string {
  const count = reader.u32();
  if (count > fieldBytes) throw reader.error('invalid', 'length of a name');
  return decodeTerminatedUtf16(reader.sub(fieldBytes, reader.structure), count);
}

function decodeVersion1(reader: Reader): LogonInfo {
  const domain = fixedText(reader, DOMAIN_BYTES);
  const userName = fixedText(reader, USER_NAME_BYTES);
  return { kind: 'logon', domain, userName, sessionId: reader.u32() };
}

function decodeVersion2(reader: Reader): LogonInfo {
  if (reader.u16() !== SAVE_SESSION_PDU_VERSION_ONE) throw reader.error('invalid', 'Version');
  // Size is not looked at: servers do not agree on whether it counts the padding.
  reader.skip(4);
  const sessionId = reader.u32();
  const cbDomain = reader.u32();
  const cbUserName = reader.u32();
  reader.skip(VERSION_2_PAD_BYTES);
  const domain = decodeTerminatedUtf16(reader, cbDomain);
  return { kind: 'logon-long', domain, userName: decodeTerminatedUtf16(reader, cbUserName), sessionId };
}

function writeFixedText(writer: Writer, text: string, fieldBytes: number): void {
  const bytes = encodeTerminatedUtf16(text);
  if (bytes.length > fieldBytes) throw new RangeError('SaveSessionInfo: a name is too long for version 1');
  writer
    .bytes(new Writer().u32(bytes.length).finish())
    .bytes(bytes)
    .zeros(fieldBytes - bytes.length);
}

function writeLogonInfo(writer: Writer, value: LogonInfo): void {
  if (value.kind === 'logon') {
    writeFixedText(writer, value.domain, DOMAIN_BYTES);
    writeFixedText(writer, value.userName, USER_NAME_BYTES);
    writer.bytes(new Writer().u32(value.sessionId).finish());
    return;
  }
  const domain = encodeTerminatedUtf16(value.domain);
  const userName = encodeTerminatedUtf16(value.userName);
  writer.u16(SAVE_SESSION_PDU_VERSION_ONE).u32(VERSION_2_SIZE).u32(value.sessionId);
  writer.u32(domain.length).u32(userName.length).zeros(VERSION_2_PAD_BYTES).bytes(domain).bytes(userName);
}

/** Throws RangeError when a name does not fit version 1: 25 characters of domain, 255 of user name. */
export function encodeSaveSessionInfo(value: SaveSessionInfo): Uint8Array {
  const writer = new Writer();
  switch (value.kind) {
    case 'logon':
    case 'logon-long':
      writer.u32(value.kind === 'logon' ? InfoType.logon : InfoType.logonLong);
      writeLogonInfo(writer, value);
      break;
    case 'plain-notify':
      writer.u32(InfoType.plainNotify).zeros(PLAIN_NOTIFY_PAD_BYTES);
      break;
    case 'extended':
      writer.u32(InfoType.extended);
      writeLogonInfoExtended(writer, value);
      break;
    case 'unknown':
      writer.u32(value.infoType).bytes(value.data);
      break;
  }
  return writer.finish();
}
