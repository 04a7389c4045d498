/** Shapes Client Info, [MS-RDPBCGR] 2.2.1.11. Credentials pass through unread but for the domain. */
import { MAX_BULK_COMPRESSION_TYPE } from '../../../contract/capability-table.js';
import {
  type ClientInfo,
  COMPRESSION_TYPE_MASK,
  COMPRESSION_TYPE_SHIFT,
  decodeClientInfo,
  encodeClientInfo,
  INFO_AUTOLOGON,
  INFO_COMPRESSION,
  INFO_HIDEF_RAIL_SUPPORTED,
  INFO_PASSWORD_IS_SC_PIN,
  INFO_RAIL,
  INFO_UNICODE,
} from '../../connection/client-info.js';
import type { Reader } from '../../wire/reader.js';

/** Windows of remote applications are drawn by orders that are not decoded. */
const RAIL_FLAGS = INFO_RAIL | INFO_HIDEF_RAIL_SUPPORTED;

/** A client without another way to bring its ticket brings it as the user name; that is not the target's to know. */
const TICKET = /^witness-[A-Za-z0-9_-]{27}$/;

/** What a person signs in with, told to the target in the place of what the client says. */
export interface ClientInfoCredential {
  readonly domain: string;
  readonly userName: string;
  /** Empty when the target knows already who it is. */
  readonly password: string;
}

/** In the place of a one-time password that was the gateway's: the person signs in inside the desktop. */
export const NOBODY: ClientInfoCredential = { domain: '', userName: '', password: '' };

export interface ClientInfoPolicy {
  readonly recorded: boolean;
  /** A client in a browser never says that it has credentials, and servers such as xrdp ask for them again then. */
  readonly browser?: boolean;
  readonly clientInfo?: ClientInfoCredential | null;
}

export interface ShapedClientInfo {
  /** What follows the security header. */
  readonly bytes: Uint8Array;
  /** True when the target may compress updates in bulk. */
  readonly compression: boolean;
  /** Of the account that the target is told of. */
  readonly domain: string;
  readonly userName: string;
}

/** In a recorded session no compression is offered that the recorder does not undo; 2.2.1.11.1.1, CompressionTypeMask. */
export function shapeClientInfo(
  reader: Reader,
  { recorded, browser = false, clientInfo = null }: ClientInfoPolicy,
): ShapedClientInfo {
  const info = decodeClientInfo(reader);
  const type = (info.flags & COMPRESSION_TYPE_MASK) >>> COMPRESSION_TYPE_SHIFT;
  const offered = recorded ? Math.min(type, MAX_BULK_COMPRESSION_TYPE) : type;
  const told = clientInfo === null ? passedOn(info) : replaced(info, clientInfo);
  const cleared = COMPRESSION_TYPE_MASK | (recorded ? RAIL_FLAGS : 0);
  const set = (offered << COMPRESSION_TYPE_SHIFT) | (browser && told.userName !== '' ? INFO_AUTOLOGON : 0);
  const flags = ((told.flags & ~cleared) | set) >>> 0;
  return {
    bytes: encodeClientInfo({ ...told, flags }),
    compression: (flags & INFO_COMPRESSION) !== 0,
    domain: told.domain,
    userName: told.userName,
  };
}

function passedOn(info: ClientInfo): ClientInfo {
  return { ...info, userName: TICKET.test(info.userName) ? '' : info.userName };
}

/** In Unicode, which says every name; `codePage` is a language then, of which an ANSI client says nothing. */
function replaced(info: ClientInfo, credential: ClientInfoCredential): ClientInfo {
  const codePage = (info.flags & INFO_UNICODE) === 0 ? 0 : info.codePage;
  const autologon = credential.userName === '' ? 0 : INFO_AUTOLOGON;
  const flags = (info.flags & ~(INFO_PASSWORD_IS_SC_PIN | INFO_AUTOLOGON)) | INFO_UNICODE | autologon;
  return { ...info, ...credential, codePage, flags };
}
