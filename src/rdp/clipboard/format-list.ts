/** Format List PDU, [MS-RDPECLIP] 2.2.3.1: what the owner of a clipboard offers. */
import { latin1FromBytes, readUtf16, untilNul } from '../connection/text.js';
import type { Reader } from '../wire/reader.js';
import { MAX_CLIPBOARD_FORMATS } from '../wire/limits.js';

export interface ClipboardFormat {
  readonly formatId: number;
  /** Empty for the formats that every system knows by their number. */
  readonly formatName: string;
}

/** The form of a list, which capabilities and a flag decide on. */
export type FormatNames = 'long' | 'short-ascii' | 'short-unicode';

const SHORT_NAME_BYTES = 32;

/** The formats of the data behind the header. Throws DecodeError. */
export function decodeFormatList(reader: Reader, names: FormatNames): ClipboardFormat[] {
  const formats: ClipboardFormat[] = [];
  while (reader.remaining > 0) {
    if (formats.length === MAX_CLIPBOARD_FORMATS) throw reader.error('limit', 'formats');
    const formatId = reader.u32();
    formats.push({ formatId, formatName: names === 'long' ? longName(reader) : shortName(reader, names) });
  }
  return formats;
}

function longName(reader: Reader): string {
  let name = '';
  for (let unit = reader.u16(); unit !== 0; unit = reader.u16()) name += String.fromCharCode(unit);
  return name;
}

function shortName(reader: Reader, names: 'short-ascii' | 'short-unicode'): string {
  const ascii = names === 'short-ascii';
  return untilNul(ascii ? latin1FromBytes(reader.bytes(SHORT_NAME_BYTES)) : readUtf16(reader, SHORT_NAME_BYTES));
}

/** Names of the standard formats that clients and servers exchange, [MS-RDPECLIP] 1.3.1.2. */
const STANDARD_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'CF_TEXT'],
  [2, 'CF_BITMAP'],
  [3, 'CF_METAFILEPICT'],
  [6, 'CF_TIFF'],
  [7, 'CF_OEMTEXT'],
  [8, 'CF_DIB'],
  [9, 'CF_PALETTE'],
  [11, 'CF_RIFF'],
  [12, 'CF_WAVE'],
  [13, 'CF_UNICODETEXT'],
  [14, 'CF_ENHMETAFILE'],
  [15, 'CF_HDROP'],
  [16, 'CF_LOCALE'],
  [17, 'CF_DIBV5'],
]);

/** What a format is called; "format" and its number where neither its list nor the specification names it. */
export function formatLabel(formatId: number, formatName: string): string {
  if (formatName !== '') return formatName;
  return STANDARD_NAMES.get(formatId) ?? `format ${formatId}`;
}

/** Name of the format whose data is a list of files, [MS-RDPECLIP] 1.3.1.1.5. */
export const FILE_LIST_FORMAT = 'FileGroupDescriptorW';
