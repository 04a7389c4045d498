import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDvcMessage, MAX_DVC_PDU_BYTES } from '../../../src/rdp/dvc/data.js';
import {
  decodeDvcClientPdu,
  decodeDvcServerPdu,
  encodeDvcPdu,
  type DvcClientPdu,
  type DvcServerPdu,
} from '../../../src/rdp/dvc/dvc-pdu.js';
import { decodeError, expectNoSurprise, expectTruncationsToFail, hex, read, readAll } from '../session/support.js';
import { clientPdu, serverPdu } from './arbitraries.js';

/** PDUs end where their message ends, so what follows the fixed fields may be cut without a sign of it. */
function shortest(pdu: DvcServerPdu | DvcClientPdu, bytes: Uint8Array): number {
  switch (pdu.kind) {
    case 'data':
    case 'data-first':
      return bytes.length - pdu.data.length;
    case 'create-request':
      return bytes.length - pdu.trailing.length;
    default:
      return bytes.length;
  }
}

function allFrom(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

describe('dynamic channel PDUs', () => {
  it('of a server give back what was encoded and fail on every truncation', () => {
    fc.assert(
      fc.property(serverPdu, (pdu) => {
        const bytes = encodeDvcPdu(pdu);
        expect(readAll(decodeDvcServerPdu, bytes)).toEqual(pdu);
        expectTruncationsToFail(decodeDvcServerPdu, bytes, allFrom(shortest(pdu, bytes), bytes.length));
      }),
    );
  });

  it('of a client give back what was encoded and fail on every truncation', () => {
    fc.assert(
      fc.property(clientPdu, (pdu) => {
        const bytes = encodeDvcPdu(pdu);
        expect(readAll(decodeDvcClientPdu, bytes)).toEqual(pdu);
        expectTruncationsToFail(decodeDvcClientPdu, bytes, allFrom(shortest(pdu, bytes), bytes.length));
      }),
    );
  });

  it('end in a value or a DecodeError whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expectNoSurprise(decodeDvcServerPdu, bytes);
        expectNoSurprise(decodeDvcClientPdu, bytes);
      }),
    );
  });

  it('agree with the examples of the specification', () => {
    const examples: [Uint8Array, DvcServerPdu][] = [
      [
        hex('58 00 02 00 33 33 11 11 3d 0a a7 04'),
        { kind: 'capabilities-request', sp: 2, version: 2, priorityCharges: [0x3333, 0x1111, 0x0a3d, 0x04a7] },
      ],
      [
        hex('10 03 74 65 73 74 64 76 63 00'),
        { kind: 'create-request', cbId: 0, pri: 0, channelId: 3, channelName: 'testdvc', trailing: hex('') },
      ],
      [
        hex('24 03 7b 0c 71 71 71'),
        { kind: 'data-first', cbId: 0, len: 1, compressed: false, channelId: 3, length: 0x0c7b, data: hex('717171') },
      ],
      [hex('34 03 71'), { kind: 'data', cbId: 0, sp: 1, compressed: false, channelId: 3, data: hex('71') }],
      [
        hex('64 03 7b 0c e0 26 38 c4 3f f4 74 01'),
        {
          kind: 'data-first',
          cbId: 0,
          len: 1,
          compressed: true,
          channelId: 3,
          length: 3195,
          data: hex('e0 26 38 c4 3f f4 74 01'),
        },
      ],
    ];
    for (const [bytes, pdu] of examples) {
      expect(readAll(decodeDvcServerPdu, bytes)).toEqual(pdu);
      expect(encodeDvcPdu(pdu)).toEqual(bytes);
    }
    const response = { kind: 'create-response', cbId: 0, sp: 0, channelId: 3, creationStatus: 0 } as const;
    expect(readAll(decodeDvcClientPdu, hex('10 03 00 00 00 00'))).toEqual(response);
    const version = { kind: 'capabilities-response', sp: 0, version: 2 } as const;
    expect(readAll(decodeDvcClientPdu, hex('50 00 02 00'))).toEqual(version);
  });

  it('refuse a width of 3, unknown commands, and a name without an end', () => {
    expect(decodeError(decodeDvcServerPdu, hex('33 03 00 00 00 71')).code).toBe('invalid');
    expect(decodeError(decodeDvcServerPdu, hex('2c 03 00 00 00 71')).code).toBe('invalid');
    expect(decodeError(decodeDvcServerPdu, hex('a0 03')).code).toBe('invalid');
    expect(decodeError(decodeDvcServerPdu, hex('90 00 00 00 00 00')).code).toBe('invalid');
    expect(decodeError(decodeDvcServerPdu, hex('10 03 74 65')).code).toBe('invalid');
  });

  it('compare counts with what is there before anything is taken for them', () => {
    const lists = hex('80 00 0e000000 0200 0100 01000000 ff00');
    expect(decodeError(decodeDvcServerPdu, lists).code).toBe('truncated');
    expect(decodeError(decodeDvcServerPdu, hex('80 00 0e000000 0200 0100 01000000 ffff')).code).toBe('limit');
    expect(decodeError(decodeDvcServerPdu, hex('80 00 ffffffff 0000 0000')).code).toBe('truncated');
    expect(decodeError(decodeDvcClientPdu, hex('90 00 ffffffff')).code).toBe('limit');
  });
});

describe('a message', () => {
  it('is one PDU when it fits, and otherwise parts that announce its length', () => {
    const id = fc.constantFrom(3, 0x1ff, 0x1_0000);
    fc.assert(
      fc.property(id, fc.integer({ min: 0, max: 6000 }), (channelId, length) => {
        const message = Uint8Array.from({ length }, (_, index) => index & 0xff);
        const pdus = encodeDvcMessage(channelId, message).map((bytes) => {
          expect(bytes.length).toBeLessThanOrEqual(MAX_DVC_PDU_BYTES);
          return read(decodeDvcClientPdu, bytes);
        });
        const data = pdus.map((pdu, index) => {
          if (pdu.kind === 'data-first') expect(pdu.length).toBe(length);
          expect(pdu.kind).toBe(pdus.length > 1 && index === 0 ? 'data-first' : 'data');
          return 'data' in pdu ? pdu.data : hex('');
        });
        expect(Buffer.concat(data).equals(message)).toBe(true);
      }),
    );
  });
});
