import fc from 'fast-check';
import { encodeSaveSessionInfo } from '../../../src/rdp/session/save-session-info.js';
import { describe, expect, it } from 'vitest';
import { Picture, type Applied, type Rectangle } from '../../../recorder/picture/picture.js';
import { TraceRecordKind, type TraceRecord } from '../../../src/contract/trace.js';
import { PduType2 } from '../../../src/rdp/session/share-data.js';
import { encodeBitmapUpdate } from '../../../src/rdp/updates/bitmap-update.js';
import { FastPathUpdateCode, Fragmentation } from '../../../src/rdp/updates/fast-path-output.js';
import { encodePaletteUpdate } from '../../../src/rdp/updates/palette-update.js';
import { splitUpdate } from '../../../src/rdp/updates/update-fragments.js';
import { fixture, vectors, widen } from '../decoders/support.js';
import {
  activation,
  bitmaps,
  clientPointer,
  COMPRESSED,
  compressedShareData,
  fastPath,
  literals,
  match,
  pointer,
  record,
  rectangle,
  shareData,
  single,
  slowBitmaps,
  solid,
  surfaceBits,
} from './records.js';

const BLACK = 0xff00_0000;
const RED = 0xffff_0000;
const BLUE = 0xff00_00ff;

function started(width = 100, height = 80, compression = false): Picture {
  const picture = new Picture();
  picture.apply(activation(width, height, compression));
  picture.render(() => undefined);
  return picture;
}

interface Frame {
  readonly words: Uint32Array;
  readonly dirty: readonly Rectangle[];
}

function frameOf(picture: Picture): Frame {
  let frame: Frame | null = null;
  picture.render(({ pixels }, dirty) => {
    frame = { words: new Uint32Array(pixels.slice().buffer), dirty };
  });
  if (frame === null) throw new Error('render did not call');
  return frame;
}

function pixel(picture: Picture, x: number, y: number): number | undefined {
  return frameOf(picture).words[y * picture.width + x];
}

/** A picture's whole area as one number of each pixel. */
function area(frame: Frame, width: number, place: Rectangle): Uint32Array {
  const out = new Uint32Array(place.width * place.height);
  for (let row = 0; row < place.height; row += 1) {
    const from = (place.y + row) * width + place.x;
    out.set(frame.words.subarray(from, from + place.width), row * place.width);
  }
  return out;
}

function expectAllDecoded(applied: Applied, payload: Uint8Array): void {
  expect(applied).toEqual({ pdus: 1, bytes: payload.length, changed: true, drops: [] });
}

/** The 64 x 64 vector of text at 16 bpp, and its pixels. */
function textTile(): { data: Uint8Array; expected: Uint32Array } {
  const native = widen(fixture('libfreerdp/rle_007.native'), 16);
  return { data: fixture('libfreerdp/rle_007.cmp'), expected: new Uint32Array(native.buffer) };
}

describe('activation', () => {
  it('gives the picture a size, and another one later', () => {
    const picture = new Picture();
    expect([picture.hasPicture, picture.generation, picture.hasDirty()]).toEqual([false, 0, false]);
    expect(picture.apply(activation(100, 80))).toEqual({ pdus: 0, bytes: 0, changed: true, drops: [] });
    expect([picture.hasPicture, picture.generation, picture.width, picture.height]).toEqual([true, 1, 100, 80]);
    const first = frameOf(picture);
    expect(first.dirty).toEqual([{ x: 0, y: 0, width: 100, height: 80 }]);
    expect(first.words.every((word) => word === BLACK)).toBe(true);
    expect(picture.hasDirty()).toBe(false);
    picture.apply(activation(50, 90));
    expect([picture.generation, picture.width, picture.height, picture.hasDirty()]).toEqual([2, 50, 90, true]);
    expect(frameOf(picture).words).toHaveLength(50 * 90);
  });

  it('keeps the pixels when the size stays', () => {
    const picture = started();
    picture.apply(bitmaps(solid(0, 0, 4, 4, RED)));
    expect(picture.apply(activation(100, 80)).changed).toBe(false);
    expect(picture.generation).toBe(1);
    expect(pixel(picture, 3, 3)).toBe(RED);
  });

  it('refuses a desktop above the limits before it takes memory', () => {
    const picture = started();
    const { drops } = picture.apply(activation(65_535, 65_535));
    expect(drops).toMatchObject([{ codec: 'desktop', reason: 'limit: desktop size', context: 'desktop' }]);
    expect([picture.width, picture.generation]).toEqual([100, 1]);
  });

  it('drops what is drawn before it', () => {
    const picture = new Picture();
    const { drops, changed } = picture.apply(bitmaps(solid(0, 0, 4, 4, RED)));
    expect(drops).toMatchObject([{ codec: 'raw', area: null, reason: 'invalid: before activation', pdus: 1 }]);
    expect(changed).toBe(false);
  });
});

