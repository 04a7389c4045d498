import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  HYBRID_REQUIRED_BY_SERVER,
  PROTOCOL_HYBRID,
  PROTOCOL_RDSAAD,
  PROTOCOL_SSL,
} from '../../../src/rdp/connection/security-protocols.js';
import {
  decodeConnectionConfirm,
  encodeConnectionConfirm,
  type ConnectionConfirm,
} from '../../../src/rdp/connection/x224/connection-confirm.js';
import {
  CORRELATION_INFO_PRESENT,
  decodeConnectionRequest,
  encodeConnectionRequest,
  type ConnectionRequest,
} from '../../../src/rdp/connection/x224/connection-request.js';
import { encodeDataFrame, openDataFrame } from '../../../src/rdp/connection/x224/data.js';
import { decodeTpkt, encodeTpkt } from '../../../src/rdp/wire/tpkt.js';
import { codeOf, expectOnlyDecodeErrors, expectTruncations, hex, over } from './helpers.js';

const EMPTY = new Uint8Array(0);
const REFERENCES = { dstRef: 0, srcRef: 0, classOption: 0 };

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const references = { dstRef: u16, srcRef: u16, classOption: u8 };
const identifier = fc
  .array(fc.integer({ min: 0x20, max: 0xff }), { maxLength: 60 })
  .map((units) => String.fromCharCode(...units));

const routing = fc.oneof(
  fc.constant({ kind: 'none' as const }),
  identifier.map((mstshash) => ({ kind: 'cookie' as const, mstshash })),
  identifier
    .filter((token) => !token.startsWith('Cookie: mstshash='))
    .map((token) => ({ kind: 'token' as const, token })),
);
const bytes16 = fc.uint8Array({ minLength: 16, maxLength: 16 });
const negotiation = fc.oneof(
  fc.constant(null),
  fc.record({ flags: u8.map((flags) => flags & 0x03), requestedProtocols: u32, correlationInfo: fc.constant(null) }),
  fc.record({
    flags: u8.map((flags) => flags | CORRELATION_INFO_PRESENT),
    requestedProtocols: u32,
    correlationInfo: fc.record({ flags: u8, correlationId: bytes16, reserved: bytes16 }),
  }),
);
const anyRequest: fc.Arbitrary<ConnectionRequest> = fc
  .record({ ...references, routing, negotiation, trailing: fc.uint8Array({ maxLength: 20 }) })
  .map((request) => (request.negotiation === null ? { ...request, trailing: EMPTY } : request));

describe('X.224 connection request', () => {
  it('round-trips', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        expect(decodeConnectionRequest(over(encodeConnectionRequest(request)))).toEqual(request);
      }),
    );
  });

  it('decodes the example of the specification and encodes it to the same bytes', () => {
    const pdu = hex(`03 00 00 2c 27 e0 00 00 00 00 00 43 6f 6f 6b 69 65 3a 20 6d 73 74 73 68 61 73 68 3d 65 6c 74 6f
      6e 73 0d 0a 01 00 08 00 00 00 00 00`);
    const request = decodeConnectionRequest(decodeTpkt(over(pdu), 'x224Crq'));
    expect(request.routing).toEqual({ kind: 'cookie', mstshash: 'eltons' });
    expect(request.negotiation).toEqual({ flags: 0, requestedProtocols: 0, correlationInfo: null });
    expect(encodeTpkt(encodeConnectionRequest(request))).toEqual(pdu);
  });

  it('keeps a routing token verbatim, up to the first CR LF', () => {
    const pdu = encodeConnectionRequest({
      ...REFERENCES,
      routing: { kind: 'token', token: 'tsv://MS Terminal\rServices.1.x' },
      negotiation: { flags: 0, requestedProtocols: PROTOCOL_SSL | PROTOCOL_RDSAAD, correlationInfo: null },
      trailing: EMPTY,
    });
    const request = decodeConnectionRequest(over(pdu));
    expect(request.routing).toEqual({ kind: 'token', token: 'tsv://MS Terminal\rServices.1.x' });
    expect(request.negotiation?.requestedProtocols).toBe(PROTOCOL_SSL | PROTOCOL_RDSAAD);
  });

  it('refuses a token without CR LF, wrong lengths and another TPDU', () => {
    expect(codeOf(() => decodeConnectionRequest(over(hex('09 e0 0000 0000 00 41 42 43'))))).toBe('invalid');
    expect(codeOf(() => decodeConnectionRequest(over(hex('05 e0 0000 0000'))))).toBe('invalid');
    expect(codeOf(() => decodeConnectionRequest(over(hex('ff e0 0000 0000 00'))))).toBe('invalid');
    expect(codeOf(() => decodeConnectionRequest(over(hex('06 e0 0000 0000 00 00'))))).toBe('invalid');
    expect(codeOf(() => decodeConnectionRequest(over(hex('06 d0 0000 0000 00'))))).toBe('invalid');
    expect(codeOf(() => decodeConnectionRequest(over(hex('0e e0 0000 0000 00 01 00 0900 00000000'))))).toBe('invalid');
    expect(codeOf(() => decodeConnectionRequest(over(hex('0e e0 0000 0000 00 01 08 0800 00000000'))))).toBe(
      'truncated',
    );
  });

  it('does not encode what would decode as something else', () => {
    const base = { ...REFERENCES, negotiation: null, trailing: EMPTY };
    for (const token of ['a\r\nb', '\u0001\u0000', 'Ж', 'x'.repeat(250)]) {
      expect(() => encodeConnectionRequest({ ...base, routing: { kind: 'token', token } })).toThrow(RangeError);
    }
    const negotiation = { flags: CORRELATION_INFO_PRESENT, requestedProtocols: 0, correlationInfo: null };
    expect(() => encodeConnectionRequest({ ...base, routing: { kind: 'none' }, negotiation })).toThrow(RangeError);
  });

  it('throws "truncated" at every missing byte and nothing but DecodeError for noise', () => {
    fc.assert(
      fc.property(anyRequest, fc.uint8Array({ maxLength: 80 }), (request, noise) => {
        expectTruncations(encodeConnectionRequest(request), decodeConnectionRequest);
        expectOnlyDecodeErrors(noise, decodeConnectionRequest);
      }),
      { numRuns: 30 },
    );
  });
});

