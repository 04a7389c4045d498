import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RT_SUCCESSFUL } from '../../../src/rdp/connection/mcs/choice.js';
import {
  decodeConnectInitial,
  encodeConnectInitial,
  type ConnectInitial,
} from '../../../src/rdp/connection/mcs/connect-initial.js';
import {
  decodeConnectResponse,
  encodeConnectResponse,
  type ConnectResponse,
} from '../../../src/rdp/connection/mcs/connect-response.js';
import { RN_USER_REQUESTED } from '../../../src/rdp/connection/mcs/disconnect-provider-ultimatum.js';
import { decodeDomainParameters, encodeDomainParameters } from '../../../src/rdp/connection/mcs/domain-parameters.js';
import { decodeDomainPdu, encodeDomainPdu, type DomainPdu } from '../../../src/rdp/connection/mcs/domain-pdu.js';
import { locateSendData, sendData, type SendData } from '../../../src/rdp/connection/mcs/send-data.js';
import { encodeDataFrame, openDataFrame } from '../../../src/rdp/connection/x224/data.js';
import { codeOf, expectOnlyDecodeErrors, expectTruncations, hex, over } from './helpers.js';

const u16 = fc.integer({ min: 0, max: 0xffff });
const userId = fc.integer({ min: 1001, max: 0xffff });
const result = fc.integer({ min: 0, max: 15 });
const small = fc.uint8Array({ maxLength: 40 });

const anyConnectInitial: fc.Arbitrary<ConnectInitial> = fc.record({
  callingDomainSelector: small,
  calledDomainSelector: small,
  upwardFlag: fc.boolean(),
  targetParameters: small,
  minimumParameters: small,
  maximumParameters: fc.uint8Array({ maxLength: 300 }),
  userData: fc.uint8Array({ maxLength: 600 }),
});