describe('bitmap updates', () => {
  it.each([
    ['fast-path', bitmaps],
    ['slow-path', slowBitmaps],
  ])('draws interleaved RLE in its place, %s', (_, make) => {
    const picture = started();
    const { data, expected } = textTile();
    const update = make(rectangle(20, 10, 64, 64, 16, COMPRESSED, data));
    expectAllDecoded(picture.apply(update), update.payload);
    const frame = frameOf(picture);
    const place = { x: 20, y: 10, width: 64, height: 64 };
    expect(frame.dirty).toEqual([place]);
    expect(area(frame, 100, place)).toEqual(expected);
    expect(frame.words.filter((word) => word !== BLACK).length).toBeLessThanOrEqual(64 * 64);
  });

  it('draws planar bitmaps of 32 bpp', () => {
    const picture = started(128, 96);
    const vector = vectors('planar').find((candidate) => candidate.compressed === 'planar_061.cmp');
    if (vector === undefined) throw new Error('fixture is missing');
    const data = fixture(`libfreerdp/${vector.compressed}`);
    const fragments = splitUpdate(
      FastPathUpdateCode.bitmap,
      encodeBitmapUpdate([rectangle(0, 0, 128, 96, 32, COMPRESSED, data)]),
    );
    for (const fragment of fragments) expect(picture.apply(fastPath(fragment)).drops).toEqual([]);
    expect(frameOf(picture).words.some((word) => word !== BLACK)).toBe(true);
  });

  it('draws no more of a bitmap than its rectangle', () => {
    const picture = started();
    const wide = solid(10, 10, 8, 8, RED);
    picture.apply(bitmaps({ ...wide, destRight: 14, destBottom: 12 }));
    const { words, dirty } = frameOf(picture);
    expect(dirty).toEqual([{ x: 10, y: 10, width: 5, height: 3 }]);
    expect(words.filter((word) => word === RED)).toHaveLength(15);
  });

  it('draws 8 bpp in the colours of the palette update before it', () => {
    const picture = started();
    const paletteEntries = new Uint8Array(768);
    paletteEntries.set([255, 0, 0], 3 * 7);
    picture.apply(fastPath(single(FastPathUpdateCode.palette, encodePaletteUpdate({ paletteEntries }))));
    picture.apply(slowBitmaps(rectangle(0, 0, 4, 1, 8, 0, Uint8Array.of(7, 7, 0, 7))));
    expect([...frameOf(picture).words.subarray(0, 4)]).toEqual([RED, RED, BLACK, RED]);
  });

  it('hatches and reports the rectangle that cannot be decoded, and draws the others', () => {
    const picture = started();
    const broken = rectangle(40, 40, 16, 16, 16, COMPRESSED, Uint8Array.of(0xff));
    const update = bitmaps(solid(0, 0, 8, 8, RED), broken, solid(90, 70, 8, 8, BLUE));
    const applied = picture.apply(update);
    expect(applied.drops).toEqual([
      {
        codec: 'interleaved-rle',
        area: { x: 40, y: 40, width: 16, height: 16 },
        reason: 'invalid: interleavedRle',
        bytes: 1,
        pdus: 1,
        context: null,
      },
    ]);
    const frame = frameOf(picture);
    expect([frame.words[0], frame.words[77 * 100 + 97]]).toEqual([RED, BLUE]);
    const hatched = new Set(area(frame, 100, { x: 40, y: 40, width: 16, height: 16 }));
    expect(hatched.size).toBe(2);
    expect(hatched.has(BLACK)).toBe(false);
  });

  it('draws no more than a few desktops in one update, however few bytes ask for it', () => {
    const picture = started(1000, 1000);
    // A million pixels in 80 bytes: sixteen MEGA_MEGA runs of 62,500.
    const run = [0xf3, 0x24, 0xf4, 0xff, 0xff];
    const data = Uint8Array.from(Array.from({ length: 16 }, () => run).flat());
    const whole = rectangle(0, 0, 1000, 1000, 16, COMPRESSED, data);
    expect(picture.apply(bitmaps(whole, whole, whole, whole)).drops).toEqual([]);
    const { drops } = picture.apply(bitmaps(whole, whole, whole, whole, whole, whole));
    expect(drops).toMatchObject([{ codec: 'interleaved-rle', reason: 'limit: update', bytes: 160, pdus: 1 }]);
    expect(pixel(picture, 999, 999)).toBe(0xffff_ffff);
  });

  it('reports many failures of one kind as one drop with the area of all', () => {
    const picture = started();
    const broken = (x: number) => rectangle(x, 8, 8, 8, 16, COMPRESSED, Uint8Array.of(0xff, 0xff));
    const { drops } = picture.apply(bitmaps(...[0, 16, 32].map(broken)));
    expect(drops).toMatchObject([{ area: { x: 0, y: 8, width: 40, height: 8 }, bytes: 6, pdus: 1 }]);
  });
});

