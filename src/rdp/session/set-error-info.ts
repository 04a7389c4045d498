/** Set Error Info PDU, [MS-RDPBCGR] 2.2.5.1.1: why a server ends the connection. It follows the Share Data Header. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { ERROR_INFO_NAMES, ERROR_INFO_SENTENCES } from './error-info-table.js';

export interface SetErrorInfo {
  readonly errorInfo: number;
}

export function decodeSetErrorInfo(reader: Reader): SetErrorInfo {
  return { errorInfo: reader.u32() };
}

export function encodeSetErrorInfo(value: SetErrorInfo): Uint8Array {
  return new Writer().u32(value.errorInfo).finish();
}

/** Name of a code, and a sentence for the person at the screen; codes that nobody meets have a general sentence. */
export function describeErrorInfo(errorInfo: number): { readonly name: string; readonly sentence: string } {
  const name = ERROR_INFO_NAMES.get(errorInfo) ?? `0x${errorInfo.toString(16).padStart(8, '0')}`;
  return {
    name,
    sentence: ERROR_INFO_SENTENCES.get(errorInfo) ?? 'The remote computer ended the connection with an error.',
  };
}
