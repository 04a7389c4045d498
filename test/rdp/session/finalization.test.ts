import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ControlAction, decodeControl, encodeControl } from '../../../src/rdp/session/control.js';
import { EMPTY_FONT_LIST, decodeFontList, encodeFontList } from '../../../src/rdp/session/font-list.js';
import { EMPTY_FONT_MAP, decodeFontMap, encodeFontMap } from '../../../src/rdp/session/font-map.js';
import { decodeFrameAcknowledge, encodeFrameAcknowledge } from '../../../src/rdp/session/frame-acknowledge.js';
import { decodeMonitorLayout, encodeMonitorLayout } from '../../../src/rdp/session/monitor-layout.js';
import {
  PERSIST_FIRST_PDU,
  PERSIST_LAST_PDU,
  decodePersistentKeyList,
  encodePersistentKeyList,
} from '../../../src/rdp/session/persistent-key-list.js';
import { decodeRefreshRect, encodeRefreshRect } from '../../../src/rdp/session/refresh-rect.js';
import {
  decodeSetKeyboardIndicators,
  encodeSetKeyboardIndicators,
} from '../../../src/rdp/session/set-keyboard-indicators.js';
import { PduType2, decodeShareData } from '../../../src/rdp/session/share-data.js';
import { sharePdus } from '../../../src/rdp/session/share-control.js';
import { encodeShutdownDenied, encodeShutdownRequest } from '../../../src/rdp/session/shutdown.js';
import { decodeSuppressOutput, encodeSuppressOutput } from '../../../src/rdp/session/suppress-output.js';
import { decodeSynchronize, encodeSynchronize } from '../../../src/rdp/session/synchronize.js';
import type { Reader } from '../../../src/rdp/wire/reader.js';
import { decodeError, example, expectTruncationsToFail, hex, readAll } from './support.js';

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const i32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const rectangle = fc.record({ left: u16, top: u16, right: u16, bottom: u16 });

/** Payload of an example's Data PDU. */
function payload(name: string, pduType2: number): Uint8Array {
  const [pdu] = [...sharePdus(example(name))];
  if (pdu?.kind !== 'share') throw new Error('no share PDU');
  const data = decodeShareData(pdu.body);
  expect(data.pduType2).toBe(pduType2);
  return data.payload;
}

function roundTrip<T>(value: fc.Arbitrary<T>, decode: (reader: Reader) => T, encode: (value: T) => Uint8Array): void {
  fc.assert(
    fc.property(value, (one) => {
      const bytes = encode(one);
      expect(readAll(decode, bytes)).toEqual(one);
      expectTruncationsToFail(decode, bytes);
    }),
    { numRuns: 40 },
  );
}

describe('connection finalization', () => {
  it('reads the examples of the specification and encodes them to the same bytes', () => {
    for (const [name, targetUser] of [
      ['client-synchronize', 0x3ea],
      // A Windows server leaves arbitrary bytes here.
      ['server-synchronize', 0x4463],
    ] as const) {
      const bytes = payload(name, PduType2.synchronize);
      expect(readAll(decodeSynchronize, bytes).targetUser, name).toBe(targetUser);
      expect(encodeSynchronize({ targetUser })).toEqual(bytes);
    }
    for (const [name, control] of [
      ['client-control-cooperate', { action: ControlAction.cooperate, grantId: 0, controlId: 0 }],
      ['client-control-request', { action: ControlAction.requestControl, grantId: 0, controlId: 0 }],
      ['server-control-cooperate', { action: ControlAction.cooperate, grantId: 0, controlId: 0 }],
      ['server-control-granted', { action: ControlAction.grantedControl, grantId: 0x3ef, controlId: 0x3ea }],
    ] as const) {
      const bytes = payload(name, PduType2.control);
      expect(readAll(decodeControl, bytes), name).toEqual(control);
      expect(encodeControl(control)).toEqual(bytes);
    }
    expect(encodeFontList(EMPTY_FONT_LIST)).toEqual(payload('font-list', PduType2.fontList));
    expect(encodeFontMap(EMPTY_FONT_MAP)).toEqual(payload('font-map', PduType2.fontMap));
  });

  it('refuses another synchronize message', () => {
    expect(decodeError(decodeSynchronize, hex('0200 ea03')).code).toBe('invalid');
  });

  it('gives back what was encoded and fails on every truncation', () => {
    roundTrip(fc.record({ targetUser: u16 }), decodeSynchronize, encodeSynchronize);
    roundTrip(fc.record({ action: u16, grantId: u16, controlId: u32 }), decodeControl, encodeControl);
    const list = fc.record({ numberFonts: u16, totalNumFonts: u16, listFlags: u16, entrySize: u16 });
    roundTrip(list, decodeFontList, encodeFontList);
    const map = fc.record({ numberEntries: u16, totalNumEntries: u16, mapFlags: u16, entrySize: u16 });
    roundTrip(map, decodeFontMap, encodeFontMap);
    roundTrip(fc.record({ frameId: u32 }), decodeFrameAcknowledge, encodeFrameAcknowledge);
    roundTrip(fc.record({ unitId: u16, ledFlags: u16 }), decodeSetKeyboardIndicators, encodeSetKeyboardIndicators);
  });
});

