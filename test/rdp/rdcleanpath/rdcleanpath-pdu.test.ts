import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeRdCleanPath,
  encodeRdCleanPath,
  GENERAL_ERROR,
  NEGOTIATION_ERROR,
  type RdCleanPathPdu,
} from '../../../src/rdp/rdcleanpath/rdcleanpath-pdu.js';
import { MAX_RDCLEANPATH_CERTIFICATES } from '../../../src/rdp/wire/limits.js';
import { codeOf, expectOnlyDecodeErrors, expectTruncations, hex, over } from '../connection/helpers.js';

const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const bytes = fc.uint8Array({ maxLength: 400 });
const code = fc.integer({ min: 0, max: 0xffff });

const request = fc.record({
  kind: fc.constant('request' as const),
  destination: text,
  proxyAuth: text,
  preconnectionBlob: fc.option(text),
  x224ConnectionPdu: bytes,
});
const response = fc.record({
  kind: fc.constant('response' as const),
  x224ConnectionPdu: bytes,
  serverCertChain: fc.array(bytes, { maxLength: 4 }),
  serverAddr: text,
});
const error = fc.record({
  kind: fc.constant('error' as const),
  errorCode: code,
  httpStatusCode: fc.option(code),
  wsaLastError: fc.option(code),
  tlsAlertCode: fc.option(fc.integer({ min: 0, max: 0xff })),
  x224ConnectionPdu: fc.option(bytes),
});
const anyPdu: fc.Arbitrary<RdCleanPathPdu> = fc.oneof(request, response, error);

/** Written by hand from the definition: version 3390, then the fields of a request. */
const REQUEST = hex(`
  30 2c  a0 04 02 02 0d 3e
         a2 06 0c 04 68 6f 73 74
         a3 08 0c 06 74 69 63 6b 65 74
         a6 12 04 10 03 00 00 10 0b e0 00 00 00 00 00 01 00 08 00 0b`);

describe('RDCleanPath', () => {
  it('round-trips', () => {
    fc.assert(
      fc.property(anyPdu, (pdu) => {
        expect(decodeRdCleanPath(over(encodeRdCleanPath(pdu)))).toEqual(pdu);
      }),
    );
  });

  it('reads and writes a request as it is defined', () => {
    const pdu = decodeRdCleanPath(over(REQUEST));
    expect(pdu).toMatchObject({ kind: 'request', destination: 'host', proxyAuth: 'ticket', preconnectionBlob: null });
    expect(encodeRdCleanPath(pdu)).toEqual(REQUEST);
  });

  it('writes errors as they are defined', () => {
    const codes = { httpStatusCode: null, wsaLastError: null, tlsAlertCode: null, x224ConnectionPdu: null };
    const gone = encodeRdCleanPath({ kind: 'error', ...codes, errorCode: GENERAL_ERROR, httpStatusCode: 410 });
    expect(gone).toEqual(hex('30 15 a0 04 02 02 0d 3e a1 0d 30 0b a0 03 02 01 01 a1 04 02 02 01 9a'));
    const x224ConnectionPdu = Uint8Array.of(1);
    const refused = encodeRdCleanPath({ kind: 'error', ...codes, errorCode: NEGOTIATION_ERROR, x224ConnectionPdu });
    expect(refused).toEqual(hex('30 14 a0 04 02 02 0d 3e a1 07 30 05 a0 03 02 01 02 a6 03 04 01 01'));
  });

  it('refuses every shorter prefix as truncated', () => {
    const codes = { errorCode: 1, httpStatusCode: 401, wsaLastError: 10_061, tlsAlertCode: 48 };
    const chain = [new Uint8Array(300), new Uint8Array(2)];
    for (const pdu of [
      REQUEST,
      encodeRdCleanPath({ kind: 'response', x224ConnectionPdu: REQUEST, serverCertChain: chain, serverAddr: 'a' }),
      encodeRdCleanPath({ kind: 'error', ...codes, x224ConnectionPdu: REQUEST }),
    ]) {
      expectTruncations(pdu, decodeRdCleanPath);
    }
  });

  it('answers any bytes with a PDU or a DecodeError', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (any) => expectOnlyDecodeErrors(any, decodeRdCleanPath)));
    const at = fc.nat(REQUEST.length - 1);
    fc.assert(
      fc.property(fc.array(fc.tuple(at, fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = REQUEST.slice();
        for (const [index, value] of changes) changed[index] = value;
        expectOnlyDecodeErrors(changed, decodeRdCleanPath);
      }),
    );
  });

  it.each([
    ['another version', '30 06 a0 04 02 02 0d 3d', 'unsupported'],
    ['no version', '30 00', 'invalid'],
    ['no X.224 PDU', '30 10 a0 04 02 02 0d 3e a2 03 0c 01 68 a3 03 0c 01 74', 'unsupported'],
    ['no ticket', '30 10 a0 04 02 02 0d 3e a2 03 0c 01 68 a6 03 04 01 00', 'invalid'],
    ['a field twice', '30 0c a0 04 02 02 0d 3e a0 04 02 02 0d 3e', 'invalid'],
    ['fields out of order', '30 0b a6 03 04 01 00 a0 04 02 02 0d 3e', 'invalid'],
    ['an unknown field', '30 0a a0 04 02 02 0d 3e aa 02 05 00', 'invalid'],
    ['bytes behind a value', '30 07 a0 05 02 02 0d 3e 00', 'invalid'],
    ['text that is not UTF-8', '30 15 a0 04 02 02 0d 3e a2 03 0c 01 ff a3 03 0c 01 74 a6 03 04 01 00', 'invalid'],
    ['an indefinite length', '30 80 a0 04 02 02 0d 3e 00 00', 'unsupported'],
    ['bytes behind the PDU', '30 06 a0 04 02 02 0d 3e 00', 'invalid'],
  ])('refuses %s', (_what, pdu, expected) => {
    expect(codeOf(() => decodeRdCleanPath(over(hex(pdu))))).toBe(expected);
  });

  it('takes no more certificates than anybody has', () => {
    const serverCertChain = Array.from({ length: MAX_RDCLEANPATH_CERTIFICATES + 1 }, () => Uint8Array.of(0));
    const response = { kind: 'response', x224ConnectionPdu: REQUEST, serverCertChain, serverAddr: '' } as const;
    expect(codeOf(() => decodeRdCleanPath(over(encodeRdCleanPath(response))))).toBe('limit');
  });
});
