import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeClientInfo,
  encodeClientInfo,
  INFO_UNICODE,
  type ClientInfo,
} from '../../../src/rdp/connection/client-info.js';
import {
  decodeExtendedInfo,
  encodeExtendedInfo,
  type ExtendedInfo,
} from '../../../src/rdp/connection/extended-info.js';
import { codeOf, expectOnlyDecodeErrors, expectTruncations, hex, over } from './helpers.js';

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const textOf = (max: number, maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max }), { maxLength }).map((units) => String.fromCharCode(...units));
const unicode = textOf(0xffff, 100);

const wholeExtendedInfo = fc.record({
  clientAddressFamily: u16,
  clientAddress: unicode,
  clientDir: unicode,
  clientTimeZone: fc.uint8Array({ minLength: 172, maxLength: 172 }),
  clientSessionId: u32,
  performanceFlags: u32,
  autoReconnectCookie: fc.oneof(fc.constant(new Uint8Array(0)), fc.uint8Array({ minLength: 28, maxLength: 28 })),
  reserved1: u16,
  reserved2: u16,
  dynamicDstTimeZoneKeyName: unicode,
  dynamicDaylightTimeDisabled: u16,
  trailing: fc.uint8Array({ maxLength: 10 }),
});

const OPTIONAL_FIELDS = [
  'clientTimeZone',
  'clientSessionId',
  'performanceFlags',
  'autoReconnectCookie',
  'reserved1',
  'reserved2',
  'dynamicDstTimeZoneKeyName',
  'dynamicDaylightTimeDisabled',
] as const;

/** Extended info as a client sends it whose version knows the first `present` optional fields. */
function cut(info: ExtendedInfo, present: number): ExtendedInfo {
  if (present === OPTIONAL_FIELDS.length) return info;
  const absent = Object.fromEntries(OPTIONAL_FIELDS.slice(present).map((field) => [field, null]));
  return { ...info, ...absent, trailing: new Uint8Array(0) };
}

const anyExtendedInfo = fc
  .tuple(wholeExtendedInfo, fc.integer({ min: 0, max: OPTIONAL_FIELDS.length }))
  .map(([info, present]) => cut(info, present));

function infoWith(text: fc.Arbitrary<string>, adjust: (flags: number) => number): fc.Arbitrary<ClientInfo> {
  return fc.record({
    codePage: u32,
    flags: u32.map((flags) => adjust(flags) >>> 0),
    domain: text,
    userName: text,
    password: text,
    alternateShell: text,
    workingDir: text,
    extraInfo: fc.option(anyExtendedInfo),
  });
}

const anyClientInfo = fc.oneof(
  infoWith(unicode, (flags) => flags | INFO_UNICODE),
  infoWith(textOf(0xff, 60), (flags) => flags & ~INFO_UNICODE),
);

describe('Client Info', () => {
  it('round-trips in Unicode and in ANSI, without loss for wrong surrogates and embedded NULs', () => {
    fc.assert(
      fc.property(anyClientInfo, (info) => {
        const packet = encodeClientInfo(info);
        const decoded = decodeClientInfo(over(packet));
        expect(decoded).toEqual(info);
        expect(encodeClientInfo(decoded)).toEqual(packet);
      }),
      { numRuns: 200 },
    );
  });

  it('throws "truncated" at every missing byte of its strings, and nothing but DecodeError for noise', () => {
    fc.assert(
      fc.property(anyClientInfo, fc.uint8Array({ maxLength: 120 }), (info, noise) => {
        expectTruncations(encodeClientInfo({ ...info, extraInfo: null }), decodeClientInfo);
        expectOnlyDecodeErrors(noise, decodeClientInfo);
      }),
      { numRuns: 10 },
    );
  });

  it('changes only what was edited', () => {
    fc.assert(
      fc.property(
        infoWith(unicode, (flags) => flags | INFO_UNICODE),
        unicode,
        (info, password) => {
          const edited = decodeClientInfo(
            over(encodeClientInfo({ ...decodeClientInfo(over(encodeClientInfo(info))), password })),
          );
          expect(edited).toEqual({ ...info, password });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('refuses a string without terminator, an odd size of Unicode, and a size beyond the packet', () => {
    const header = (sizes: string): string => `00000000 10000000 ${sizes} 0000 0000 0000 0000`;
    expect(codeOf(() => decodeClientInfo(over(hex(`${header('0000')} 4100 0000 0000 0000 0000`))))).toBe('invalid');
    expect(codeOf(() => decodeClientInfo(over(hex(`${header('0100')} 4100 0000 0000 0000 0000`))))).toBe('invalid');
    expect(codeOf(() => decodeClientInfo(over(hex(`${header('feff')} 4100 0000 0000 0000 0000`))))).toBe('truncated');
  });

  it('does not encode a string that its 16-bit size cannot count', () => {
    const [info] = fc.sample(
      infoWith(fc.constant(''), () => INFO_UNICODE),
      1,
    );
    if (info === undefined) throw new Error('no sample');
    expect(() => encodeClientInfo({ ...info, userName: 'x'.repeat(0x8000) })).toThrow(RangeError);
  });

  it('never puts the password into an error', () => {
    const packet = encodeClientInfo({
      codePage: 0,
      flags: INFO_UNICODE,
      domain: '',
      userName: 'user',
      password: 'hunter2-hunter2',
      alternateShell: '',
      workingDir: '',
      extraInfo: null,
    });
    for (let length = 0; length < packet.length; length++) {
      try {
        decodeClientInfo(over(packet.slice(0, length)));
      } catch (error) {
        expect(String(error)).not.toContain('hunter2');
      }
    }
  });
});

describe('extended info', () => {
  it('ends before any optional field, and inside none', () => {
    fc.assert(
      fc.property(wholeExtendedInfo, (whole) => {
        const info = { ...whole, trailing: new Uint8Array(0) };
        const packet = encodeExtendedInfo(info);
        const ends = new Set(OPTIONAL_FIELDS.map((_, present) => encodeExtendedInfo(cut(info, present)).length));
        for (let length = 0; length < packet.length; length++) {
          const code = codeOf(() => decodeExtendedInfo(over(packet.slice(0, length))));
          expect(code, `${length} of ${packet.length} bytes`).toBe(ends.has(length) ? 'decoded' : 'truncated');
        }
      }),
      { numRuns: 10 },
    );
  });

  it('refuses to encode a hole, and a time zone of another size', () => {
    const [info] = fc.sample(wholeExtendedInfo, 1);
    if (info === undefined) throw new Error('no sample');
    for (const field of OPTIONAL_FIELDS.slice(0, -1)) {
      expect(() => encodeExtendedInfo({ ...info, [field]: null })).toThrow(RangeError);
    }
    expect(() => encodeExtendedInfo({ ...info, clientTimeZone: new Uint8Array(171) })).toThrow(RangeError);
  });
});
