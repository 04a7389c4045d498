import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodecGuid, filterBitmapCodecs, findBitmapCodec } from '../../../src/rdp/session/capabilities/bitmap-codecs.js';
import {
  decodeCapabilitySets,
  editCapability,
  encodeCapabilitySets,
  findCapability,
  withoutCapabilities,
  type CapabilitySet,
} from '../../../src/rdp/session/capabilities/capability-sets.js';
import { CapabilityType } from '../../../src/rdp/session/capabilities/capability-type.js';
import { OrderIndex } from '../../../src/rdp/session/capabilities/order.js';
import { decodeConfirmActive, encodeConfirmActive } from '../../../src/rdp/session/confirm-active.js';
import { decodeDeactivateAll, encodeDeactivateAll } from '../../../src/rdp/session/deactivate-all.js';
import { decodeDemandActive, encodeDemandActive } from '../../../src/rdp/session/demand-active.js';
import { sharePdus } from '../../../src/rdp/session/share-control.js';
import { MAX_CAPABILITY_SETS } from '../../../src/rdp/wire/limits.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { anyKnownSet, anySet } from './capability-arbitraries.js';
import { decodeError, example, expectNoSurprise, expectTruncationsToFail, hex, read, readAll } from './support.js';

function bodyOf(name: string): Reader {
  const [pdu] = [...sharePdus(example(name))];
  if (pdu?.kind !== 'share') throw new Error('no share PDU');
  return pdu.body;
}

/** The list that one set with `data` is in. */
function listOf(type: number, data: Uint8Array): Uint8Array {
  return Uint8Array.from([
    1,
    0,
    0,
    0,
    type & 0xff,
    type >> 8,
    (data.length + 4) & 0xff,
    (data.length + 4) >> 8,
    ...data,
  ]);
}

