import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeKdcProxyMessage,
  encodeKdcProxyMessage,
  withLength,
} from '../../../src/rdp/kdc-proxy/kdc-proxy-message.js';
import { decodeKdcReply, decodeKdcRequest, kdcReplySize } from '../../../src/rdp/kdc-proxy/kerberos-message.js';
import { der, DER_SEQUENCE, derField } from '../../../src/rdp/nla/der.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { integer, kdcRequest } from './kdc-request.js';

function kdcError(code: number): Uint8Array {
  const fields = [derField(0, integer(5)), derField(1, integer(30)), derField(6, integer(code))];
  return der(0x60 + 30, der(DER_SEQUENCE, ...fields));
}

const decode = (bytes: Uint8Array) => decodeKdcProxyMessage(new Reader(bytes, 'test'));

describe('a KDC proxy message', () => {
  it('survives encoding, with and without a realm', () => {
    const realm = fc.option(fc.stringMatching(/^[A-Z.]{1,40}$/), { nil: null });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), realm, (kerbMessage, targetDomain) => {
        const message = { kerbMessage, targetDomain };
        expect(decode(encodeKdcProxyMessage(message))).toEqual(message);
      }),
    );
  });

  it('is refused cut short, with something behind it, or with another length inside', () => {
    const whole = encodeKdcProxyMessage({ kerbMessage: Uint8Array.of(1, 2, 3), targetDomain: 'REALM' });
    for (let end = 0; end < whole.length; end += 1) expect(() => decode(whole.subarray(0, end))).toThrow(DecodeError);
    expect(() => decode(Uint8Array.of(...whole, 0))).toThrow(DecodeError);
    const at = whole.findIndex((_byte, index) => whole[index + 1] === 1 && whole[index + 2] === 2);
    expect(() => decode(whole.with(at, 4))).toThrow(DecodeError);
  });

  it('throws nothing but DecodeError for other bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        for (const read of [decode, decodeKdcRequest, decodeKdcReply]) {
          try {
            read(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
          }
        }
      }),
    );
  });
});

describe('a Kerberos message', () => {
  it('is a request to a KDC with its realm, and nothing else passes for one', () => {
    expect(decodeKdcRequest(kdcRequest('EXAMPLE.TEST'))).toEqual({ kind: 'as-req', realm: 'EXAMPLE.TEST' });
    expect(decodeKdcRequest(kdcRequest('EXAMPLE.TEST', 12))).toEqual({ kind: 'tgs-req', realm: 'EXAMPLE.TEST' });
    for (const bytes of [
      kdcRequest('R', 14),
      kdcRequest('R', 10, 12),
      kdcError(6),
      Uint8Array.of(...kdcRequest('R'), 0),
    ]) {
      expect(() => decodeKdcRequest(bytes)).toThrow(DecodeError);
    }
  });

  it('is an answer of a KDC, which may say that it does not fit a datagram', () => {
    expect(decodeKdcReply(kdcError(52))).toEqual({ tooBigForUdp: true });
    expect(decodeKdcReply(kdcError(25))).toEqual({ tooBigForUdp: false });
    expect(decodeKdcReply(der(0x60 + 11, der(DER_SEQUENCE)))).toEqual({ tooBigForUdp: false });
    expect(() => decodeKdcReply(kdcRequest('R'))).toThrow(DecodeError);
  });

  it('has its length before it over TCP, which is compared with the limit first', () => {
    const bytes = withLength(Uint8Array.of(1, 2, 3));
    expect([...bytes]).toEqual([0, 0, 0, 3, 1, 2, 3]);
    expect(kdcReplySize(bytes, 10)).toBe(7);
    expect(kdcReplySize(bytes.subarray(0, 3), 10)).toBeNull();
    expect(() => kdcReplySize(Uint8Array.of(0xff, 0xff, 0xff, 0xff), 10)).toThrow(DecodeError);
  });
});
