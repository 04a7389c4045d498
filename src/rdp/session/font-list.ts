/** Font List PDU, [MS-RDPBCGR] 2.2.1.18.1: the client's last word of the connection sequence. After the Share Data Header. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export interface FontList {
  readonly numberFonts: number;
  readonly totalNumFonts: number;
  readonly listFlags: number;
  readonly entrySize: number;
}

/** What every client sends: no fonts, first and last PDU in one. */
export const EMPTY_FONT_LIST: FontList = { numberFonts: 0, totalNumFonts: 0, listFlags: 0x0003, entrySize: 0x0032 };

export function decodeFontList(reader: Reader): FontList {
  return {
    numberFonts: reader.u16(),
    totalNumFonts: reader.u16(),
    listFlags: reader.u16(),
    entrySize: reader.u16(),
  };
}

export function encodeFontList(value: FontList): Uint8Array {
  return new Writer()
    .u16(value.numberFonts)
    .u16(value.totalNumFonts)
    .u16(value.listFlags)
    .u16(value.entrySize)
    .finish();
}
