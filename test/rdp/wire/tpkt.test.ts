import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { decodeTpkt, encodeTpkt, frameLength, Framer, isFastPath } from '../../../src/rdp/wire/tpkt.js';

function fastPath(payload: Uint8Array, twoByteLength: boolean): Uint8Array {
  const length = payload.length + (twoByteLength ? 3 : 2);
  const header = twoByteLength ? [0x00, 0x80 | (length >> 8), length & 0xff] : [0x00, length];
  return Uint8Array.of(...header, ...payload);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const anyPdu = fc.oneof(
  fc.uint8Array({ minLength: 3, maxLength: 300 }).map((payload) => encodeTpkt(payload)),
  fc.uint8Array({ minLength: 0, maxLength: 125 }).map((payload) => fastPath(payload, false)),
  fc.uint8Array({ minLength: 0, maxLength: 400 }).map((payload) => fastPath(payload, true)),
);

describe('frame length', () => {
  it('is known from the header alone, for TPKT and both forms of fast-path', () => {
    expect(frameLength(Uint8Array.of(3, 0, 0x12, 0x34))).toBe(0x1234);
    expect(frameLength(Uint8Array.of(0, 0x7f))).toBe(0x7f);
    expect(frameLength(Uint8Array.of(0xc4, 0x81, 0x02))).toBe(0x102);
    expect(frameLength(Uint8Array.of(9, 9, 3, 0, 0, 7), 2)).toBe(7);
  });

  it('asks for more bytes while the header is incomplete', () => {
    for (const start of [[], [3], [3, 0], [3, 0, 1], [0], [0, 0x80]]) {
      expect(frameLength(Uint8Array.from(start))).toBeNull();
    }
  });

  it('refuses lengths that cannot hold their own header, and first bytes of neither kind', () => {
    for (const start of [[3, 0, 0, 0], [3, 0, 0, 6], [0, 0], [0, 1], [0, 0x80, 2], [1], [2], [0x16, 3, 1], [0x47]]) {
      expect(() => frameLength(Uint8Array.from(start))).toThrow(DecodeError);
    }
  });
});

describe('TPKT', () => {
  it('returns the payload that was put in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 3, maxLength: 1000 }), (payload) => {
        const reader = new Reader(encodeTpkt(payload), 'tpkt');
        expect(decodeTpkt(reader, 'payload').rest()).toEqual(payload);
        expect(reader.remaining).toBe(0);
      }),
    );
  });

  it('throws "truncated" at every missing byte', () => {
    const pdu = encodeTpkt(Uint8Array.of(1, 2, 3, 4));
    for (let length = 0; length < pdu.length; length++) {
      expect(() => decodeTpkt(new Reader(pdu.subarray(0, length), 'tpkt'), 'payload')).toThrow(/truncated/);
    }
  });

  it('does not wrap a length of more than 16 bits', () => {
    expect(() => encodeTpkt(new Uint8Array(65_532))).toThrow(RangeError);
    expect(encodeTpkt(new Uint8Array(65_531)).length).toBe(65_535);
  });
});

describe('framer', () => {
  it('finds the same PDUs however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(anyPdu, { maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 200 })), (pdus, cuts) => {
        const stream = concat(pdus);
        const framer = new Framer();
        const found: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts) {
          found.push(...framer.push(stream.slice(at, at + cut)));
          at += cut;
        }
        found.push(...framer.push(stream.slice(at)));
        expect(found).toEqual(pdus);
        expect(framer.pendingBytes).toBe(0);
      }),
    );
  });

  it('survives a stream that arrives one byte at a time', () => {
    const pdus = [
      encodeTpkt(Uint8Array.of(1, 2, 3)),
      fastPath(Uint8Array.of(4), true),
      fastPath(Uint8Array.of(5), false),
    ];
    const framer = new Framer();
    const found: Uint8Array[] = [];
    for (const byte of concat(pdus)) found.push(...framer.push(Uint8Array.of(byte)));
    expect(found).toEqual(pdus);
  });

  it('gives a PDU inside one chunk as a view of that chunk, also after a PDU that spans chunks', () => {
    const framer = new Framer();
    const first = encodeTpkt(Uint8Array.of(1, 2, 3));
    expect(framer.push(first.subarray(0, 5))).toEqual([]);
    const chunk = concat([first.subarray(5), fastPath(Uint8Array.of(7, 8), false), encodeTpkt(Uint8Array.of(4, 5, 6))]);
    const pdus = framer.push(chunk);
    expect(pdus.map((pdu) => pdu.buffer === chunk.buffer)).toEqual([false, true, true]);
    expect(pdus.map(isFastPath)).toEqual([false, true, false]);
  });

  it('gives a PDU whose slice is a copy, as nothing of a chunk is kept with what is kept of it', () => {
    const chunk = Buffer.concat([encodeTpkt(Uint8Array.of(4, 5, 6)), fastPath(Uint8Array.of(7, 8), false)]);
    const [pdu] = new Framer().push(chunk);
    expect(pdu?.buffer).toBe(chunk.buffer);
    expect(pdu?.slice().buffer).not.toBe(chunk.buffer);
  });

  it('copies each byte of a long PDU once, not once per chunk', () => {
    const framer = new Framer();
    const pdu = encodeTpkt(new Uint8Array(65_531).fill(7));
    const set = vi.spyOn(Uint8Array.prototype, 'set');
    const found: Uint8Array[] = [];
    for (let at = 0; at < pdu.length; at += 5) found.push(...framer.push(pdu.subarray(at, at + 5)));
    const copiedBytes = set.mock.calls.reduce((sum, [source]) => sum + source.length, 0);
    set.mockRestore();
    expect(found).toEqual([pdu]);
    expect(copiedBytes).toBeGreaterThanOrEqual(pdu.length - 5);
    expect(copiedBytes).toBeLessThanOrEqual(pdu.length + 5);
  });

  it('never holds more than one PDU, and no more than the caller allows', () => {
    const framer = new Framer(259);
    expect(framer.push(Uint8Array.of(3, 0, 1, 3, 0))).toEqual([]);
    expect(framer.pendingBytes).toBe(5);
    expect(() => new Framer(259).push(Uint8Array.of(3, 0, 1, 4))).toThrow(/limit/);
    const split = new Framer(259);
    split.push(Uint8Array.of(3, 0, 0xff));
    expect(() => split.push(Uint8Array.of(0xff))).toThrow(/limit/);
  });

  it('refuses a stream that is not RDP at its first byte', () => {
    expect(() => new Framer().push(Uint8Array.of(0x16, 0x03, 0x01))).toThrow(DecodeError);
  });
});
