import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BulkDecompressor } from '../../../recorder/bulk/bulk-decompressor.js';
import { MPPC_64K, MPPC_8K, MppcDecompressor } from '../../../recorder/bulk/mppc.js';
import {
  BULK_COMPRESSORS,
  MAX_BULK_COMPRESSION_TYPE,
  type BulkCompressor,
} from '../../../src/contract/capability-table.js';
import { PACKET_COMPRESSED, PACKET_FLUSHED } from '../../../src/rdp/session/share-data.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { bytes, damage, packets, text } from './support.js';

describe('bulk decompression', () => {
  it.each(['bulk_mppc8k', 'bulk_mppc64k', 'bulk_ncrush', 'bulk_xcrush'])(
    'follows the history of %s as libfreerdp does',
    (name) => {
      const bulk = new BulkDecompressor();
      const all = packets(name);
      expect(all).toHaveLength(40);
      for (const { flags, data, expected } of all) {
        expect(Buffer.compare(bulk.decompress(data, flags), expected)).toBe(0);
      }
    },
  );

  it('knows every compressor that the gateway offers', () => {
    // The literals 0x41 and 0x42, for NCRUSH the codes 0x1e3, 0x013 (9 bits each) and 0x17ff (end of stream).
    const literals: Record<BulkCompressor, Uint8Array> = {
      'mppc-8k': bytes('4142'),
      'mppc-64k': bytes('4142'),
      ncrush: bytes('e327fc5f'),
      xcrush: bytes('02004142'),
    };
    const offered = Object.values(BULK_COMPRESSORS).sort((a, b) => a - b);
    expect(offered).toEqual(Array.from({ length: MAX_BULK_COMPRESSION_TYPE + 1 }, (_, type) => type));
    for (const [name, type] of Object.entries(BULK_COMPRESSORS) as [BulkCompressor, number][]) {
      expect([...new BulkDecompressor().decompress(literals[name], PACKET_COMPRESSED | type)]).toEqual([0x41, 0x42]);
    }
  });

  it('hands on what is not compressed', () => {
    const data = bytes('ff00ff');
    expect(new BulkDecompressor().decompress(data, 0x01)).toBe(data);
    expect(new BulkDecompressor().decompress(data, PACKET_FLUSHED | 1)).toBe(data);
  });

  it('refuses everything compressed after an error until the history is flushed', () => {
    const bulk = new BulkDecompressor();
    const [first, second] = packets('bulk_mppc64k').filter((packet) => (packet.flags & 0x20) !== 0);
    if (first === undefined || second === undefined) throw new Error('fixture is missing');
    bulk.decompress(first.data, first.flags);
    // Fifteen ones: no length-of-match of RDP 5.0.
    expect(() => bulk.decompress(bytes('f87fffffff'), 0x21)).toThrow(DecodeError);
    expect(bulk.poisoned).toBe(true);
    expect(() => bulk.decompress(second.data, 0x21)).toThrow(/history is lost/);
    expect(() => bulk.decompress(second.data, 0x61)).toThrow(/history is lost/);
    const raw = bytes('00');
    expect(bulk.decompress(raw, 0x01)).toBe(raw);
    expect(bulk.poisoned).toBe(true);
    expect([...bulk.decompress(bytes('4142'), 0xa1)]).toEqual([0x41, 0x42]);
    expect(bulk.poisoned).toBe(false);
  });

  it('resets offset and contents of the history when it is flushed', () => {
    const bulk = new BulkDecompressor();
    bulk.decompress(bytes('41424344'), 0x21);
    // Copy-offset 4, length 3, at the front of a history of zeros.
    expect([...bulk.decompress(bytes('f900'), 0xa1)]).toEqual([0, 0, 0]);
  });

  it('is poisoned by a compressor that was not offered, also when that one flushes', () => {
    const bulk = new BulkDecompressor();
    for (const flags of [0x24, 0xa4, 0x2f]) expect(() => bulk.decompress(bytes('00'), flags)).toThrow(/unsupported/);
    expect(() => bulk.decompress(bytes('41'), 0x21)).toThrow(/history is lost/);
  });

  it('refuses literals and matches beyond the history, and a match with nothing', () => {
    expect(() => new MppcDecompressor(MPPC_8K).decompress(new Uint8Array(8193).fill(0x41), true)).toThrow(/beyond/);
    expect(new MppcDecompressor(MPPC_8K).decompress(new Uint8Array(8192).fill(0x41), true)).toHaveLength(8192);
    expect(() => new MppcDecompressor(MPPC_64K).decompress(bytes('f800'), true)).toThrow(/beyond/);
  });

  it('reads the literal and tuple codes of the specification', () => {
    // 0x56, 0xE7, then copy-offset 2 and length 3 in RDP 4.0: 01010110 101100111 1111000010 0.
    expect([...new MppcDecompressor(MPPC_8K).decompress(bytes('56b3f840'), true)]).toEqual([
      0x56, 0xe7, 0x56, 0xe7, 0x56,
    ]);
    // The same in RDP 5.0: 01010110 101100111 11111000010 0.
    expect([...new MppcDecompressor(MPPC_64K).decompress(bytes('56b3fc20'), true)]).toEqual([
      0x56, 0xe7, 0x56, 0xe7, 0x56,
    ]);
  });

  it.each([
    ['RDP 4.0', MPPC_8K, '1111'],
    ['RDP 5.0', MPPC_64K, '11111'],
  ] as const)('decodes the example of the specification, 3.1.8.2.3, in the codes of %s', (_, form, near) => {
    const literals = (value: string): string =>
      [...text(value)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    // Offsets below 64 have six bits; lengths of 3, from 4 on, and from 8 on.
    const [first, second, third] = [`${near}010000110111`, `${near}1010001000`, `${near}0100110`];
    const bits = `${literals('for.whom.the.bell.tolls,')}${first}${literals('.')}${second}${third}${literals('e!')}`;
    const packet = Uint8Array.from(bits.match(/.{1,8}/g) ?? [], (byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
    const source = 'for.whom.the.bell.tolls,.the.bell.tolls.for.thee!';
    expect(Buffer.from(new MppcDecompressor(form).decompress(packet, true)).toString()).toBe(source);
  });

  it('decodes the packets of the RDP 6.1 example, [MS-RDPEGDI] 4.7, before level 2 has been applied to the second', () => {
    const bulk = new BulkDecompressor();
    const latin1 = (data: Uint8Array): string => Buffer.from(data).toString('latin1');
    expect(latin1(bulk.decompress(bytes('16 80 61 62 63 64 65 66 67 68 69 6a'), 0xa3))).toBe('abcdefghij');
    // Its level 2 flags say that it is compressed, which the bytes that are shown are not any more.
    const second = bytes('11 00 02 00 09 00 05 00 03 00 00 00 04 00 0e 00 00 00 00 00 6b 6c 6d 6e 6f 75');
    expect(latin1(bulk.decompress(second, 0x23))).toBe('klmnodefghijklabcdu');
  });

  it('loses the history of one compressor only with its own packets, and gets it back only with its own flush', () => {
    const bulk = new BulkDecompressor();
    expect(() => bulk.decompress(bytes(''), 0x23)).toThrow(DecodeError);
    expect([...bulk.decompress(bytes('4142'), 0x61)]).toEqual([0x41, 0x42]);
    expect([...bulk.decompress(bytes('4142'), 0xe1)]).toEqual([0x41, 0x42]);
    expect(bulk.poisoned).toBe(true);
    expect(() => bulk.decompress(bytes('02004142'), 0x23)).toThrow(/history is lost/);
    expect([...bulk.decompress(bytes('02004142'), 0xa3)]).toEqual([0x41, 0x42]);
    expect(bulk.poisoned).toBe(false);
  });

  it('forgets every history when a packet was missed', () => {
    const bulk = new BulkDecompressor();
    bulk.decompress(bytes('4142'), 0x61);
    bulk.poison();
    for (const flags of [0x20, 0x61, 0x22, 0x23]) {
      expect(() => bulk.decompress(bytes('4142'), flags)).toThrow(/history is lost/);
    }
    // Level 2 of RDP 6.1 has a history of its own.
    expect([...bulk.decompress(bytes('02004142'), 0xa3)]).toEqual([0x41, 0x42]);
    expect(() => bulk.decompress(bytes('12214142'), 0x23)).toThrow(/level-2 history is lost/);
  });

  it('meets damaged packets with bytes or a DecodeError, and never outgrows the history', () => {
    const all = packets('bulk_mppc64k');
    fc.assert(
      fc.property(
        fc.nat(all.length - 1),
        fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { maxLength: 6 }),
        fc.constantFrom(0x20, 0x21, 0x60, 0x61, 0xa1),
        (index, edits, flags) => {
          const data = damage(all[index]?.data ?? new Uint8Array(0), edits);
          const bulk = new BulkDecompressor();
          try {
            expect(bulk.decompress(data, flags).length).toBeLessThanOrEqual(65_536);
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
            expect(bulk.poisoned).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
