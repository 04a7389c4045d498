import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERROR_INFO_NAMES, ERROR_INFO_SENTENCES } from '../../../src/rdp/session/error-info-table.js';
import { decodeSaveSessionInfo, encodeSaveSessionInfo } from '../../../src/rdp/session/save-session-info.js';
import {
  RedirFlag,
  decodeEnhancedServerRedirection,
  decodeServerRedirection,
  isStandardServerRedirection,
} from '../../../src/rdp/session/server-redirection.js';
import { decodeSetErrorInfo, describeErrorInfo, encodeSetErrorInfo } from '../../../src/rdp/session/set-error-info.js';
import { PduType, sharePdus } from '../../../src/rdp/session/share-control.js';
import { PACKET_COMPRESSED, PACKET_FLUSHED, PduType2, decodeShareData } from '../../../src/rdp/session/share-data.js';
import {
  CHANNEL_FLAG_FIRST,
  CHANNEL_FLAG_LAST,
  CHANNEL_PACKET_COMPRESSED,
  CHANNEL_PACKET_FLUSHED,
  chunkCompressedType,
  decodeVirtualChannelChunk,
  encodeVirtualChannelChunk,
  splitVirtualChannelMessage,
} from '../../../src/rdp/session/virtual-channel-chunk.js';
import { decodeError, example, expectNoSurprise, expectTruncationsToFail, hex, read, readAll } from './support.js';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const text = (maxLength: number) =>
  fc.string({ unit: 'binary', maxLength: maxLength >> 1 }).map((value) => value.replaceAll('\0', 'x'));
const kind = <K extends string>(name: K) => fc.constant(name);

function sharePdu(name: string) {
  const [pdu] = [...sharePdus(example(name))];
  if (pdu?.kind !== 'share') throw new Error('no share PDU');
  return pdu;
}

function saveSessionInfo(name: string) {
  const data = decodeShareData(sharePdu(name).body);
  expect(data.pduType2).toBe(PduType2.saveSessionInfo);
  return data.payload;
}

describe('Save Session Info', () => {
  it('of the specification is read: version 2, plain notify, extended', () => {
    expect(readAll(decodeSaveSessionInfo, saveSessionInfo('save-session-info-version-2'))).toEqual({
      kind: 'logon-long',
      domain: 'NTDEV',
      userName: 'eltons',
      sessionId: 2,
    });
    expect(read(decodeSaveSessionInfo, saveSessionInfo('save-session-info-plain-notify'))).toEqual({
      kind: 'plain-notify',
    });
    expect(read(decodeSaveSessionInfo, saveSessionInfo('save-session-info-extended'))).toEqual({
      kind: 'extended',
      autoReconnectCookie: { version: 1, logonId: 2, arcRandomBits: hex('a802e725e24c82b752a553503498a1a8') },
    });
  });

  it('is encoded to the bytes of the specification', () => {
    for (const variant of ['version-2', 'plain-notify', 'extended']) {
      const bytes = saveSessionInfo(`save-session-info-${variant}`);
      const again = encodeSaveSessionInfo(read(decodeSaveSessionInfo, bytes));
      // Size counts the padding according to the text, and does not in the example.
      if (variant === 'version-2') again.set(bytes.subarray(6, 10), 6);
      expect(again.subarray(0, bytes.length), variant).toEqual(bytes.subarray(0, again.length));
      expect(again).toHaveLength(bytes.length);
    }
  });

  it('gives back what was encoded', () => {
    const cookie = fc.record({
      version: u32,
      logonId: u32,
      arcRandomBits: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    });
    const errors = fc.record({ errorNotificationType: u32, errorNotificationData: u32 });
    const value = fc.oneof(
      fc.record({ kind: kind('logon'), domain: text(25), userName: text(255), sessionId: u32 }),
      fc.record({ kind: kind('logon-long'), domain: text(600), userName: text(600), sessionId: u32 }),
      fc.record({ kind: kind('plain-notify') }),
      fc.record(
        { kind: kind('extended'), autoReconnectCookie: cookie, logonErrors: errors },
        { requiredKeys: ['kind'] },
      ),
      fc.record({
        kind: kind('unknown'),
        infoType: fc.integer({ min: 4, max: 0xffff_ffff }),
        data: fc.uint8Array({ maxLength: 20 }),
      }),
    );
    fc.assert(
      fc.property(value, (one) => {
        expect(read(decodeSaveSessionInfo, encodeSaveSessionInfo(one))).toEqual(one);
      }),
      { numRuns: 300 },
    );
  });

  it('fails on every truncation that loses more than padding', () => {
    const logon = { domain: 'CONTOSO', userName: 'alice', sessionId: 3 };
    expectTruncationsToFail(decodeSaveSessionInfo, encodeSaveSessionInfo({ kind: 'logon', ...logon }));
    expectTruncationsToFail(decodeSaveSessionInfo, encodeSaveSessionInfo({ kind: 'logon-long', ...logon }));
    const extended = encodeSaveSessionInfo({
      kind: 'extended',
      logonErrors: { errorNotificationType: 1, errorNotificationData: 2 },
    });
    expectTruncationsToFail(decodeSaveSessionInfo, extended.subarray(0, -570));
  });

  it('refuses names longer than their field or than the PDU', () => {
    const version1 = encodeSaveSessionInfo({ kind: 'logon', domain: '', userName: '', sessionId: 0 });
    version1.set([54, 0, 0, 0], 4);
    expect(decodeError(decodeSaveSessionInfo, version1).code).toBe('invalid');
    const version2 = encodeSaveSessionInfo({ kind: 'logon-long', domain: '', userName: '', sessionId: 0 });
    version2.set([0xfe, 0xff, 0xff, 0xff], 14);
    expect(decodeError(decodeSaveSessionInfo, version2).code).toBe('truncated');
    expect(() => encodeSaveSessionInfo({ kind: 'logon', domain: 'x'.repeat(26), userName: '', sessionId: 0 })).toThrow(
      RangeError,
    );
  });

  it('ends in a value or a DecodeError on any bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), fc.uint8Array({ maxLength: 80 }), (type, data) => {
        expectNoSurprise(decodeSaveSessionInfo, Uint8Array.from([type, 0, 0, 0, ...data]));
      }),
    );
  });
});