describe('capability sets', () => {
  it('give back what was encoded, in its order', () => {
    fc.assert(
      fc.property(fc.array(anySet, { maxLength: 12 }), (sets) => {
        expect(readAll(decodeCapabilitySets, encodeCapabilitySets(sets))).toEqual(sets);
      }),
      { numRuns: 400 },
    );
  });

  it('keep what stands behind the fields that the specification knows', () => {
    const extra = hex('c0ffee');
    const sets: CapabilitySet[] = [
      { kind: 'brush', brushSupportLevel: 1, extra },
      { kind: 'frame-acknowledge', maxUnacknowledgedFrameCount: 2, extra },
      { kind: 'share', nodeId: 3, extra },
    ];
    expect(readAll(decodeCapabilitySets, encodeCapabilitySets(sets))).toEqual(sets);
  });

  it('name every type of the specification, and decode each', () => {
    const types = Object.values(CapabilityType);
    expect(new Set(types).size).toBe(28);
    for (const type of types) {
      const [set] = read(decodeCapabilitySets, listOf(type, new Uint8Array(120)));
      expect(set?.kind, `type ${type}`).not.toBe('unknown');
    }
  });

  it('keep sets of other types byte for byte', () => {
    const list = listOf(0x7777, hex('0102030405'));
    expect(encodeCapabilitySets(read(decodeCapabilitySets, list))).toEqual(list);
  });

  it('refuse a set shorter than its fields', () => {
    const lacking: string[] = [];
    for (const [name, type] of Object.entries(CapabilityType)) {
      const [whole] = fc.sample(
        anyKnownSet.filter((set) => encodeCapabilitySets([set])[4] === type),
        { numRuns: 1, seed: 7 },
      );
      if (whole === undefined) continue;
      const data = encodeCapabilitySets([whole]).subarray(8);
      for (let length = 0; length < data.length; length += 1) {
        expectNoSurprise(decodeCapabilitySets, listOf(type, data.subarray(0, length)));
      }
      if (name !== 'font')
        expect(decodeError(decodeCapabilitySets, listOf(type, data.subarray(0, 0))).code).toBe('truncated');
      else lacking.push(name);
    }
    expect(lacking).toEqual(['font']);
  });

  it('accept the empty font set that some servers send, and encode it empty again', () => {
    const list = listOf(CapabilityType.font, new Uint8Array(0));
    expect(read(decodeCapabilitySets, list)).toEqual([{ kind: 'font' }]);
    expect(encodeCapabilitySets([{ kind: 'font' }])).toEqual(list);
  });

  it('refuse counts and lengths that are not there', () => {
    const many = hex(`${(MAX_CAPABILITY_SETS + 1).toString(16)}00 0000`);
    expect(decodeError(decodeCapabilitySets, many).code).toBe('limit');
    expect(decodeError(decodeCapabilitySets, hex('ffff 0000')).code).toBe('limit');
    expect(decodeError(decodeCapabilitySets, hex('0200 0000 0f00 0800 00000000')).code).toBe('truncated');
    for (const length of [0, 1, 2, 3]) {
      expect(decodeError(decodeCapabilitySets, Uint8Array.of(1, 0, 0, 0, 15, 0, length, 0)).code).toBe('invalid');
    }
    expect(decodeError(decodeCapabilitySets, hex('0100 0000 0f00 ffff 00000000')).code).toBe('truncated');
  });

  it('end in a value or a DecodeError on any bytes', () => {
    const types = Object.values(CapabilityType);
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 120 }), (type, data) => {
        expectNoSurprise(decodeCapabilitySets, listOf(type, data));
      }),
      { numRuns: 500 },
    );
  });

  it('are edited wherever they are repeated, and are left out by kind', () => {
    const sets: CapabilitySet[] = [
      { kind: 'brush', brushSupportLevel: 1 },
      { kind: 'unknown', type: 99, data: hex('00') },
      { kind: 'brush', brushSupportLevel: 2 },
    ];
    expect(findCapability(sets, 'brush')).toBe(sets[0]);
    expect(findCapability(sets, 'order')).toBeUndefined();
    const edited = editCapability(sets, 'brush', (set) => ({ ...set, brushSupportLevel: 0 }));
    expect(edited.map((set) => set.kind === 'brush' && set.brushSupportLevel)).toEqual([0, false, 0]);
    expect(withoutCapabilities(sets, ['unknown', 'brush'])).toEqual([]);
    expect(withoutCapabilities(sets, ['order'])).toEqual(sets);
  });

  it('do not encode arrays of another length than the wire has', () => {
    expect(() => encodeCapabilitySets([{ kind: 'bitmap-cache', caches: [] }])).toThrow(RangeError);
    expect(() =>
      encodeCapabilitySets([{ kind: 'bitmap-cache-rev2', cacheFlags: 0, numCellCaches: 0, cells: [] }]),
    ).toThrow(RangeError);
    expect(() => encodeCapabilitySets([{ kind: 'unknown', type: 1, data: new Uint8Array(0xfffc) }])).toThrow(
      RangeError,
    );
  });
});

describe('bitmap codecs', () => {
  it('are named by the bytes that the specification gives', () => {
    const guids = [
      'b91b8dca 0f00 4f15 589f ae2d1a87e2d6',
      '122f7776 72bd 6344 afb3 b73c9c6f7886',
      'd4cc4427 8a9d 744e 803c 0ecbeea19c54',
      'a651439c 3535 ae42 910c cdfce5760b58',
    ];
    const data = hex(`04 ${guids.map((guid, index) => `${guid} 0${index + 1} 0100 aa`).join(' ')}`);
    const set = findCapability(read(decodeCapabilitySets, listOf(CapabilityType.bitmapCodecs, data)), 'bitmap-codecs');
    if (set === undefined) throw new Error('no codecs');
    expect(set.codecs.map((codec) => codec.codecGuid)).toEqual([
      CodecGuid.nsCodec,
      CodecGuid.remoteFx,
      CodecGuid.imageRemoteFx,
      CodecGuid.ignore,
    ]);
    expect(findBitmapCodec(set, 2)?.codecGuid).toBe(CodecGuid.remoteFx);
    expect(findBitmapCodec(set, 9)).toBeUndefined();
    const allowed = new Set<string>([CodecGuid.ignore, CodecGuid.nsCodec]);
    expect(filterBitmapCodecs(set, allowed).codecs.map((codec) => codec.codecId)).toEqual([1, 4]);
  });

  it('refuse a count that the bytes do not bear out, and a malformed GUID', () => {
    expect(decodeError(decodeCapabilitySets, listOf(CapabilityType.bitmapCodecs, hex('ff'))).code).toBe('truncated');
    const codecs = [{ codecGuid: 'nonsense', codecId: 1, codecProperties: new Uint8Array(0) }];
    expect(() => encodeCapabilitySets([{ kind: 'bitmap-codecs', codecs }])).toThrow(RangeError);
  });
});

