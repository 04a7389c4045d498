/** NegTokenResp, RFC 4178 4.2.2: every token after the first. */
import { Reader } from '../../wire/reader.js';
import {
  contextTag,
  der,
  DER_ENUMERATED,
  DER_OBJECT_IDENTIFIER,
  DER_OCTET_STRING,
  DER_SEQUENCE,
  derField,
  derUnsigned,
  readDer,
  readOptional,
  unsignedOf,
} from '../der.js';

export const ACCEPT_COMPLETED = 0;
export const ACCEPT_INCOMPLETE = 1;
export const REJECT = 2;
export const REQUEST_MIC = 3;

export interface NegTokenResp {
  readonly negState: number | null;
  readonly supportedMech: Uint8Array | null;
  readonly responseToken: Uint8Array | null;
  readonly mechListMic: Uint8Array | null;
}

export const EMPTY_RESP: NegTokenResp = {
  negState: null,
  supportedMech: null,
  responseToken: null,
  mechListMic: null,
};

export function decodeNegTokenResp(token: Uint8Array): NegTokenResp {
  const choice = readDer(new Reader(token, 'NegTokenResp'), contextTag(1), 'negTokenResp');
  const fields = readDer(choice, DER_SEQUENCE, 'negTokenResp');
  const negState = readOptional(fields, 0, DER_ENUMERATED, 'negState');
  return {
    negState: negState === null ? null : unsignedOf(negState),
    supportedMech: readOptional(fields, 1, DER_OBJECT_IDENTIFIER, 'supportedMech')?.rest() ?? null,
    responseToken: readOptional(fields, 2, DER_OCTET_STRING, 'responseToken')?.rest() ?? null,
    mechListMic: readOptional(fields, 3, DER_OCTET_STRING, 'mechListMIC')?.rest() ?? null,
  };
}

export function encodeNegTokenResp(value: NegTokenResp): Uint8Array {
  const { negState, supportedMech, responseToken, mechListMic } = value;
  const octets = (bytes: Uint8Array | null) => (bytes === null ? null : der(DER_OCTET_STRING, bytes));
  return der(
    contextTag(1),
    der(
      DER_SEQUENCE,
      derField(0, negState === null ? null : derUnsigned(DER_ENUMERATED, negState)),
      derField(1, supportedMech === null ? null : der(DER_OBJECT_IDENTIFIER, supportedMech)),
      derField(2, octets(responseToken)),
      derField(3, octets(mechListMic)),
    ),
  );
}
