/** MCS Erect Domain Request, ITU-T T.125 section 11.8 and [MS-RDPBCGR] 2.2.1.5. */
import type { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import { choiceByte, ERECT_DOMAIN_REQUEST } from './choice.js';

export interface ErectDomainRequest {
  readonly kind: 'erect-domain-request';
  /** subHeight and subInterval. Clients disagree about their encoding and servers do not read them: kept as sent. */
  readonly parameters: Uint8Array;
}

/** What Microsoft's client sends: two INTEGERs, both 0. */
export const ERECT_DOMAIN_PARAMETERS: readonly number[] = [0x01, 0x00, 0x01, 0x00];

/** Both INTEGERs have a length and at least one octet, or are two 16-bit numbers. */
const MIN_PARAMETERS_BYTES = 4;

/** Decodes what follows the choice. */
export function decodeErectDomainRequest(reader: Reader): ErectDomainRequest {
  reader.need(MIN_PARAMETERS_BYTES);
  return { kind: 'erect-domain-request', parameters: reader.rest() };
}

export function encodeErectDomainRequest(value: ErectDomainRequest): Uint8Array {
  return new Writer().u8(choiceByte(ERECT_DOMAIN_REQUEST)).bytes(value.parameters).finish();
}
