/** Messages of display control against the layout of [MS-RDPEDISP] 2.2: there and back, and what is not to be taken. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDisplayControlCaps, encodeDisplayControlCaps } from '../../../src/rdp/display-control/caps.js';
import {
  decodeDisplayMonitorLayout,
  type DisplayMonitor,
  encodeDisplayMonitorLayout,
} from '../../../src/rdp/display-control/monitor-layout.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { MAX_MONITORS } from '../../../src/rdp/wire/limits.js';
import { Reader } from '../../../src/rdp/wire/reader.js';

const uint = fc.nat({ max: 0xffff_ffff });
const int = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const monitor: fc.Arbitrary<DisplayMonitor> = fc.record({
  flags: uint,
  left: int,
  top: int,
  width: fc.integer({ min: 100, max: 4096 }).map((half) => half * 2),
  height: fc.integer({ min: 200, max: 8192 }),
  physicalWidth: uint,
  physicalHeight: uint,
  orientation: uint,
  desktopScaleFactor: uint,
  deviceScaleFactor: uint,
});
const layout = (bytes: Uint8Array) => decodeDisplayMonitorLayout(new Reader(bytes, 'test'));
const caps = (bytes: Uint8Array) => decodeDisplayControlCaps(new Reader(bytes, 'test'));
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof DecodeError) return error.code;
    throw error;
  }
  return 'none';
};

/** One monitor of 1240 x 818 at 0, 0, as the specification lays it out. */
const ONE = Buffer.from(
  '0200000038000000' +
    '2800000001000000' +
    '0100000000000000000000' +
    '00d804000032030000' +
    '00000000'.repeat(3) +
    '6400000064000000',
  'hex',
);
const ONE_MONITOR: DisplayMonitor = {
  flags: 1,
  left: 0,
  top: 0,
  width: 1240,
  height: 818,
  physicalWidth: 0,
  physicalHeight: 0,
  orientation: 0,
  desktopScaleFactor: 100,
  deviceScaleFactor: 100,
};

describe('a layout of monitors', () => {
  it('is read and written as the specification lays it out', () => {
    expect(layout(ONE)).toEqual([ONE_MONITOR]);
    expect(Buffer.from(encodeDisplayMonitorLayout([ONE_MONITOR]))).toEqual(ONE);
  });

  it('says the same when it was written', () => {
    fc.assert(
      fc.property(fc.array(monitor, { minLength: 1, maxLength: MAX_MONITORS }), (monitors) => {
        expect(layout(encodeDisplayMonitorLayout(monitors))).toEqual(monitors);
      }),
    );
  });

  it('is not taken when it is cut short, or longer than it says', () => {
    for (let length = 0; length < ONE.length; length += 1) {
      expect(codeOf(() => layout(ONE.subarray(0, length)))).toBe('truncated');
    }
    expect(codeOf(() => layout(Buffer.concat([ONE, Buffer.of(0)])))).not.toBe('none');
  });

  it.each([
    ['another type', { 0: 5 }, 'invalid'],
    ['a length within its own header', { 4: 7 }, 'invalid'],
    ['monitors of another size', { 8: 41 }, 'invalid'],
    ['no monitor', { 12: 0 }, 'invalid'],
    ['more monitors than there can be', { 12: MAX_MONITORS + 1 }, 'limit'],
    ['an odd width', { 28: 0xd9 }, 'invalid'],
    ['a width of more than 8192', { 29: 0x21 }, 'invalid'],
    ['a height of less than 200', { 32: 0xc7, 33: 0 }, 'invalid'],
  ])('is not taken with %s', (_what, change, code) => {
    const bytes = Buffer.from(ONE);
    for (const [at, value] of Object.entries(change)) bytes[Number(at)] = value;
    expect(codeOf(() => layout(bytes))).toBe(code);
  });
});

describe('capabilities of display control', () => {
  it('say the same when they were written, and are not taken when cut short', () => {
    const value = { maxNumMonitors: 1, maxMonitorAreaFactorA: 4096, maxMonitorAreaFactorB: 2160 };
    const bytes = encodeDisplayControlCaps(value);
    expect(Buffer.from(bytes).toString('hex')).toBe('0500000014000000010000000010000070080000');
    expect(caps(bytes)).toEqual(value);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(codeOf(() => caps(bytes.subarray(0, length)))).toBe('truncated');
    }
  });
});