const anyConfirm: fc.Arbitrary<ConnectionConfirm> = fc.record({
  ...references,
  negotiation: fc.oneof(
    fc.record({ kind: fc.constant('response' as const), flags: u8, selectedProtocol: u32 }),
    fc.record({ kind: fc.constant('failure' as const), flags: u8, failureCode: u32 }),
  ),
  trailing: fc.uint8Array({ maxLength: 8 }),
});

describe('X.224 connection confirm', () => {
  it('round-trips, and throws "truncated" at every missing byte', () => {
    fc.assert(
      fc.property(anyConfirm, (confirm) => {
        const pdu = encodeConnectionConfirm(confirm);
        expect(decodeConnectionConfirm(over(pdu))).toEqual(confirm);
        expectTruncations(pdu, decodeConnectionConfirm);
      }),
      { numRuns: 50 },
    );
  });

  it('decodes the example of the specification and encodes it to the same bytes', () => {
    const pdu = hex('03 00 00 13 0e d0 00 00 12 34 00 02 00 08 00 00 00 00 00');
    const confirm = decodeConnectionConfirm(decodeTpkt(over(pdu), 'x224Ccf'));
    expect(confirm.negotiation).toEqual({ kind: 'response', flags: 0, selectedProtocol: 0 });
    expect(encodeTpkt(encodeConnectionConfirm(confirm))).toEqual(pdu);
  });

  it('tells a failure from a selection', () => {
    const failure = hex('0e d0 0000 1234 00 03 00 0800 05000000');
    expect(decodeConnectionConfirm(over(failure)).negotiation).toEqual({
      kind: 'failure',
      flags: 0,
      failureCode: HYBRID_REQUIRED_BY_SERVER,
    });
    const response = hex('0e d0 0000 1234 00 02 1f 0800 02000000');
    expect(decodeConnectionConfirm(over(response)).negotiation).toEqual({
      kind: 'response',
      flags: 0x1f,
      selectedProtocol: PROTOCOL_HYBRID,
    });
    expect(decodeConnectionConfirm(over(hex('06 d0 0000 1234 00'))).negotiation).toEqual({ kind: 'none' });
    expect(codeOf(() => decodeConnectionConfirm(over(hex('0e d0 0000 1234 00 04 00 0800 05000000'))))).toBe('invalid');
    expect(codeOf(() => decodeConnectionConfirm(over(hex('0e d0 0000 1234 00 02 00 0700 05000000'))))).toBe('invalid');
  });
});

describe('X.224 data', () => {
  it('carries an MCS PDU through', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (mcsPdu) => {
        expect(openDataFrame(encodeDataFrame(mcsPdu), 'mcs').rest()).toEqual(mcsPdu);
      }),
    );
  });

  it('refuses segmentation, other TPDUs and bytes behind the frame', () => {
    expect(codeOf(() => openDataFrame(hex('03000008 02f000 00'), 'mcs'))).toBe('unsupported');
    expect(codeOf(() => openDataFrame(hex('03000008 028080 00'), 'mcs'))).toBe('invalid');
    expect(codeOf(() => openDataFrame(hex('03000008 03f080 00'), 'mcs'))).toBe('invalid');
    expect(codeOf(() => openDataFrame(hex('03000007 02f080 00'), 'mcs'))).toBe('invalid');
    expect(codeOf(() => openDataFrame(hex('03000009 02f080 00'), 'mcs'))).toBe('truncated');
  });
});
