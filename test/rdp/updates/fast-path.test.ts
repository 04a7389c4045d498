import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PACKET_COMPRESSED } from '../../../src/rdp/session/share-data.js';
import {
  FastPathUpdateCode,
  Fragmentation,
  decodeFastPathOutput,
  encodeFastPathOutput,
} from '../../../src/rdp/updates/fast-path-output.js';
import { decodeFastPathUpdateData } from '../../../src/rdp/updates/fast-path-update-data.js';
import { UpdateFragments, splitUpdate } from '../../../src/rdp/updates/update-fragments.js';
import { MAX_FAST_PATH_BYTES, MAX_REASSEMBLED_UPDATE_BYTES } from '../../../src/rdp/wire/limits.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { decodeError, expectNoSurprise, expectTruncationsToFail, hex, read, readAll } from '../session/support.js';

const anyUpdate = fc.record({
  updateCode: fc.integer({ min: 0, max: 15 }),
  fragmentation: fc.constantFrom(...Object.values(Fragmentation)),
  compressionFlags: fc.integer({ min: 0, max: 0xff }),
  data: fc.uint8Array({ maxLength: 90 }),
});

describe('fast-path output', () => {
  it('gives back what was encoded and fails on every truncation', () => {
    fc.assert(
      fc.property(fc.array(anyUpdate, { maxLength: 6 }), (updates) => {
        const bytes = encodeFastPathOutput({ flags: 0, updates });
        expect(readAll(decodeFastPathOutput, bytes)).toEqual({ flags: 0, updates });
        expectTruncationsToFail(decodeFastPathOutput, bytes);
      }),
      { numRuns: 60 },
    );
  });

  it('gives views of the bytes that were received', () => {
    const bytes = hex('00 08 05 0000 08 0100 aa');
    bytes[1] = bytes.length;
    const { updates } = read(decodeFastPathOutput, bytes);
    expect(updates[1]?.data.buffer).toBe(bytes.buffer);
    expect(updates[1]?.data.byteOffset).toBe(8);
  });

  it('reads compressionFlags only where the header announces them', () => {
    expect(read(decodeFastPathOutput, hex('00 07 81 21 0100 aa')).updates).toEqual([
      {
        updateCode: FastPathUpdateCode.bitmap,
        fragmentation: Fragmentation.single,
        compressionFlags: PACKET_COMPRESSED | 1,
        data: hex('aa'),
      },
    ]);
    expect(read(decodeFastPathOutput, hex('00 06 11 0100 aa')).updates[0]?.fragmentation).toBe(Fragmentation.last);
  });

  it('takes one PDU and leaves the next one', () => {
    const reader = new Reader(hex('00 05 05 0000 00 8006 06 0000'), 'Test');
    expect(decodeFastPathOutput(reader).updates[0]?.updateCode).toBe(FastPathUpdateCode.pointerNull);
    expect(decodeFastPathOutput(reader).updates[0]?.updateCode).toBe(FastPathUpdateCode.pointerDefault);
    expect(reader.remaining).toBe(0);
  });

  it('refuses what lies: sizes beyond the PDU, lengths within the header, encryption, TPKT', () => {
    expect(decodeError(decodeFastPathOutput, hex('00 06 01 ffff aa')).code).toBe('truncated');
    expect(decodeError(decodeFastPathOutput, hex('00 ffff 01 0100 aa')).code).toBe('truncated');
    expect(decodeError(decodeFastPathOutput, hex('00 01')).code).toBe('invalid');
    expect(decodeError(decodeFastPathOutput, hex('00 8002')).code).toBe('invalid');
    expect(decodeError(decodeFastPathOutput, hex('80 06 01 0100 aa')).code).toBe('unsupported');
    expect(decodeError(decodeFastPathOutput, hex('03 00 00 07')).code).toBe('invalid');
  });

  it('does not encode what does not fit', () => {
    const update = (size: number) => ({
      flags: 0,
      updates: [
        { updateCode: 1, fragmentation: Fragmentation.single, compressionFlags: 0, data: new Uint8Array(size) },
      ],
    });
    expect(encodeFastPathOutput(update(MAX_FAST_PATH_BYTES - 6))).toHaveLength(MAX_FAST_PATH_BYTES);
    expect(() => encodeFastPathOutput(update(MAX_FAST_PATH_BYTES - 5))).toThrow(RangeError);
    expect(() => encodeFastPathOutput(update(0x10000))).toThrow(RangeError);
  });

  it('ends in a value or a DecodeError on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        if (bytes.length > 2) bytes.set([0, bytes.length]);
        expectNoSurprise(decodeFastPathOutput, bytes);
      }),
      { numRuns: 500 },
    );
  });
});