describe('surface commands', () => {
  it.each([
    [32, [1, 2, 3, 0, 4, 5, 6, 0], [0xff06_0504, 0xff03_0201]],
    [24, [1, 2, 3, 4, 5, 6], [0xff06_0504, 0xff03_0201]],
    [16, [0xff, 0xff, 0x1f, 0x00], [BLUE, 0xffff_ffff]],
  ])('draws raw bits of %i bpp, the lowest row first', (bpp, data, expected) => {
    const picture = started();
    const bitmapData = Uint8Array.from(data);
    const { drops } = picture.apply(surfaceBits(5, 6, { bpp, codecId: 0, width: 1, height: 2, bitmapData }));
    expect(drops).toEqual([]);
    expect([...area(frameOf(picture), 100, { x: 5, y: 6, width: 1, height: 2 })]).toEqual(expected);
  });

  it('hatches and reports a codec that was not offered', () => {
    const picture = started();
    const bitmap = { bpp: 32, codecId: 3, width: 200, height: 8, bitmapData: new Uint8Array(50) };
    const { drops, changed } = picture.apply(surfaceBits(50, 6, bitmap));
    const place = { x: 50, y: 6, width: 50, height: 8 };
    expect(changed).toBe(true);
    expect(drops).toMatchObject([{ codec: 'surface codec 3', area: place, bytes: 50, pdus: 1 }]);
    expect(frameOf(picture).dirty).toEqual([place]);
  });
});

