/** TSRequest, the one message of CredSSP: [MS-CSSP] 2.2.1. */
import { MAX_TS_REQUEST_BYTES } from '../../wire/limits.js';
import { DecodeError } from '../../wire/errors.js';
import { Reader } from '../../wire/reader.js';
import {
  der,
  DER_INTEGER,
  DER_OCTET_STRING,
  DER_SEQUENCE,
  derElementSize,
  derField,
  derUnsigned,
  readDer,
  readField,
  readOptional,
  unsignedOf,
} from '../der.js';

export interface TsRequest {
  /** 2 to 6, or a later one. */
  readonly version: number;
  /** The first of `negoTokens`; there is never another. */
  readonly negoToken: Uint8Array | null;
  readonly authInfo: Uint8Array | null;
  readonly pubKeyAuth: Uint8Array | null;
  /** NTSTATUS. */
  readonly errorCode: number | null;
  /** 32 bytes, from version 5 on. */
  readonly clientNonce: Uint8Array | null;
}

export const EMPTY_REQUEST: Omit<TsRequest, 'version'> = {
  negoToken: null,
  authInfo: null,
  pubKeyAuth: null,
  errorCode: null,
  clientNonce: null,
};

/** Size of the message that begins `bytes`; null when more bytes are needed to know it. Throws DecodeError "limit". */
export function tsRequestSize(bytes: Uint8Array): number | null {
  if (bytes[0] !== undefined && bytes[0] !== DER_SEQUENCE) throw new DecodeError('invalid', 'TSRequest', 0, 'tag');
  const size = derElementSize(bytes);
  if (size !== null && size > MAX_TS_REQUEST_BYTES) throw new DecodeError('limit', 'TSRequest', 1);
  return size;
}

export function decodeTsRequest(bytes: Uint8Array): TsRequest {
  const message = new Reader(bytes, 'TSRequest');
  const fields = readDer(message, DER_SEQUENCE, 'TSRequest');
  message.end();
  const version = unsignedOf(readField(fields, 0, DER_INTEGER, 'version'));
  const negoTokens = readOptional(fields, 1, DER_SEQUENCE, 'negoTokens');
  const octets = (number: number, name: string): Uint8Array | null =>
    readOptional(fields, number, DER_OCTET_STRING, name)?.rest() ?? null;
  const authInfo = octets(2, 'authInfo');
  const pubKeyAuth = octets(3, 'pubKeyAuth');
  const errorCode = readOptional(fields, 4, DER_INTEGER, 'errorCode');
  const clientNonce = octets(5, 'clientNonce');
  return {
    version,
    negoToken: negoTokens === null ? null : firstToken(negoTokens),
    authInfo,
    pubKeyAuth,
    errorCode: errorCode === null ? null : unsignedOf(errorCode),
    clientNonce,
  };
}

function firstToken(negoTokens: Reader): Uint8Array {
  const token = readDer(negoTokens, DER_SEQUENCE, 'NegoData');
  return readField(token, 0, DER_OCTET_STRING, 'negoToken').rest();
}

export function encodeTsRequest(value: TsRequest): Uint8Array {
  const octets = (bytes: Uint8Array | null) => (bytes === null ? null : der(DER_OCTET_STRING, bytes));
  const { negoToken, errorCode } = value;
  const negoTokens =
    negoToken === null ? null : der(DER_SEQUENCE, der(DER_SEQUENCE, derField(0, der(DER_OCTET_STRING, negoToken))));
  return der(
    DER_SEQUENCE,
    derField(0, derUnsigned(DER_INTEGER, value.version)),
    derField(1, negoTokens),
    derField(2, octets(value.authInfo)),
    derField(3, octets(value.pubKeyAuth)),
    // A negative number to DER: NTSTATUS codes are 32 bits with a sign, and peers read four octets.
    derField(4, errorCode === null ? null : ntStatusInteger(errorCode)),
    derField(5, octets(value.clientNonce)),
  );
}

function ntStatusInteger(ntStatus: number): Uint8Array {
  const octets = new DataView(new ArrayBuffer(4));
  octets.setUint32(0, ntStatus, false);
  return der(DER_INTEGER, new Uint8Array(octets.buffer));
}
