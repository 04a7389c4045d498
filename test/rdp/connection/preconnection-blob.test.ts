import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodePreconnectionBlob,
  encodePreconnectionBlob,
  readPreconnectionBlob,
  type PreconnectionBlob,
} from '../../../src/rdp/connection/preconnection-blob.js';
import { MAX_PRECONNECTION_BLOB_BYTES } from '../../../src/rdp/wire/limits.js';
import { codeOf, expectTruncations, hex, over } from './helpers.js';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const text = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 80 })
  .map((units) => String.fromCharCode(...units));
const anyBlob: fc.Arbitrary<PreconnectionBlob> = fc.record({
  flags: u32,
  id: u32,
  wszPcb: fc.oneof(fc.constant(null), text),
  trailing: fc.uint8Array({ maxLength: 20 }),
});

describe('preconnection blob', () => {
  it('round-trips both versions, and is found at the start of a stream with its size', () => {
    fc.assert(
      fc.property(anyBlob, fc.uint8Array({ maxLength: 30 }), (blob, following) => {
        const pdu = encodePreconnectionBlob(blob);
        expect(decodePreconnectionBlob(over(pdu))).toEqual(blob);
        // An odd size whose first byte is TPKT's is not a blob of the specification.
        fc.pre(pdu[0] !== 3);
        const stream = Uint8Array.of(...pdu, ...following);
        expect(readPreconnectionBlob(stream)).toEqual({ kind: 'blob', blob, sizeBytes: pdu.length });
      }),
    );
  });

  it('asks for more bytes at every cut, and throws "truncated" when told that there are none', () => {
    const pdu = encodePreconnectionBlob({ flags: 0, id: 7, wszPcb: 'ticket\0', trailing: new Uint8Array(0) });
    for (let length = 0; length < pdu.length; length++) {
      expect(readPreconnectionBlob(pdu.subarray(0, length))).toEqual({ kind: 'need-more-bytes' });
    }
    expectTruncations(pdu, decodePreconnectionBlob);
  });

  it('is absent when the stream begins with a TPKT', () => {
    expect(readPreconnectionBlob(hex('03'))).toEqual({ kind: 'absent' });
    expect(readPreconnectionBlob(hex('0300002c27e0'))).toEqual({ kind: 'absent' });
  });

  it('refuses hostile sizes before it waits for their bytes', () => {
    expect(codeOf(() => readPreconnectionBlob(hex('ffffffff')))).toBe('limit');
    expect(codeOf(() => readPreconnectionBlob(hex('02100000')))).toBe('limit');
    expect(codeOf(() => readPreconnectionBlob(hex('00000000')))).toBe('invalid');
    expect(codeOf(() => readPreconnectionBlob(hex('0e000000')))).toBe('invalid');
    expect(codeOf(() => readPreconnectionBlob(hex('47455420')))).toBe('limit');
    expect(codeOf(() => decodePreconnectionBlob(over(hex('ffffffff 00000000'))))).toBe('limit');
  });

  it('refuses a string longer than the blob, and a version that does not exist', () => {
    const tooLong = hex('14000000 00000000 02000000 00000000 0200 4100');
    expect(codeOf(() => readPreconnectionBlob(tooLong))).toBe('truncated');
    expect(codeOf(() => readPreconnectionBlob(hex('10000000 00000000 03000000 00000000')))).toBe('unsupported');
  });

  it('does not encode a blob that the reader would refuse', () => {
    const wszPcb = 'x'.repeat(MAX_PRECONNECTION_BLOB_BYTES / 2);
    expect(() => encodePreconnectionBlob({ flags: 0, id: 0, wszPcb, trailing: new Uint8Array(0) })).toThrow(RangeError);
  });
});
