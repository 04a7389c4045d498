/** Logon Info Extended, [MS-RDPBCGR] 2.2.10.1.1.4: auto-reconnect cookie and logon errors, in Save Session Info. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

const LOGON_EX_AUTORECONNECTCOOKIE = 0x0000_0001;
const LOGON_EX_LOGONERRORS = 0x0000_0002;

const HEADER_BYTES = 6;
const PAD_BYTES = 570;
const COOKIE_BYTES = 28;
const RANDOM_BYTES = 16;
const ERRORS_BYTES = 8;

/** Values of errorNotificationType that are no NTSTATUS. */
export const LogonErrorType = {
  sessionBusyOptions: 0xffff_fff8,
  disconnectRefused: 0xffff_fff9,
  noPermission: 0xffff_fffa,
  bumpOptions: 0xffff_fffb,
  reconnectOptions: 0xffff_fffc,
  sessionTerminate: 0xffff_fffd,
  sessionContinue: 0xffff_fffe,
  accessDenied: 0xffff_ffff,
} as const;

/** Server Auto-Reconnect Packet, 2.2.4.2. `arcRandomBits` is a secret: whoever has it can take the session over. */
export interface AutoReconnectCookie {
  readonly version: number;
  readonly logonId: number;
  /** 16 bytes. */
  readonly arcRandomBits: Uint8Array;
}

export interface LogonErrors {
  /** `LogonErrorType` or an NTSTATUS. */
  readonly errorNotificationType: number;
  /** A session id, or 0 bad password, 1 password must change, 2 other, 3 warning. */
  readonly errorNotificationData: number;
}

export interface LogonInfoExtended {
  readonly kind: 'extended';
  readonly autoReconnectCookie?: AutoReconnectCookie;
  readonly logonErrors?: LogonErrors;
}

function decodeCookie(reader: Reader): AutoReconnectCookie {
  if (reader.u32() !== COOKIE_BYTES) throw reader.error('invalid', 'cbLen');
  return { version: reader.u32(), logonId: reader.u32(), arcRandomBits: reader.bytes(RANDOM_BYTES) };
}

/** Decodes from Length on. Fields that the specification does not name are skipped by Length. */
export function decodeLogonInfoExtended(reader: Reader): LogonInfoExtended {
  const length = reader.u16();
  const fieldsPresent = reader.u32();
  if (length < HEADER_BYTES) throw reader.error('invalid', 'Length');
  const fields = reader.sub(length - HEADER_BYTES, 'LogonInfoExtended');
  const next = (): Reader => fields.sub(fields.u32(), 'LogonInfoField');
  const info: { -readonly [K in keyof LogonInfoExtended]: LogonInfoExtended[K] } = { kind: 'extended' };
  if ((fieldsPresent & LOGON_EX_AUTORECONNECTCOOKIE) !== 0) info.autoReconnectCookie = decodeCookie(next());
  if ((fieldsPresent & LOGON_EX_LOGONERRORS) !== 0) {
    const field = next();
    info.logonErrors = { errorNotificationType: field.u32(), errorNotificationData: field.u32() };
  }
  return info;
}

/** Writes from Length on, padding included. Throws RangeError when arcRandomBits has not its fixed length. */
export function writeLogonInfoExtended(writer: Writer, value: LogonInfoExtended): void {
  const fields = new Writer();
  const { autoReconnectCookie: cookie, logonErrors: errors } = value;
  if (cookie !== undefined) {
    if (cookie.arcRandomBits.length !== RANDOM_BYTES) throw new RangeError('LogonInfoExtended: arcRandomBits');
    fields.u32(COOKIE_BYTES).u32(COOKIE_BYTES).u32(cookie.version).u32(cookie.logonId).bytes(cookie.arcRandomBits);
  }
  if (errors !== undefined) {
    fields.u32(ERRORS_BYTES).u32(errors.errorNotificationType).u32(errors.errorNotificationData);
  }
  const fieldsPresent =
    (cookie === undefined ? 0 : LOGON_EX_AUTORECONNECTCOOKIE) | (errors === undefined ? 0 : LOGON_EX_LOGONERRORS);
  writer
    .u16(HEADER_BYTES + fields.length)
    .u32(fieldsPresent)
    .bytes(fields.finish())
    .zeros(PAD_BYTES);
}
