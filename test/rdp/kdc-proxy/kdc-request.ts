/** A request to a KDC, as far as the proxy reads it. */
import { DER_GENERAL_STRING } from '../../../src/rdp/kdc-proxy/kdc-proxy-message.js';
import { der, DER_BIT_STRING, DER_INTEGER, DER_SEQUENCE, derField, derUnsigned } from '../../../src/rdp/nla/der.js';

const text = (value: string): Uint8Array => der(DER_GENERAL_STRING, new Uint8Array(Buffer.from(value)));
export const integer = (value: number): Uint8Array => derUnsigned(DER_INTEGER, value);

export function kdcRequest(realm: string, type = 10, messageType = type): Uint8Array {
  const options = der(DER_BIT_STRING, new Uint8Array(5));
  const body = der(DER_SEQUENCE, derField(0, options), derField(2, text(realm)));
  const fields = [derField(1, integer(5)), derField(2, integer(messageType)), derField(4, body)];
  return der(0x60 + type, der(DER_SEQUENCE, ...fields));
}