describe('bulk compression', () => {
  const update = (color: number): Uint8Array => encodeBitmapUpdate([solid(0, 0, 4, 4, color)]);

  it('shares one history between fast-path and slow-path output', () => {
    const picture = started(100, 80, true);
    const data = update(RED);
    picture.apply(fastPath(single(FastPathUpdateCode.bitmap, literals(data), 0x61)));
    expect(pixel(picture, 0, 0)).toBe(RED);
    picture.apply(bitmaps(solid(0, 0, 4, 4, BLUE)));
    const again = compressedShareData(PduType2.update, match(data.length, data.length), 0x21);
    expectAllDecoded(picture.apply(again), again.payload);
    expect(pixel(picture, 0, 0)).toBe(RED);
  });

  it('is lost with its first error until the target flushes the history', () => {
    const picture = started(100, 80, true);
    const bad = fastPath(single(FastPathUpdateCode.bitmap, Uint8Array.of(0xff, 0xff, 0xff, 0xff), 0x61));
    expect(picture.apply(bad).drops).toMatchObject([
      { codec: 'bulk compression', area: null, context: 'bulk', pdus: 1, bytes: 4 },
    ]);
    const good = literals(update(RED));
    expect(picture.apply(fastPath(single(FastPathUpdateCode.bitmap, good, 0x61))).drops).toMatchObject([
      { codec: 'bulk compression', context: 'bulk' },
    ]);
    expect(picture.apply(slowBitmaps(solid(9, 9, 4, 4, BLUE))).drops).toEqual([]);
    expect(picture.apply(fastPath(single(FastPathUpdateCode.bitmap, good, 0xe1))).drops).toEqual([]);
    expect([pixel(picture, 0, 0), pixel(picture, 9, 9)]).toEqual([RED, BLUE]);
  });

  it('is lost with a PDU that cannot be taken apart, if it was negotiated', () => {
    const mangled = record(TraceRecordKind.serverFastPath, Uint8Array.of(0x00, 0x05, 0x01, 0xff, 0xff));
    const compressed = fastPath(single(FastPathUpdateCode.bitmap, literals(update(RED)), 0x61));
    for (const compression of [true, false]) {
      const picture = started(100, 80, compression);
      expect(picture.apply(mangled).drops).toMatchObject([
        { codec: 'fast-path', bytes: 5, pdus: 1, context: compression ? 'bulk' : null },
      ]);
      expect(picture.apply(compressed).drops).toHaveLength(compression ? 1 : 0);
    }
  });

  it('decompresses Data PDUs that are no graphics, because they are in the history', () => {
    const picture = started(100, 80, true);
    const data = update(RED);
    picture.apply(compressedShareData(PduType2.saveSessionInfo, literals(data), 0x61));
    const graphics = compressedShareData(PduType2.update, match(data.length, data.length), 0x21);
    expect(picture.apply(graphics).drops).toEqual([]);
    expect(pixel(picture, 0, 0)).toBe(RED);
  });

  it('[invariant 1] tells of a logon that the target compressed, which the gateway cannot read', () => {
    const picture = started(100, 80, true);
    const info = { kind: 'logon-long', domain: 'AzureAD', userName: 'ada', sessionId: 7 } as const;
    const told = picture.apply(
      compressedShareData(PduType2.saveSessionInfo, literals(encodeSaveSessionInfo(info)), 0x61),
    );
    const data = { domain: 'AzureAD', userName: 'ada', targetSessionId: 7 };
    expect(told).toMatchObject({ drops: [], told: [{ kind: 'logon', data }] });
    // What cannot be read is no loss of picture.
    const broken = picture.apply(compressedShareData(PduType2.saveSessionInfo, literals(Uint8Array.of(1)), 0x61));
    expect(broken.drops).toEqual([]);
    expect(broken.told).toBeUndefined();
  });
});

describe('fragments', () => {
  const fragments = splitUpdate(FastPathUpdateCode.bitmap, encodeBitmapUpdate([solid(0, 0, 30, 30, RED)]), 1500);

  it('draws an update when its last fragment is there, and counts all PDUs then', () => {
    const picture = started();
    const records = fragments.map((fragment) => fastPath(fragment));
    const applied = records.map((item) => picture.apply(item));
    expect(applied.map((result) => result.pdus)).toEqual([0, 0, 3]);
    expect(applied.map((result) => result.changed)).toEqual([false, false, true]);
    const total = records.reduce((sum, item) => sum + item.payload.length, 0);
    expect(applied.reduce((sum, result) => sum + result.bytes, 0)).toBe(total);
    expect(pixel(picture, 29, 29)).toBe(RED);
  });

  it('drops all of an update whose fragment is missing', () => {
    const picture = started();
    const [first, , last] = fragments;
    if (first === undefined || last === undefined) throw new Error('fragments');
    picture.apply(fastPath(first));
    const other = { ...last, updateCode: FastPathUpdateCode.palette };
    const { drops, pdus } = picture.apply(fastPath(other));
    expect(pdus).toBe(2);
    expect(drops).toMatchObject([{ reason: 'invalid: UpdateFragments', pdus: 2, bytes: 1500 + last.data.length }]);
  });

  it('accounts for an update that never ended when the part ends: no client could show it, so it is no loss', () => {
    const picture = started();
    for (const fragment of fragments.slice(0, 2)) picture.apply(fastPath(fragment));
    const end = picture.apply(record(TraceRecordKind.end, Buffer.from('{}')));
    expect(end).toEqual({ pdus: 2, bytes: 3000, changed: false, drops: [] });
    expect(picture.apply(record(TraceRecordKind.end, Buffer.from('{}')))).toMatchObject({ pdus: 0, drops: [] });
  });
});