describe('MCS connect-initial and connect-response', () => {
  it('connect-initial round-trips through every form of length, and throws "truncated" at every missing byte', () => {
    fc.assert(
      fc.property(anyConnectInitial, (value) => {
        const pdu = encodeConnectInitial(value);
        expect(decodeConnectInitial(over(pdu))).toEqual(value);
        expectTruncations(pdu, decodeConnectInitial);
      }),
      { numRuns: 30 },
    );
  });

  it('connect-response round-trips, and throws "truncated" at every missing byte', () => {
    const anyResponse: fc.Arbitrary<ConnectResponse> = fc.record({
      result,
      calledConnectId: fc.integer({ min: 0, max: 0x7fff_ffff }),
      domainParameters: small,
      userData: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(anyResponse, (value) => {
        const pdu = encodeConnectResponse(value);
        expect(decodeConnectResponse(over(pdu))).toEqual(value);
        expectTruncations(pdu, decodeConnectResponse);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses lengths beyond the PDU, length forms that need a search, and bytes left over', () => {
    expect(codeOf(() => decodeConnectInitial(over(hex('7f65 82ffff 00'))))).toBe('truncated');
    expect(codeOf(() => decodeConnectInitial(over(hex('7f65 84ffffffff'))))).toBe('unsupported');
    expect(codeOf(() => decodeConnectInitial(over(hex('7f65 80 0401010000'))))).toBe('unsupported');
    expect(codeOf(() => decodeConnectInitial(over(hex('7f66 00'))))).toBe('invalid');
    const pdu = encodeConnectResponse({
      result: RT_SUCCESSFUL,
      calledConnectId: 0,
      domainParameters: new Uint8Array(0),
      userData: new Uint8Array(0),
    });
    expect(codeOf(() => decodeConnectResponse(over(Uint8Array.of(...pdu, 0))))).toBe('invalid');
  });

  it('reads domain parameters in both widths that clients use', () => {
    const numbers = {
      maxChannelIds: 65_535,
      maxUserIds: 64_535,
      maxTokenIds: 65_535,
      numPriorities: 1,
      minThroughput: 0,
      maxHeight: 1,
      maxMcsPduSize: 65_535,
      protocolVersion: 2,
    };
    const microsoft = hex('0202ffff 0202fc17 0202ffff 020101 020100 020101 0202ffff 020102');
    expect(decodeDomainParameters(microsoft)).toEqual(numbers);
    expect(decodeDomainParameters(encodeDomainParameters(numbers))).toEqual(numbers);
    expect(encodeDomainParameters(numbers).subarray(0, 5)).toEqual(hex('020300ffff'));
    expect(codeOf(() => decodeDomainParameters(hex('0200')))).toBe('invalid');
    expect(codeOf(() => decodeDomainParameters(hex('02050000000000')))).toBe('invalid');
  });
});

const anyDomainPdu: fc.Arbitrary<DomainPdu> = fc.oneof(
  fc.record({
    kind: fc.constant('erect-domain-request' as const),
    parameters: fc.uint8Array({ minLength: 4, maxLength: 8 }),
  }),
  fc.constant({ kind: 'attach-user-request' as const }),
  fc.record({ kind: fc.constant('attach-user-confirm' as const), result, initiator: fc.option(userId) }),
  fc.record({ kind: fc.constant('channel-join-request' as const), initiator: userId, channelId: u16 }),
  fc.record({
    kind: fc.constant('channel-join-confirm' as const),
    result,
    initiator: userId,
    requested: u16,
    channelId: fc.option(u16),
  }),
  fc.record({
    kind: fc.constantFrom('send-data-request' as const, 'send-data-indication' as const),
    initiator: userId,
    channelId: u16,
    dataPriority: fc.integer({ min: 0, max: 3 }),
    segmentation: fc.integer({ min: 0, max: 3 }),
    userData: fc.uint8Array({ maxLength: 300 }),
  }),
  fc.record({ kind: fc.constant('disconnect-provider-ultimatum' as const), reason: fc.integer({ min: 0, max: 7 }) }),
);

describe('MCS domain PDUs', () => {
  it('round-trip', () => {
    fc.assert(
      fc.property(anyDomainPdu, (pdu) => {
        expect(decodeDomainPdu(over(encodeDomainPdu(pdu)))).toEqual(pdu);
      }),
      { numRuns: 500 },
    );
  });

  it('throw "truncated" at every missing byte, "invalid" for one too many, and nothing but DecodeError for noise', () => {
    fc.assert(
      fc.property(anyDomainPdu, fc.uint8Array({ maxLength: 20 }), (pdu, noise) => {
        const bytes = encodeDomainPdu(pdu);
        if (pdu.kind !== 'erect-domain-request') {
          expectTruncations(bytes, decodeDomainPdu);
          expect(codeOf(() => decodeDomainPdu(over(Uint8Array.of(...bytes, 0))))).toBe('invalid');
        }
        expectOnlyDecodeErrors(noise, decodeDomainPdu);
      }),
    );
    expectTruncations(hex('04 01000100'), decodeDomainPdu);
  });

  it.each<[string, string, DomainPdu]>([
    [
      'erect domain request',
      '03 00 00 0c 02 f0 80 04 01 00 01 00',
      { kind: 'erect-domain-request', parameters: hex('01000100') },
    ],
    ['attach user request', '03 00 00 08 02 f0 80 28', { kind: 'attach-user-request' }],
    [
      'attach user confirm',
      '03 00 00 0b 02 f0 80 2e 00 00 06',
      { kind: 'attach-user-confirm', result: RT_SUCCESSFUL, initiator: 1007 },
    ],
    [
      'channel join request',
      '03 00 00 0c 02 f0 80 38 00 06 03 ef',
      { kind: 'channel-join-request', initiator: 1007, channelId: 1007 },
    ],
    [
      'channel join confirm',
      '03 00 00 0f 02 f0 80 3e 00 00 06 03 ef 03 ef',
      { kind: 'channel-join-confirm', result: RT_SUCCESSFUL, initiator: 1007, requested: 1007, channelId: 1007 },
    ],
    [
      'disconnect provider ultimatum',
      '03 00 00 09 02 f0 80 21 80',
      { kind: 'disconnect-provider-ultimatum', reason: RN_USER_REQUESTED },
    ],
  ])('%s: the example of the specification decodes and encodes to the same bytes', (_name, dump, expected) => {
    const frame = hex(dump);
    const pdu = decodeDomainPdu(openDataFrame(frame, 'mcs'));
    expect(pdu).toEqual(expected);
    expect(encodeDataFrame(encodeDomainPdu(pdu))).toEqual(frame);
  });

  it('refuse choices that RDP does not use, and user ids that do not exist', () => {
    expect(codeOf(() => decodeDomainPdu(over(hex('00'))))).toBe('unsupported');
    expect(codeOf(() => decodeDomainPdu(over(hex('fc'))))).toBe('unsupported');
    expect(codeOf(() => decodeDomainPdu(over(hex('2e 00 ffff'))))).toBe('invalid');
    expect(() => encodeDomainPdu({ kind: 'channel-join-request', initiator: 1000, channelId: 0 })).toThrow(RangeError);
    expect(() => encodeDomainPdu(sendData('send-data-request', 1007, 1003, new Uint8Array(0x8000)))).toThrow(
      RangeError,
    );
  });

  it('read a length of 15 bits, as peers write it', () => {
    const userData = new Uint8Array(0x7000).fill(5);
    const pdu = encodeDomainPdu(sendData('send-data-indication', 1002, 1003, userData));
    expect(pdu.subarray(6, 8)).toEqual(hex('f000'));
    expect(decodeDomainPdu(over(pdu))).toEqual(sendData('send-data-indication', 1002, 1003, userData));
  });
});

describe('locating send data in a frame', () => {
  it('agrees with the decoder, and gives the user data without a copy', () => {
    const isSendData = (pdu: DomainPdu): pdu is SendData =>
      pdu.kind === 'send-data-request' || pdu.kind === 'send-data-indication';
    const anySendData = anyDomainPdu.filter(isSendData);
    fc.assert(
      fc.property(anySendData, (pdu) => {
        const frame = encodeDataFrame(encodeDomainPdu(pdu));
        const found = locateSendData(frame);
        expect(found).toMatchObject({ kind: pdu.kind, initiator: pdu.initiator, channelId: pdu.channelId });
        expect(frame.subarray(found?.offset, (found?.offset ?? 0) + (found?.sizeBytes ?? 0))).toEqual(pdu.userData);
      }),
    );
  });

  it('leaves everything else to others', () => {
    expect(locateSendData(hex('00 05 01 02 03'))).toBeNull();
    expect(locateSendData(encodeDataFrame(hex('2180')))).toBeNull();
    expect(locateSendData(hex('0300000b 06e0 0000 0000 00'))).toBeNull();
    expect(locateSendData(new Uint8Array(0))).toBeNull();
  });

  it('throws for a frame that is shorter than it says', () => {
    const frame = encodeDataFrame(encodeDomainPdu(sendData('send-data-request', 1007, 1003, Uint8Array.of(1, 2, 3))));
    for (let length = 8; length < frame.length; length++) {
      expect(codeOf(() => locateSendData(frame.subarray(0, length)))).toBe('truncated');
    }
  });
});
