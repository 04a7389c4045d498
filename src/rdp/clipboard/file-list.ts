/** Packed File List, [MS-RDPECLIP] 2.2.5.2.3: the files that the owner of a clipboard offers. */
import { readUtf16, untilNul } from '../connection/text.js';
import type { Reader } from '../wire/reader.js';

export interface ClipboardFile {
  /** With the folders that were copied with it, separated by backslashes. */
  readonly fileName: string;
  /** Null where the list does not say. */
  readonly sizeBytes: number | null;
}

const FD_FILESIZE = 0x0000_0040;
const FILE_NAME_BYTES = 520;
const HIGH = 0x1_0000_0000;

export const FILE_DESCRIPTOR_BYTES = 592;

/** Takes the data behind the clipboard header. Throws DecodeError. */
export function decodeFileList(reader: Reader): ClipboardFile[] {
  const cItems = reader.u32();
  reader.need(cItems * FILE_DESCRIPTOR_BYTES);
  return Array.from({ length: cItems }, () => decodeFileDescriptor(reader));
}

/** 2.2.5.2.3.1. */
function decodeFileDescriptor(reader: Reader): ClipboardFile {
  const flags = reader.u32();
  reader.skip(32 + 4 + 16 + 8);
  const fileSizeHigh = reader.u32();
  const fileSizeLow = reader.u32();
  const fileName = untilNul(readUtf16(reader, FILE_NAME_BYTES));
  return { fileName, sizeBytes: (flags & FD_FILESIZE) === 0 ? null : fileSizeHigh * HIGH + fileSizeLow };
}
