import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFastPathInput, encodeFastPathInput } from '../../../src/rdp/session/fast-path-input.js';
import { PTRFLAGS_MOVE } from '../../../src/rdp/session/input-flags.js';
import { decodeInput, encodeInput } from '../../../src/rdp/session/input.js';
import { decodeError, expectNoSurprise, expectTruncationsToFail, hex, read, readAll } from './support.js';

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const i16 = fc.integer({ min: -0x8000, max: 0x7fff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const flags5 = fc.integer({ min: 0, max: 0x1f });
const kind = <K extends string>(name: K) => fc.constant(name);

const slowEvent = fc.oneof(
  fc.record({ kind: kind('sync'), eventTime: u32, toggleFlags: u32 }),
  fc.record({ kind: kind('unused'), eventTime: u32 }),
  fc.record({ kind: kind('scancode'), eventTime: u32, keyboardFlags: u16, keyCode: u16 }),
  fc.record({ kind: kind('unicode'), eventTime: u32, keyboardFlags: u16, unicodeCode: u16 }),
  fc.record({ kind: kind('mouse'), eventTime: u32, pointerFlags: u16, xPos: u16, yPos: u16 }),
  fc.record({ kind: kind('mouse-x'), eventTime: u32, pointerFlags: u16, xPos: u16, yPos: u16 }),
  fc.record({ kind: kind('mouse-relative'), eventTime: u32, pointerFlags: u16, xDelta: i16, yDelta: i16 }),
  fc.record({
    kind: kind('unknown'),
    eventTime: u32,
    messageType: fc.integer({ min: 0x100, max: 0x7fff }),
    data: fc.uint8Array({ minLength: 6, maxLength: 6 }),
  }),
);

const fastEvent = fc.oneof(
  fc.record({ kind: kind('scancode'), eventFlags: flags5, keyCode: u8 }),
  fc.record({ kind: kind('mouse'), pointerFlags: u16, xPos: u16, yPos: u16 }),
  fc.record({ kind: kind('mouse-x'), pointerFlags: u16, xPos: u16, yPos: u16 }),
  fc.record({ kind: kind('sync'), eventFlags: flags5 }),
  fc.record({ kind: kind('unicode'), eventFlags: flags5, unicodeCode: u16 }),
  fc.record({ kind: kind('mouse-relative'), pointerFlags: u16, xDelta: i16, yDelta: i16 }),
  fc.record({ kind: kind('qoe-timestamp'), timestamp: u32 }),
);

describe('slow-path input', () => {
  it('gives back what was encoded and fails on every truncation', () => {
    fc.assert(
      fc.property(fc.array(slowEvent, { maxLength: 30 }), (events) => {
        const bytes = encodeInput(events);
        expect(readAll(decodeInput, bytes)).toEqual(events);
        expectTruncationsToFail(decodeInput, bytes);
      }),
      { numRuns: 40 },
    );
  });

  it('does not begin to read events that are not there', () => {
    const error = decodeError(decodeInput, hex('ffff 0000 00000000 0400 1e00 0000 0000'));
    expect(error.code).toBe('truncated');
    expect(error.offset).toBe(4);
  });
});

describe('fast-path input', () => {
  it('gives back what was encoded, with the number of events in the header or behind it', () => {
    for (const maxLength of [1, 15, 16, 80, 255]) {
      fc.assert(
        fc.property(fc.array(fastEvent, { minLength: maxLength >> 1, maxLength }), (events) => {
          const bytes = encodeFastPathInput({ flags: 0, events });
          expect(readAll(decodeFastPathInput, bytes)).toEqual({ flags: 0, events });
        }),
        { numRuns: 30 },
      );
    }
  });

  it('puts up to fifteen events into the header and no more', () => {
    const events = (count: number) => Array.from({ length: count }, () => ({ kind: 'sync', eventFlags: 2 }) as const);
    expect(encodeFastPathInput({ flags: 0, events: events(15) }).subarray(0, 3)).toEqual(hex('3c 11 62'));
    expect(encodeFastPathInput({ flags: 0, events: events(16) }).subarray(0, 4)).toEqual(hex('00 13 10 62'));
    expect(encodeFastPathInput({ flags: 0, events: [] })).toEqual(hex('00 03 00'));
    expect(encodeFastPathInput({ flags: 0, events: events(255) }).subarray(0, 5)).toEqual(hex('00 81 03 ff 62'));
    expect(() => encodeFastPathInput({ flags: 0, events: events(256) })).toThrow(RangeError);
  });

  it('reads the event of the specification', () => {
    expect(readAll(decodeFastPathInput, hex('04 09 20 0008 ab02 6f01'))).toEqual({
      flags: 0,
      events: [{ kind: 'mouse', pointerFlags: PTRFLAGS_MOVE, xPos: 683, yPos: 367 }],
    });
  });

  it('reads a long length that could have been short, as Windows clients send it', () => {
    expect(readAll(decodeFastPathInput, hex('04 8005 00 1e')).events).toEqual([
      { kind: 'scancode', eventFlags: 0, keyCode: 0x1e },
    ]);
  });

  it('takes one PDU and leaves the next one', () => {
    const twice = hex('04 04 00 1e 04 04 01 1e');
    expect(read((reader) => [decodeFastPathInput(reader), decodeFastPathInput(reader)].length, twice)).toBe(2);
  });

  it('fails on every truncation, of the PDU and of its events', () => {
    const bytes = hex('00 0b 02 20 0008 ab02 6f01 62');
    expectTruncationsToFail(decodeFastPathInput, bytes);
    for (let length = 0; length < bytes.length; length += 1) {
      const shortened = bytes.slice(0, Math.max(length, 2));
      shortened[1] = length;
      expect(decodeError(decodeFastPathInput, shortened).code).toMatch(/^(truncated|invalid)$/);
    }
  });

  it('refuses what it cannot read: encryption, TPKT, an event of unknown length, a count without events', () => {
    expect(decodeError(decodeFastPathInput, hex('84 04 00 1e')).code).toBe('unsupported');
    expect(decodeError(decodeFastPathInput, hex('03 00 00 04')).code).toBe('invalid');
    expect(decodeError(decodeFastPathInput, hex('04 04 e0 1e')).code).toBe('invalid');
    expect(decodeError(decodeFastPathInput, hex('00 03 ff')).code).toBe('truncated');
  });

  it('ends in a value or a DecodeError on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        if (bytes.length > 2) bytes.set([(bytes[0] ?? 0) & 0x3c, bytes.length]);
        expectNoSurprise(decodeFastPathInput, bytes);
      }),
      { numRuns: 500 },
    );
  });
});