describe('Demand Active', () => {
  it('of the specification is read in full and encoded to the same bytes but for padding', () => {
    const demand = readAll(decodeDemandActive, bodyOf('demand-active').rest());
    expect(demand.shareId).toBe(0x103ea);
    expect(Buffer.from(demand.sourceDescriptor).toString('latin1')).toBe('RDP\0');
    expect(demand.capabilitySets).toHaveLength(13);
    expect(demand.capabilitySets.some((set) => 'extra' in set)).toBe(false);
    expect(findCapability(demand.capabilitySets, 'general')).toMatchObject({
      protocolVersion: 0x200,
      extraFlags: 0x041d,
      refreshRectSupport: 1,
      suppressOutputSupport: 1,
    });
    expect(findCapability(demand.capabilitySets, 'bitmap')).toMatchObject({
      preferredBitsPerPixel: 24,
      desktopWidth: 1280,
      desktopHeight: 1024,
    });
    const again = encodeDemandActive(demand);
    expect(again).toHaveLength(example('demand-active').length - 6);
    expect(readAll(decodeDemandActive, again)).toEqual(demand);
  });

  it('does not need the session id at its end', () => {
    const body = bodyOf('demand-active').rest();
    expect(read(decodeDemandActive, body.subarray(0, -4)).sessionId).toBe(0);
    expectTruncationsToFail(
      decodeDemandActive,
      body,
      [1, 2, 3, 4].map((count) => body.length - count),
    );
  });
});

describe('Confirm Active', () => {
  it('of the specification is read in full and encoded to the same length', () => {
    const confirm = readAll(decodeConfirmActive, bodyOf('confirm-active').rest());
    expect(confirm.originatorId).toBe(0x3ea);
    expect(Buffer.from(confirm.sourceDescriptor).toString('latin1')).toBe('MSTSC\0');
    expect(findCapability(confirm.capabilitySets, 'order')?.orderSupport[OrderIndex.memBlt]).toBe(1);
    expect(findCapability(confirm.capabilitySets, 'bitmap-cache-rev2')).toMatchObject({
      numCellCaches: 3,
      cells: [
        { numEntries: 120, persistent: false },
        { numEntries: 120, persistent: false },
        { numEntries: 2555, persistent: true },
        {},
        {},
      ],
    });
    const again = encodeConfirmActive(confirm);
    expect(again).toHaveLength(example('confirm-active').length - 6);
    expect(readAll(decodeConfirmActive, again)).toEqual(confirm);
  });

  it('fails on every truncation', () => {
    expectTruncationsToFail(decodeConfirmActive, bodyOf('confirm-active').rest());
  });

  it('drops bytes that belong to no set', () => {
    const value = { shareId: 1, originatorId: 2, sourceDescriptor: hex('00'), capabilitySets: [] };
    const reader = new Reader(Uint8Array.from([...encodeConfirmActive(value), 1, 2, 3]), 'Test');
    expect(encodeConfirmActive(decodeConfirmActive(reader))).toEqual(encodeConfirmActive(value));
  });
});

describe('Deactivate All', () => {
  it('gives back what was encoded, and accepts a header alone', () => {
    const value = { shareId: 0x103ea, sourceDescriptor: hex('00') };
    const bytes = encodeDeactivateAll(value);
    expect(readAll(decodeDeactivateAll, bytes)).toEqual(value);
    expectTruncationsToFail(decodeDeactivateAll, bytes, [0]);
    expect(read(decodeDeactivateAll, new Uint8Array(0))).toEqual({ shareId: 0, sourceDescriptor: new Uint8Array(0) });
  });
});
