/** Font Map PDU, [MS-RDPBCGR] 2.2.1.22.1: the server's last word of the connection sequence. After the Share Data Header. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

export interface FontMap {
  readonly numberEntries: number;
  readonly totalNumEntries: number;
  readonly mapFlags: number;
  readonly entrySize: number;
}

/** What every server sends: no fonts, first and last PDU in one. */
export const EMPTY_FONT_MAP: FontMap = { numberEntries: 0, totalNumEntries: 0, mapFlags: 0x0003, entrySize: 0x0004 };

export function decodeFontMap(reader: Reader): FontMap {
  return {
    numberEntries: reader.u16(),
    totalNumEntries: reader.u16(),
    mapFlags: reader.u16(),
    entrySize: reader.u16(),
  };
}

export function encodeFontMap(value: FontMap): Uint8Array {
  return new Writer()
    .u16(value.numberEntries)
    .u16(value.totalNumEntries)
    .u16(value.mapFlags)
    .u16(value.entrySize)
    .finish();
}