describe('Server Redirection', () => {
  it('of the specification is recognised and read without its credentials', () => {
    const pdu = sharePdu('enhanced-redirection');
    expect(pdu.pduType).toBe(PduType.serverRedirection);
    const redirection = decodeEnhancedServerRedirection(pdu.body);
    expect(redirection).toEqual({
      sessionId: 2,
      redirFlags: 0xb1d,
      redirects: true,
      targetNetAddress: '2001:4898:2b:2:9de7:4569:fb39:ef29',
    });
    expect(redirection.redirFlags & RedirFlag.password).not.toBe(0);
  });

  const packet = hex('0004 2000 02000000 83000000 06000000 3100 3200 0000 03000000 0a0b0c');

  it('gives the routing token, and says when it only informs', () => {
    expect(readAll(decodeServerRedirection, packet)).toEqual({
      sessionId: 2,
      redirFlags: 0x83,
      redirects: false,
      targetNetAddress: '12',
      loadBalanceInfo: hex('0a0b0c'),
    });
  });

  it('fails on every truncation, on hostile lengths and on another packet', () => {
    expectTruncationsToFail(decodeServerRedirection, packet);
    expect(decodeError(decodeServerRedirection, hex('0104 2000 02000000 00000000')).code).toBe('invalid');
    expect(decodeError(decodeServerRedirection, hex('0004 2000 02000000 02000000 ffffffff')).code).toBe('truncated');
  });

  it('is recognised behind a security header', () => {
    expect(isStandardServerRedirection(hex('000c 0000 58dd'))).toBe(true);
    expect(isStandardServerRedirection(hex('0808 0100 47bd'))).toBe(false);
    expect(isStandardServerRedirection(hex('0004 00'))).toBe(false);
  });
});

describe('Set Error Info', () => {
  it('gives back what was encoded and fails on every truncation', () => {
    fc.assert(
      fc.property(u32, (errorInfo) => {
        const bytes = encodeSetErrorInfo({ errorInfo });
        expect(readAll(decodeSetErrorInfo, bytes)).toEqual({ errorInfo });
        expectTruncationsToFail(decodeSetErrorInfo, bytes);
      }),
    );
  });

  it('names every code and has a sentence for each', () => {
    expect(describeErrorInfo(0x3)).toEqual({
      name: 'IDLE_TIMEOUT',
      sentence: 'The session was idle for longer than the remote computer allows.',
    });
    expect(describeErrorInfo(0x1192).name).toBe('DECRYPTFAILED');
    expect(describeErrorInfo(0xdead)).toEqual({
      name: '0x0000dead',
      sentence: 'The remote computer ended the connection with an error.',
    });
    expect(ERROR_INFO_NAMES.size).toBe(120);
    for (const code of ERROR_INFO_SENTENCES.keys()) expect(ERROR_INFO_NAMES.has(code)).toBe(true);
  });
});

describe('virtual channel chunks', () => {
  it('of the specification are read and encoded to the same bytes', () => {
    const bytes = example('virtual-channel');
    const chunk = readAll(decodeVirtualChannelChunk, bytes);
    expect(chunk).toEqual({
      length: 8,
      flags: CHANNEL_FLAG_FIRST | CHANNEL_FLAG_LAST,
      data: hex('0300010000000000'),
    });
    expect(encodeVirtualChannelChunk(chunk)).toEqual(bytes);
    for (let length = 0; length < 8; length += 1) {
      expect(decodeError(decodeVirtualChannelChunk, bytes.subarray(0, length)).code).toBe('truncated');
    }
  });

  it('have the compression bits of Data PDUs', () => {
    expect(chunkCompressedType(CHANNEL_PACKET_COMPRESSED | CHANNEL_PACKET_FLUSHED | 0x10003)).toBe(
      PACKET_COMPRESSED | PACKET_FLUSHED | 1,
    );
  });

  it('of a message put together give the message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.integer({ min: 1, max: 20 }), (message, chunkBytes) => {
        const chunks = splitVirtualChannelMessage(message, chunkBytes);
        expect(Uint8Array.from(chunks.flatMap((chunk) => [...chunk.data]))).toEqual(message);
        expect(chunks.every((chunk) => chunk.length === message.length && chunk.data.length <= chunkBytes)).toBe(true);
        expect(chunks.findIndex((chunk) => (chunk.flags & CHANNEL_FLAG_FIRST) !== 0)).toBe(0);
        expect(chunks.filter((chunk) => (chunk.flags & CHANNEL_FLAG_FIRST) !== 0)).toHaveLength(1);
        expect(chunks.findIndex((chunk) => (chunk.flags & CHANNEL_FLAG_LAST) !== 0)).toBe(chunks.length - 1);
      }),
    );
  });
});
