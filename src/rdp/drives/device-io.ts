/** Device I/O Request and Response, [MS-RDPEFS] 2.2.1.4 and 2.2.1.5, behind the header, as far as files are concerned. */
import { readUtf16, untilNul } from '../connection/text.js';
import { MAX_KEPT_PATH_BYTES } from '../wire/limits.js';
import type { Reader } from '../wire/reader.js';

/** MajorFunction. */
export const DeviceFunction = { create: 0, close: 2, read: 3, write: 4, setInformation: 6 } as const;

export interface DeviceRequest {
  readonly deviceId: number;
  readonly fileId: number;
  readonly completionId: number;
  readonly majorFunction: number;
}

export interface DeviceCompletion {
  readonly deviceId: number;
  readonly completionId: number;
  /** NTSTATUS; 0 is success. */
  readonly ioStatus: number;
}

/** Bytes from the shared header on, up to the data of a write request and of a read response. */
export const WRITE_REQUEST_HEADER_BYTES = 56;
export const READ_RESPONSE_HEADER_BYTES = 20;

const HIGH = 0x1_0000_0000;

export function decodeDeviceRequest(reader: Reader): DeviceRequest {
  const deviceId = reader.u32();
  const fileId = reader.u32();
  const completionId = reader.u32();
  const majorFunction = reader.u32();
  reader.skip(4);
  return { deviceId, fileId, completionId, majorFunction };
}

export function decodeDeviceCompletion(reader: Reader): DeviceCompletion {
  return { deviceId: reader.u32(), completionId: reader.u32(), ioStatus: reader.u32() };
}

/** The path that a create request opens, 2.2.1.4.1, or the beginning of a long one. Throws DecodeError. */
export function decodeCreatePath(reader: Reader): string {
  reader.skip(4 + 8 + 4 + 4 + 4 + 4);
  return readPath(reader);
}

/** What a read or write request names, 2.2.1.4.3 and 2.2.1.4.4. An offset of all ones appends, and is null here. */
export function decodeReadWrite(reader: Reader): { readonly length: number; readonly offset: number | null } {
  const length = reader.u32();
  const low = reader.u32();
  const high = reader.u32();
  return { length, offset: low === 0xffff_ffff && high === 0xffff_ffff ? null : high * HIGH + low };
}

const FILE_RENAME_INFORMATION = 0x0a;
const FILE_DISPOSITION_INFORMATION = 0x0d;

/** What a set information request does to the file's name, 2.2.3.3.9; null for all that it may set besides. */
export function decodeNameChange(reader: Reader): { readonly renamedTo: string } | 'deleted' | null {
  const fsInformationClass = reader.u32();
  const length = reader.u32();
  reader.skip(24);
  if (fsInformationClass === FILE_DISPOSITION_INFORMATION) {
    // An empty buffer stands for DeletePending.
    return length === 0 || reader.u8() !== 0 ? 'deleted' : null;
  }
  if (fsInformationClass !== FILE_RENAME_INFORMATION) return null;
  reader.skip(2);
  return { renamedTo: readPath(reader) };
}

/** Thousands of paths wait for answers at the same time, so no more of each is kept than is shown. */
function readPath(reader: Reader): string {
  const path = reader.sub(reader.u32(), 'DevicePath');
  if (path.remaining % 2 !== 0) throw path.error('invalid', 'odd size of Unicode text');
  return untilNul(readUtf16(path, Math.min(path.remaining, MAX_KEPT_PATH_BYTES)));
}