describe('other records', () => {
  it('reports drawing orders that cannot be read, and graphics channels, which were not offered', () => {
    const picture = started();
    const orders = fastPath(single(FastPathUpdateCode.orders, Uint8Array.of(1, 0, 9, 9)));
    expect(picture.apply(orders).drops).toMatchObject([{ codec: 'orders', bytes: 4, pdus: 1 }]);
    expect(picture.apply(fastPath(single(FastPathUpdateCode.orders, Uint8Array.of(0, 0)))).drops).toEqual([]);
    const channel = picture.apply(record(TraceRecordKind.serverGraphicsChannel, new Uint8Array(9)));
    expect(channel).toMatchObject({ pdus: 1, bytes: 9, drops: [{ codec: 'graphics channel', bytes: 9, pdus: 1 }] });
  });

  it('takes synchronize, frame markers, ticks, events and other Data PDUs as decoded', () => {
    const picture = started();
    const marker = Uint8Array.of(4, 0, 0, 0, 1, 0, 0, 0);
    const records = [
      fastPath(single(FastPathUpdateCode.synchronize, new Uint8Array(0))),
      fastPath(single(FastPathUpdateCode.surfaceCommands, marker)),
      shareData(PduType2.synchronize, Uint8Array.of(1, 0, 0, 0)),
      record(TraceRecordKind.tick, new Uint8Array(0)),
      record(TraceRecordKind.event, Buffer.from('{"kind":"logon","data":{}}')),
    ];
    for (const item of records) expect(picture.apply(item)).toMatchObject({ changed: false, drops: [] });
  });
});

describe('the pointer', () => {
  const dot = { xorBpp: 32, cacheIndex: 3, hotSpotX: 0, hotSpotY: 0, width: 1, height: 1 };
  const shape = { ...dot, xorMaskData: Uint8Array.of(0, 0, 255, 255), andMaskData: Uint8Array.of(0, 0) };

  it('is drawn where the client says, and leaves the desktop as it was', () => {
    const picture = started();
    expect(picture.apply(clientPointer(10, 20))).toEqual({ pdus: 0, bytes: 0, changed: true, drops: [] });
    expect(picture.hasDirty()).toBe(true);
    const shown = frameOf(picture);
    expect(shown.words[21 * 100 + 10]).toBe(BLACK);
    expect(shown.words[24 * 100 + 12]).toBe(0xffff_ffff);
    expect(shown.dirty).toEqual([{ x: 10, y: 20, width: 11, height: 17 }]);
    picture.apply(pointer({ kind: 'hidden' }));
    const hidden = frameOf(picture);
    expect(hidden.words.every((word) => word === BLACK)).toBe(true);
    expect(hidden.dirty).toEqual(shown.dirty);
  });

  it('takes shapes, cached shapes, the default shape and positions from the target', () => {
    const picture = started();
    picture.apply(pointer({ kind: 'position', xPos: 50, yPos: 40 }));
    picture.apply(pointer({ kind: 'new', shape }));
    expect(pixel(picture, 50, 40)).toBe(RED);
    picture.apply(pointer({ kind: 'default' }));
    expect(pixel(picture, 52, 44)).toBe(0xffff_ffff);
    picture.apply(shareData(PduType2.pointer, Uint8Array.of(7, 0, 0, 0, 3, 0)));
    expect(pixel(picture, 50, 40)).toBe(RED);
    expect(pixel(picture, 52, 44)).toBe(BLACK);
  });

  it('reports a shape that was never cached and keeps the one it has', () => {
    const picture = started();
    picture.apply(clientPointer(50, 40));
    picture.apply(pointer({ kind: 'new', shape }));
    const { drops } = picture.apply(pointer({ kind: 'cached', cacheIndex: 9 }));
    expect(drops).toMatchObject([{ codec: 'pointer', area: null, reason: 'invalid: pointerCache', pdus: 1 }]);
    expect(pixel(picture, 50, 40)).toBe(RED);
  });
});

