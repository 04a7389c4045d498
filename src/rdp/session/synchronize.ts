/** Synchronize PDU, [MS-RDPBCGR] 2.2.1.14.1 and 2.2.1.19. It follows the Share Data Header. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

const SYNCMSGTYPE_SYNC = 1;

export interface Synchronize {
  /** MCS channel id of the user that it is for. */
  readonly targetUser: number;
}

export function decodeSynchronize(reader: Reader): Synchronize {
  if (reader.u16() !== SYNCMSGTYPE_SYNC) throw reader.error('invalid', 'messageType');
  return { targetUser: reader.u16() };
}

export function encodeSynchronize(value: Synchronize): Uint8Array {
  return new Writer().u16(SYNCMSGTYPE_SYNC).u16(value.targetUser).finish();
}