describe('Persistent Key List', () => {
  it('of the specification is read in full', () => {
    const bytes = payload('persistent-key-list', PduType2.bitmapCachePersistentList);
    const list = readAll(decodePersistentKeyList, bytes);
    expect(list.bBitMask).toBe(PERSIST_FIRST_PDU | PERSIST_LAST_PDU);
    expect(list.keys.map((keys) => keys.length)).toEqual([...list.totalEntries]);
    expect(list.keys.flat()).toHaveLength((bytes.length - 24) / 8);
    const again = encodePersistentKeyList(list);
    expect(again.subarray(24)).toEqual(bytes.subarray(24));
    expect(again.subarray(0, 21)).toEqual(bytes.subarray(0, 21));
  });

  it('gives back what was encoded and fails on every truncation', () => {
    const key = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
    const value = fc.record({
      totalEntries: fc.array(u16, { minLength: 5, maxLength: 5 }),
      bBitMask: u8,
      keys: fc.array(fc.array(key, { maxLength: 9 }), { minLength: 5, maxLength: 5 }),
    });
    roundTrip(value, decodePersistentKeyList, encodePersistentKeyList);
  });

  it('does not begin to read keys that are not there', () => {
    const bytes = new Uint8Array(24).fill(0xff);
    const error = decodeError(decodePersistentKeyList, bytes);
    expect(error.code).toBe('truncated');
    expect(error.offset).toBe(24);
  });

  it('has five caches', () => {
    expect(() => encodePersistentKeyList({ totalEntries: [0], bBitMask: 0, keys: [[]] })).toThrow(RangeError);
  });
});

describe('display control of the client', () => {
  it('gives back the areas to refresh', () => {
    roundTrip(fc.array(rectangle, { maxLength: 60 }), decodeRefreshRect, encodeRefreshRect);
    expect(() =>
      encodeRefreshRect(Array.from({ length: 256 }, () => ({ left: 0, top: 0, right: 0, bottom: 0 }))),
    ).toThrow(RangeError);
  });

  it('tells suppression from an area, and refuses anything else', () => {
    roundTrip(fc.record({ desktopRect: fc.option(rectangle) }), decodeSuppressOutput, encodeSuppressOutput);
    expect(encodeSuppressOutput({ desktopRect: null })).toEqual(hex('00000000'));
    expect(decodeError(decodeSuppressOutput, hex('02000000 00000000 00000000')).code).toBe('invalid');
  });

  it('encodes the shutdown PDUs of the specification', () => {
    // What the examples have in pad1 and uncompressedLength is the sender's own.
    const normal = (name: string): Uint8Array => {
      const bytes = example(name);
      bytes[10] = 0;
      bytes[12] = 4;
      return bytes;
    };
    const shareId = (bytes: Uint8Array): number => new DataView(bytes.buffer).getUint32(6, true);
    const request = normal('shutdown-request');
    expect(encodeShutdownRequest(shareId(request), 0x3ef)).toEqual(request);
    const denied = normal('shutdown-denied');
    denied[11] = 1;
    expect(encodeShutdownDenied(shareId(denied), 0x3ea)).toEqual(denied);
  });
});

describe('Monitor Layout', () => {
  it('gives back what was encoded and fails on every truncation', () => {
    const monitor = fc.record({ left: i32, top: i32, right: i32, bottom: i32, flags: u32 });
    roundTrip(fc.array(monitor, { maxLength: 20 }), decodeMonitorLayout, encodeMonitorLayout);
  });

  it('does not begin to read monitors that are not there', () => {
    expect(decodeError(decodeMonitorLayout, hex('ffffffff 00000000')).code).toBe('truncated');
  });
});
