import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  PduType,
  decodeShareControl,
  encodeShareControl,
  peekPduType,
  sharePdus,
} from '../../../src/rdp/session/share-control.js';
import {
  PACKET_COMPRESSED,
  PduType2,
  decodeShareData,
  encodeDataPdu,
  peekPduType2,
} from '../../../src/rdp/session/share-data.js';
import { decodeError, example, expectNoSurprise, expectTruncationsToFail, hex, read } from './support.js';

function only(bytes: Uint8Array) {
  const [pdu] = [...sharePdus(bytes)];
  if (pdu?.kind !== 'share') throw new Error('no share PDU');
  return pdu;
}

describe('share control header', () => {
  it('gives back what was encoded, whatever follows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: 0, max: 0xffff }),
        fc.integer({ min: 0, max: 0xfff }),
        fc.uint8Array({ maxLength: 64 }),
        fc.uint8Array({ maxLength: 16 }),
        (pduType, pduSource, pduVersion, body, after) => {
          const bytes = encodeShareControl({ pduType, pduSource, pduVersion }, body);
          const pdu = read(decodeShareControl, Uint8Array.from([...bytes, ...after]));
          if (pdu.kind !== 'share') throw new Error('flow');
          expect(pdu).toMatchObject({ pduType, pduSource, pduVersion });
          expect(pdu.bytes).toEqual(bytes);
          expect(pdu.body.rest()).toEqual(body);
        },
      ),
    );
  });

  it('reads the examples of the specification', () => {
    expect(only(example('demand-active'))).toMatchObject({ pduType: PduType.demandActive, pduSource: 0x3ea });
    expect(only(example('confirm-active'))).toMatchObject({ pduType: PduType.confirmActive, pduSource: 0x3ef });
    expect(only(example('enhanced-redirection'))).toMatchObject({ pduType: PduType.serverRedirection });
  });

  it('splits a payload into its PDUs and leaves padding at the end alone', () => {
    const first = encodeShareControl({ pduType: PduType.data, pduSource: 1 }, hex('0102'));
    const flow = hex('0080 00 42 00 01 ea03');
    const payload = Uint8Array.from([...first, ...flow, ...first, 0, 0, 0]);
    const pdus = [...sharePdus(payload)];
    expect(pdus.map((pdu) => pdu.kind)).toEqual(['share', 'flow', 'share']);
    expect(pdus.map((pdu) => pdu.bytes)).toEqual([first, flow, first]);
  });

  it('ignores a flow PDU that is cut off and still finds the end', () => {
    expect([...sharePdus(hex('0080 00 42'))].map((pdu) => pdu.kind)).toEqual(['flow']);
  });

  it('accepts the four byte Deactivate All of Windows XP', () => {
    expect(only(hex('0400 1600'))).toMatchObject({ pduType: PduType.deactivateAll, pduSource: 0 });
  });

  it('refuses lengths that lie outside of the payload or inside of the header', () => {
    expectTruncationsToFail(decodeShareControl, example('demand-active'));
    for (const length of [0, 1, 2, 3, 5]) {
      expectNoSurprise(decodeShareControl, Uint8Array.of(length, 0, 0x17, 0, 1, 2));
      if (length < 4)
        expect(decodeError(decodeShareControl, Uint8Array.of(length, 0, 7, 0, 0, 0)).code).toBe('invalid');
    }
    expect(decodeError(decodeShareControl, hex('ffff 1700 ea03')).code).toBe('truncated');
  });

  it('does not encode a PDU that would read as a flow PDU or does not fit', () => {
    const header = { pduType: PduType.data, pduSource: 0 };
    expect(() => encodeShareControl(header, new Uint8Array(0x8000 - 6))).toThrow(RangeError);
    expect(() => encodeShareControl(header, new Uint8Array(0x10000 - 6))).toThrow(RangeError);
    expect(encodeShareControl(header, new Uint8Array(0xffff - 6))).toHaveLength(0xffff);
  });
});

describe('share data header', () => {
  it('reads the examples of the specification and encodes them to the same bytes', () => {
    for (const [name, pduType2, streamId] of [
      ['client-synchronize', PduType2.synchronize, 1],
      ['client-control-cooperate', PduType2.control, 1],
      ['server-control-granted', PduType2.control, 2],
      ['font-map', PduType2.fontMap, 2],
    ] as const) {
      const bytes = example(name);
      const pdu = only(bytes);
      const data = decodeShareData(pdu.body);
      expect(data).toMatchObject({ pduType2, compressedType: 0 });
      const again = encodeDataPdu(
        { shareId: data.shareId, pduSource: pdu.pduSource, pduType2, streamId: data.streamId },
        data.payload,
      );
      // pad1 is the sender's own and not kept; servers count uncompressedLength from the start of the PDU.
      bytes[10] = 0;
      if (streamId === 2) bytes.set([bytes.length - 14, 0], 12);
      expect(again).toEqual(bytes);
      expect(data.streamId, name).toBe(streamId);
    }
  });

  it('takes a compressed payload by compressedLength, which counts both headers', () => {
    const pdu = (compressedLength: number) =>
      Uint8Array.from([...hex('01000000 00 01 4000 02'), PACKET_COMPRESSED | 1, compressedLength, 0, 7, 8, 9]);
    expect(read(decodeShareData, pdu(21)).payload).toEqual(hex('070809'));
    expect(read(decodeShareData, pdu(20)).payload).toEqual(hex('0708'));
    expect(decodeError(decodeShareData, pdu(17)).code).toBe('invalid');
    expect(decodeError(decodeShareData, pdu(22)).code).toBe('truncated');
  });

  it('fails on every truncation of the header', () => {
    const body = encodeDataPdu({ shareId: 1, pduSource: 2, pduType2: PduType2.shutdownRequest }, new Uint8Array(0));
    expectTruncationsToFail(decodeShareData, body.subarray(6));
  });
});

describe('header peeks on the hot path', () => {
  it('agree with decoding on any bytes', () => {
    const near = fc.uint8Array({ minLength: 0, maxLength: 24 }).map((bytes) => {
      if (bytes.length > 3 && (bytes[3] ?? 0) > 127) bytes.set([bytes.length, 0, 0x17, 0]);
      return bytes;
    });
    fc.assert(
      fc.property(near, (bytes) => {
        let decoded: { type?: number; type2?: number } = {};
        try {
          const pdu = read(decodeShareControl, bytes);
          if (pdu.kind === 'share') {
            decoded = { type: pdu.pduType };
            if (pdu.pduType === PduType.data) decoded.type2 = decodeShareData(pdu.body).pduType2;
          }
        } catch {
          // Peeks do not check lengths; only what decodes has to agree.
        }
        if (decoded.type !== undefined) expect(peekPduType(bytes)).toBe(decoded.type);
        if (decoded.type2 !== undefined) expect(peekPduType2(bytes)).toBe(decoded.type2);
      }),
    );
  });

  it('say nothing of too few bytes, of flow PDUs and of other PDUs', () => {
    const data = example('font-map');
    expect(peekPduType2(data)).toBe(PduType2.fontMap);
    expect(peekPduType2(Uint8Array.from([9, ...data]), 1)).toBe(PduType2.fontMap);
    expect(peekPduType2(data.subarray(0, 17))).toBeUndefined();
    expect(peekPduType(data.subarray(0, 3))).toBeUndefined();
    expect(peekPduType(hex('0080 0042'))).toBeUndefined();
    expect(peekPduType2(example('demand-active'))).toBeUndefined();
  });
});