const anyRecord: fc.Arbitrary<TraceRecord> = fc.oneof(
  fc
    .tuple(fc.nat(120), fc.nat(90), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.nat(0xff_ffff))
    .map(([x, y, width, height, color]) => bitmaps(solid(x, y, width, height, color))),
  fc.tuple(fc.nat(120), fc.nat(90)).map(([x, y]) => clientPointer(x, y)),
  fc.constantFrom('hidden' as const, 'default' as const).map((kind) => pointer({ kind })),
  fc.nat(60).map((x) => bitmaps(rectangle(x, 5, 64, 64, 16, COMPRESSED, textTile().data))),
  fc.nat(60).map((x) => slowBitmaps(rectangle(x, 9, 9, 9, 16, COMPRESSED, Uint8Array.of(0xff)))),
);

describe('invariants', () => {
  it('a viewer that takes the dirty areas alone sees the whole picture', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyRecord, fc.boolean()), { minLength: 1, maxLength: 30 }), (steps) => {
        const picture = started();
        const mirror = new Uint32Array(100 * 80).fill(BLACK);
        for (const [item, render] of steps) {
          const { changed } = picture.apply(item);
          if (changed) expect(picture.hasDirty()).toBe(true);
          if (!render) continue;
          const frame = frameOf(picture);
          for (const place of frame.dirty) {
            for (let y = place.y; y < place.y + place.height; y += 1) {
              const from = y * 100 + place.x;
              mirror.set(frame.words.subarray(from, from + place.width), from);
            }
          }
          expect(Buffer.compare(Buffer.from(mirror.buffer), Buffer.from(frame.words.buffer))).toBe(0);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('same input, same pixels', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 20 }), (records) => {
        const [first, second] = [started(), started()];
        for (const item of records) expect(first.apply(item)).toEqual(second.apply(item));
        expect(frameOf(first)).toEqual(frameOf(second));
      }),
      { numRuns: 50 },
    );
  });

  it('loss is a record: whatever a peer sends is decoded or dropped, to the byte, and nothing is thrown', () => {
    const fragments = splitUpdate(FastPathUpdateCode.bitmap, encodeBitmapUpdate([solid(0, 0, 20, 20, RED)]), 600);
    const compressed = literals(encodeBitmapUpdate([solid(1, 1, 5, 5, BLUE)]));
    const sound = fc.oneof(
      anyRecord.filter((item) => item.kind !== TraceRecordKind.clientPointer),
      fc.constantFrom(...fragments).map((fragment) => fastPath(fragment)),
      fc.constantFrom(0x21, 0x61, 0xa1, 0x22, 0x80).map((flags) => {
        return fastPath(single(FastPathUpdateCode.bitmap, compressed, flags), ...fragments.slice(0, 1));
      }),
      fc.constantFrom(0x21, 0xe1).map((flags) => compressedShareData(PduType2.update, compressed, flags)),
      fc.tuple(fc.nat(15), fc.uint8Array({ maxLength: 40 }), fc.nat(3)).map(([updateCode, data, part]) => {
        return fastPath({ ...single(updateCode, data), fragmentation: part as Fragmentation });
      }),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => record(TraceRecordKind.serverFastPath, bytes)),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => record(TraceRecordKind.serverShareData, bytes)),
    );
    const edits = fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { maxLength: 3 });
    const records = fc.array(fc.tuple(sound, edits), { maxLength: 25 });
    fc.assert(
      fc.property(records, fc.boolean(), (steps, compression) => {
        const picture = started(100, 80, compression);
        const sum = { pdus: 0, bytes: 0, sentBytes: 0 };
        const settle = (applied: Applied): void => {
          const bytes = applied.drops.reduce((total, drop) => total + drop.bytes, 0);
          const pdus = applied.drops.reduce((total, drop) => total + drop.pdus, 0);
          expect(bytes).toBeLessThanOrEqual(applied.bytes);
          expect(pdus).toBeLessThanOrEqual(applied.pdus);
          sum.pdus += applied.pdus;
          sum.bytes += applied.bytes;
        };
        for (const [item, changes] of steps) {
          const payload = item.payload.slice();
          for (const [at, byte] of changes) if (payload.length > 0) payload[at % payload.length] = byte;
          settle(picture.apply({ ...item, payload }));
          sum.sentBytes += payload.length;
        }
        settle(picture.apply(record(TraceRecordKind.end, Buffer.from('{}'))));
        expect(sum).toEqual({ pdus: steps.length, bytes: sum.sentBytes, sentBytes: sum.sentBytes });
      }),
      { numRuns: 500 },
    );
  });
});