describe('data of a fast-path update', () => {
  it('is what its code says', () => {
    const kinds = (code: number, data: string) =>
      readAll((reader) => decodeFastPathUpdateData(code, reader), hex(data));
    expect(kinds(FastPathUpdateCode.orders, '0200 0a0b')).toEqual({
      kind: 'orders',
      numberOrders: 2,
      orderData: hex('0a0b'),
    });
    expect(kinds(FastPathUpdateCode.bitmap, '0100 0000')).toEqual({ kind: 'bitmap', rectangles: [] });
    expect(kinds(FastPathUpdateCode.palette, `0200 0000 00010000 ${'00'.repeat(768)}`).kind).toBe('palette');
    expect(kinds(FastPathUpdateCode.synchronize, '')).toEqual({ kind: 'synchronize' });
    expect(kinds(FastPathUpdateCode.surfaceCommands, '0400 0100 07000000')).toEqual({
      kind: 'surface-commands',
      commands: [{ kind: 'frame-marker', frameAction: 1, frameId: 7 }],
    });
    expect(kinds(FastPathUpdateCode.pointerNull, '')).toEqual({ kind: 'pointer', pointer: { kind: 'hidden' } });
    for (const code of [7, 13, 14, 15]) {
      expect(decodeError((reader) => decodeFastPathUpdateData(code, reader), hex('00')).code).toBe('invalid');
    }
  });

  it('ends in a value or a DecodeError on any bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 15 }), fc.uint8Array({ maxLength: 100 }), (code, bytes) => {
        expectNoSurprise((reader) => decodeFastPathUpdateData(code, reader), bytes);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('fragments of an update', () => {
  const fragment = (updateCode: number, fragmentation: Fragmentation, text = '') => ({
    updateCode,
    fragmentation,
    data: hex(text),
  });
  const { single, first, next, last } = Fragmentation;

  it('put together give what was cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 60 }), (data, maxBytes) => {
        const fragments = new UpdateFragments();
        const updates = splitUpdate(FastPathUpdateCode.surfaceCommands, data, maxBytes);
        const results = updates.map((update) => fragments.push(update));
        expect(results.pop()).toEqual({ updateCode: FastPathUpdateCode.surfaceCommands, data });
        expect(results.every((result) => result === null)).toBe(true);
        expect(fragments.pending).toBe(false);
      }),
    );
  });

  it('of any size are cut so that each fits a PDU', () => {
    for (const update of splitUpdate(1, new Uint8Array(100_000))) {
      expect(encodeFastPathOutput({ flags: 0, updates: [update] }).length).toBeLessThanOrEqual(16_383);
    }
  });

  it('do not depend on the received bytes staying as they are', () => {
    const fragments = new UpdateFragments();
    const bytes = hex('0102');
    fragments.push({ updateCode: 1, fragmentation: first, data: bytes });
    bytes.fill(0xff);
    expect(fragments.push(fragment(1, last, '03'))?.data).toEqual(hex('010203'));
  });

  it('out of order are refused, and the next update is read', () => {
    const wrong: (readonly [number, Fragmentation])[][] = [
      [[1, next]],
      [[1, last]],
      [
        [1, first],
        [1, first],
      ],
      [
        [1, first],
        [1, single],
      ],
      [
        [1, first],
        [2, next],
      ],
      [
        [1, first],
        [1, next],
        [2, last],
      ],
    ];
    for (const sequence of wrong) {
      const fragments = new UpdateFragments();
      const feed = () => sequence.map(([code, fragmentation]) => fragments.push(fragment(code, fragmentation)));
      expect(feed).toThrow(expect.objectContaining({ name: 'DecodeError', code: 'invalid' }));
      expect(fragments.pending).toBe(false);
      expect(fragments.push(fragment(3, single, '0a'))).toEqual({ updateCode: 3, data: hex('0a') });
    }
  });

  it('are bounded in their sum', () => {
    const fragments = new UpdateFragments(5);
    fragments.push(fragment(1, first, '010203'));
    expect(() => fragments.push(fragment(1, next, '040506'))).toThrow(
      expect.objectContaining({ name: 'DecodeError', code: 'limit' }),
    );
    expect(fragments.pending).toBe(false);
    fragments.push(fragment(1, first, '010203'));
    expect(fragments.push(fragment(1, last, '0405'))?.data).toHaveLength(5);
  });

  it('are bounded by the limit of all sessions unless told otherwise', () => {
    const fragments = new UpdateFragments();
    const data = new Uint8Array(8 * 1024 * 1024);
    fragments.push({ updateCode: 1, fragmentation: first, data });
    const more = MAX_REASSEMBLED_UPDATE_BYTES / data.length - 1;
    for (let count = 0; count < more; count += 1) fragments.push({ updateCode: 1, fragmentation: next, data });
    expect(() => fragments.push(fragment(1, last, '00'))).toThrow(expect.objectContaining({ code: 'limit' }));
  });
});
