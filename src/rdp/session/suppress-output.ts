/** Suppress Output PDU, [MS-RDPBCGR] 2.2.11.3.1: a client turns display updates off and on. After the Share Data Header. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { decodeRectangle, writeRectangle, type InclusiveRectangle } from './rectangle.js';

const SUPPRESS_DISPLAY_UPDATES = 0;
const ALLOW_DISPLAY_UPDATES = 1;

/** The area that is to be updated, or null when updates are turned off. */
export interface SuppressOutput {
  readonly desktopRect: InclusiveRectangle | null;
}

export function decodeSuppressOutput(reader: Reader): SuppressOutput {
  const allowDisplayUpdates = reader.u8();
  if (allowDisplayUpdates > ALLOW_DISPLAY_UPDATES) throw reader.error('invalid', 'allowDisplayUpdates');
  reader.skip(3);
  return { desktopRect: allowDisplayUpdates === ALLOW_DISPLAY_UPDATES ? decodeRectangle(reader) : null };
}

export function encodeSuppressOutput(value: SuppressOutput): Uint8Array {
  const writer = new Writer();
  writer.u8(value.desktopRect === null ? SUPPRESS_DISPLAY_UPDATES : ALLOW_DISPLAY_UPDATES).zeros(3);
  if (value.desktopRect !== null) writeRectangle(writer, value.desktopRect);
  return writer.finish();
}
