import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeLicensingPdu,
  encodeLicensingPdu,
  endsLicensing,
  ERROR_ALERT,
  ST_TOTAL_ABORT,
  VALID_CLIENT,
  type LicensingPdu,
} from '../../../src/rdp/connection/licensing.js';
import { decodeMessageChannelPdu, encodeMessageChannelPdu } from '../../../src/rdp/connection/message-channel.js';
import {
  decodeSecurityHeader,
  encodeSecured,
  SEC_AUTODETECT_REQ,
  SEC_AUTODETECT_RSP,
  SEC_ENCRYPT,
  SEC_HEARTBEAT,
  SEC_LICENSE_PKT,
  SEC_TRANSPORT_REQ,
  SEC_TRANSPORT_RSP,
} from '../../../src/rdp/connection/security-header.js';
import { codeOf, expectOnlyDecodeErrors, expectTruncations, hex, over } from './helpers.js';

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });

describe('security header', () => {
  it('round-trips with the PDU behind it, and refuses encryption', () => {
    fc.assert(
      fc.property(u16, u16, fc.uint8Array({ maxLength: 20 }), (any, flagsHi, pdu) => {
        const flags = any & ~SEC_ENCRYPT;
        const secured = encodeSecured({ flags, flagsHi }, pdu);
        const reader = over(secured);
        expect(decodeSecurityHeader(reader)).toEqual({ flags, flagsHi });
        expect(reader.rest()).toEqual(pdu);
        expectTruncations(secured.slice(0, 4), decodeSecurityHeader);
      }),
    );
    expect(codeOf(() => decodeSecurityHeader(over(hex('4800 0000'))))).toBe('unsupported');
  });
});

const anyLicensingPdu: fc.Arbitrary<LicensingPdu> = fc.oneof(
  fc.record({
    kind: fc.constant('error-alert' as const),
    flags: u8,
    errorCode: u32,
    stateTransition: u32,
    blobType: u16,
    errorInfo: fc.uint8Array({ maxLength: 30 }),
  }),
  fc.record({
    kind: fc.constant('opaque' as const),
    messageType: u8.filter((type) => type !== ERROR_ALERT),
    flags: u8,
    data: fc.uint8Array({ maxLength: 300 }),
  }),
);

describe('licensing', () => {
  it('round-trips, throws "truncated" at every missing byte, and nothing but DecodeError for noise', () => {
    fc.assert(
      fc.property(anyLicensingPdu, fc.uint8Array({ maxLength: 40 }), (pdu, noise) => {
        const bytes = encodeLicensingPdu(pdu);
        expect(decodeLicensingPdu(over(bytes))).toEqual(pdu);
        expectTruncations(bytes, decodeLicensingPdu);
        expectOnlyDecodeErrors(noise, decodeLicensingPdu);
      }),
      { numRuns: 50 },
    );
  });

  it('lets a client in with the bytes of the specification', () => {
    const bytes = hex('ff 03 10 00 07 00 00 00 02 00 00 00 04 00 00 00');
    expect(encodeLicensingPdu(VALID_CLIENT)).toEqual(bytes);
    expect(endsLicensing(decodeLicensingPdu(over(bytes)))).toBe(true);
  });

  it('does not end with any other message', () => {
    expect(endsLicensing({ kind: 'opaque', messageType: 1, flags: 3, data: new Uint8Array(0) })).toBe(false);
    if (VALID_CLIENT.kind !== 'error-alert') throw new Error('the valid client message is an alert');
    expect(endsLicensing({ ...VALID_CLIENT, errorCode: 8 })).toBe(false);
    expect(endsLicensing({ ...VALID_CLIENT, stateTransition: ST_TOTAL_ABORT })).toBe(false);
  });

  it('refuses sizes that disagree with the message', () => {
    expect(codeOf(() => decodeLicensingPdu(over(hex('01 03 0300'))))).toBe('invalid');
    expect(codeOf(() => decodeLicensingPdu(over(hex('01 03 0400 00'))))).toBe('invalid');
    expect(codeOf(() => decodeLicensingPdu(over(hex('01 03 ffff 00'))))).toBe('truncated');
    expect(codeOf(() => decodeLicensingPdu(over(hex('ff 03 1000 07000000 02000000 0400 ffff'))))).toBe('truncated');
  });
});

describe('message channel', () => {
  it.each([
    [SEC_AUTODETECT_REQ, 'auto-detect-request'],
    [SEC_AUTODETECT_RSP, 'auto-detect-response'],
    [SEC_TRANSPORT_REQ, 'multitransport-request'],
    [SEC_TRANSPORT_RSP, 'multitransport-response'],
    [SEC_HEARTBEAT, 'heartbeat'],
    [SEC_LICENSE_PKT, 'unknown'],
    [SEC_HEARTBEAT | SEC_TRANSPORT_REQ, 'unknown'],
  ] as const)('flags 0x%x are %s, and the PDU survives', (flags, kind) => {
    fc.assert(
      fc.property(u16, fc.uint8Array({ maxLength: 40 }), (flagsHi, data) => {
        const bytes = encodeSecured({ flags, flagsHi }, data);
        const pdu = decodeMessageChannelPdu(over(bytes));
        expect(pdu).toEqual({ kind, header: { flags, flagsHi }, data });
        expect(encodeMessageChannelPdu(pdu)).toEqual(bytes);
      }),
      { numRuns: 20 },
    );
  });
});
