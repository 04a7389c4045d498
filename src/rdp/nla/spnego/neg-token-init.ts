/** NegTokenInit inside its GSS-API wrapping, RFC 4178 4.2.1 and RFC 2743 3.1; [MS-SPNG] 2.2.1 for its variant. */
import { MAX_SPNEGO_MECHANISMS } from '../../wire/limits.js';
import { Reader } from '../../wire/reader.js';
import { equalInConstantTime } from '../bytes.js';
import {
  contextTag,
  der,
  DER_APPLICATION_0,
  DER_BIT_STRING,
  DER_OBJECT_IDENTIFIER,
  DER_OCTET_STRING,
  DER_SEQUENCE,
  derField,
  readDer,
  readField,
  readOptional,
} from '../der.js';
import { SPNEGO_OID } from './mechanisms.js';

export interface NegTokenInit {
  /** Object identifiers, the most preferred first. */
  readonly mechTypes: readonly Uint8Array[];
  /** MechTypeList as it is encoded, which mechListMIC is made over. */
  readonly mechTypeList: Uint8Array;
  /** First token of the most preferred mechanism; null when there is none. */
  readonly mechToken: Uint8Array | null;
}

/** True for the first byte of a NegTokenInit. */
export function isNegTokenInit(token: Uint8Array): boolean {
  return token[0] === DER_APPLICATION_0;
}

export function decodeNegTokenInit(token: Uint8Array): NegTokenInit {
  const wrapping = readDer(new Reader(token, 'NegTokenInit'), DER_APPLICATION_0, 'NegTokenInit');
  const mechanism = readDer(wrapping, DER_OBJECT_IDENTIFIER, 'thisMech').rest();
  if (!equalInConstantTime(mechanism, SPNEGO_OID)) throw wrapping.error('invalid', 'not SPNEGO');
  const fields = readField(wrapping, 0, DER_SEQUENCE, 'negTokenInit');
  const mechTypes: Uint8Array[] = [];
  const list = readField(fields, 0, DER_SEQUENCE, 'mechTypes');
  const from = list.offset;
  while (list.remaining > 0) {
    if (mechTypes.length === MAX_SPNEGO_MECHANISMS) throw list.error('limit', 'mechTypes');
    mechTypes.push(readDer(list, DER_OBJECT_IDENTIFIER, 'mechType').rest());
  }
  // Made again from its contents: a peer signs what it sent, and what it sent is DER.
  const mechTypeList = der(DER_SEQUENCE, token.subarray(from, list.offset));
  readOptional(fields, 1, DER_BIT_STRING, 'reqFlags');
  const mechToken = readOptional(fields, 2, DER_OCTET_STRING, 'mechToken')?.rest() ?? null;
  // What may follow is a MIC, which an initiator cannot have yet, or hints without meaning.
  return { mechTypes, mechTypeList, mechToken };
}

export function encodeMechTypeList(mechTypes: readonly Uint8Array[]): Uint8Array {
  return der(DER_SEQUENCE, ...mechTypes.map((oid) => der(DER_OBJECT_IDENTIFIER, oid)));
}

export function encodeNegTokenInit({ mechTypeList, mechToken }: Omit<NegTokenInit, 'mechTypes'>): Uint8Array {
  const token = mechToken === null ? null : der(DER_OCTET_STRING, mechToken);
  const fields = der(DER_SEQUENCE, der(contextTag(0), mechTypeList), derField(2, token));
  return der(DER_APPLICATION_0, der(DER_OBJECT_IDENTIFIER, SPNEGO_OID), der(contextTag(0), fields));
}
