/** Updates of orders: what one that fails costs, and that nobody can make the recorder work without end. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Picture } from '../../../recorder/picture/picture.js';
import { CACHE_ORDERS, PRIMARY_ORDERS } from '../../../recorder/orders/registry.js';
import { CACHE_ORDERS as OFFERED_CACHE_ORDERS, DRAWING_ORDERS } from '../../../src/contract/capability-table.js';
import { PduType2 } from '../../../src/rdp/session/share-data.js';
import { FastPathUpdateCode, Fragmentation } from '../../../src/rdp/updates/fast-path-output.js';
import { activation, fastPath, shareData, single, solid, bitmaps } from '../picture/records.js';
import { bytes, cacheBitmap, color, concat, Desktop, opaqueRect, primary, secondary, words } from './support.js';

const LETTERS = { 0: '.', 0xff0000: 'r', 0x00ff00: 'g' };
const RED = 0xff_0000;

/** One of each order that draws or caches; all of them draw without a loss. */
const GLYPH = secondary(3, 0, concat(Uint8Array.of(7, 1), words(1, 0, -2, 2, 2), bytes('80c0 0000')));
const TEXT = concat(Uint8Array.of(7, 3, 0, 0), color(RED), color(RED), words(0, 0, 9, 9, 0, 0, 0, 0, 0, 2));
const FAST = concat(bytes('070003'), color(RED), color(RED), words(0, 0, 9, 9, 0, 0, 0, 0, 0, 2));
const BRUSH = secondary(7, 0, bytes('0501080800 08 8000000000000001'));
const ALL: readonly Uint8Array[] = [
  opaqueRect(0, 0, 5, 5, RED, [1, 1, 9, 9]),
  primary(0, 1, 0x1f, concat(words(0, 0, 5, 5), bytes('55'))),
  BRUSH,
  primary(1, 2, 0x7ff, concat(words(0, 0, 8, 8), bytes('f0'), color(RED), color(0), bytes('00008105'))),
  primary(1, 2, 0xfff, concat(words(0, 0, 8, 8), bytes('5a'), color(RED), color(0), bytes('0000030102040810204080'))),
  primary(2, 1, 0x7f, concat(words(1, 1, 5, 5), bytes('cc'), words(0, 0))),
  cacheBitmap(1, 3, [
    [1, 2, 3],
    [4, 5, 6],
  ]),
  primary(0x0d, 2, 0x1ff, concat(words(1, 2, 2, 3, 2), bytes('cc'), words(0, 0, 3))),
  primary(9, 2, 0x25e, concat(words(0, 0, 9, 5), bytes('0d'), color(RED))),
  primary(0x16, 1, 0x77, concat(words(0, 0), bytes('0d'), color(RED), bytes('03 04 64 03027d'))),
  GLYPH,
  primary(0x1b, 3, 0x38_3fff, concat(TEXT, bytes('07 0100 0103 ff0004'.replaceAll(' ', '')))),
  primary(0x13, 2, 0x7fff, concat(FAST, bytes('03 fe0000'))),
  primary(0x18, 2, 0x7fff, concat(FAST, bytes('0b 02 00 42 02 02 80c00000 6800'))),
  bytes('36 00000000'),
  secondary(1, 0, concat(bytes('000001'), new Uint8Array(1024))),
];

const whole = (): Desktop => new Desktop(16, 16);

describe('the orders of the capability table', () => {
  it('are those of the registry', () => {
    expect(Object.keys(PRIMARY_ORDERS).toSorted()).toEqual(Object.keys(DRAWING_ORDERS).toSorted());
    expect(Object.keys(CACHE_ORDERS).toSorted()).toEqual(OFFERED_CACHE_ORDERS.toSorted());
  });

  it('draw one after the other', () => {
    const desktop = whole().paint(...ALL);
    expect(desktop.losses).toEqual([]);
    expect(new Set(desktop.canvas.framebuffer.words).size).toBeGreaterThan(4);
  });
});

describe('an order that cannot be read', () => {
  it('costs the rest of its update and all orders behind it', () => {
    const desktop = new Desktop(3, 1).paint(opaqueRect(0, 0, 1, 1, RED), bytes('0907'), opaqueRect(1, 0, 1, 1, RED));
    const lost = { codec: 'orders', area: null, context: 'orders' };
    expect(desktop.losses).toEqual([{ ...lost, reason: 'unsupported: orders', dataBytes: undefined }]);
    expect(desktop.picture(LETTERS)).toEqual(['r..']);
    desktop.paint(opaqueRect(1, 0, 1, 1, RED));
    expect(desktop.losses[1]).toEqual({ ...lost, reason: 'invalid: history is lost', dataBytes: undefined });
    expect(desktop.picture(LETTERS)).toEqual(['r..']);
    expect(desktop.paintUpdate(0, new Uint8Array(0)).losses).toHaveLength(2);
  });

  it.each([
    ['an offscreen bitmap', '06 0000 0400 0400 0000'],
    ['a switch of surfaces', '02 0000'],
    ['a nine-grid bitmap', '12 20 0000'],
    ['GDI+', '16 00 0400'],
    ['a window', '2e 0700'],
    ['no class', '08 00'],
    ['fewer orders than announced', ''],
    ['a length before the header', '03 f0ff 0000 04'],
    ['a length behind the end', '03 ff7f 0000 04'],
  ])('is %s', (_, hex) => {
    const desktop = whole().paintUpdate(1, bytes(hex));
    expect(desktop.losses).toMatchObject([{ codec: 'orders', area: null, context: 'orders' }]);
  });
});

describe('a cache order that is not known', () => {
  it('is passed over: its length is', () => {
    const desktop = new Desktop(3, 1).paint(secondary(9, 0, new Uint8Array(20)), opaqueRect(0, 0, 1, 1, RED));
    expect(desktop.losses).toMatchObject([{ reason: 'unsupported: cache order 9', dataBytes: 25 }]);
    expect(desktop.picture(LETTERS)).toEqual(['r..']);
  });
});

describe('a target that breaks the rules', () => {
  it('is met with losses at every length of an update', () => {
    const update = concat(...ALL);
    for (let length = 0; length < update.length; length += 1) {
      const { losses } = whole().paintUpdate(ALL.length, update.subarray(0, length));
      expect(losses.some(({ context }) => context === 'orders')).toBe(true);
    }
  });

  it('is met with losses or pixels whatever it changes', () => {
    const update = concat(...ALL);
    const edits = fc.array(fc.tuple(fc.nat(update.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(edits, fc.constantFrom(8, 15, 16, 24, 32), (changes, colorDepth) => {
        const changed = update.slice();
        for (const [at, value] of changes) changed[at] = value;
        const desktop = new Desktop(16, 16, { colorDepth }).paintUpdate(ALL.length, changed);
        expect(desktop.canvas.framebuffer.words.every((word) => word >>> 24 === 0xff)).toBe(true);
        for (const { area } of desktop.losses) expect(area === null || area.width <= 16).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('is met with losses or pixels whatever it sends', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(100), (orderData, numberOrders) => {
        whole().paintUpdate(numberOrders, orderData);
      }),
    );
  });

  it('cannot draw more than a few desktops in one update', () => {
    // One byte repeats the order before it.
    const rectangle = opaqueRect(0, 0, 2000, 2000, RED);
    const line = primary(9, 2, 0x25e, concat(words(-32_768, 0, 32_767, 1), bytes('0d'), color(RED)));
    for (const order of [rectangle, line]) {
      const desktop = new Desktop(2000, 2000).paintUpdate(1001, concat(order, new Uint8Array(1000).fill(0xc1)));
      expect(desktop.losses.at(-1)).toMatchObject({ reason: 'limit: update', area: { width: 2000 } });
      expect(desktop.losses.every(({ context }) => context === undefined)).toBe(true);
    }
  });
});

describe('work that cannot be seen', () => {
  it('is limited as well: glyphs beside the desktop', () => {
    const glyphs = '01'.repeat(100);
    const kept = concat(TEXT, Uint8Array.of(103), bytes(`${glyphs}ff0064`));
    const outside = primary(0x1b, 3, 0x38_0000, concat(words(0, -500), Uint8Array.of(100), bytes('fe00'.repeat(50))));
    const store = primary(0x1b, 3, 0x38_3fff, kept.with(2, 1));
    const update = concat(GLYPH, store, outside, new Uint8Array(1000).fill(0xc1));
    const desktop = whole().paintUpdate(1003, update);
    expect(desktop.losses.at(-1)).toMatchObject({ reason: 'limit: update' });
  });

  it('is limited as well: bitmaps that are cached again and again', () => {
    const side = 1448;
    const runs: Uint8Array[] = [];
    for (let left = side * side; left > 0; left -= 0xffff) {
      runs.push(concat(bytes('f0'), words(Math.min(left, 0xffff))));
    }
    const data = concat(...runs);
    const head = Uint8Array.of(0x85, 0xa8, 0x85, 0xa8, 0x40 | (data.length >> 8), data.length & 0xff, 0);
    const cache = secondary(5, (3 << 3) | (8 << 7), concat(head, data));
    const desktop = whole().paint(...Array.from({ length: 9 }, () => cache));
    expect(desktop.losses).toMatchObject([{ reason: 'limit: CacheBitmap', area: null }]);
  });
});

describe('orders in a trace', () => {
  const orders = (...all: readonly Uint8Array[]): Uint8Array => concat(words(all.length), ...all);
  const started = (): Picture => {
    const picture = new Picture();
    picture.apply(activation(4, 1));
    return picture;
  };
  const reds = (picture: Picture): string => {
    let text = '';
    picture.render(({ pixels }) => {
      for (let at = 0; at < pixels.length; at += 4) text += pixels[at + 2] === 0xff && pixels[at] === 0 ? 'r' : '.';
    });
    return text;
  };
  const fast = (data: Uint8Array): ReturnType<typeof fastPath> => fastPath(single(FastPathUpdateCode.orders, data));

  it('are drawn from fast-path and slow-path updates, which share one history', () => {
    const picture = started();
    expect(picture.apply(fast(orders(opaqueRect(0, 0, 1, 1, RED))))).toMatchObject({ changed: true, drops: [] });
    const second = concat(words(0, 0, 1, 0), bytes('090a01 0200'));
    expect(picture.apply(shareData(PduType2.update, second))).toMatchObject({ changed: true, drops: [] });
    expect(reds(picture)).toBe('r.r.');
  });

  it('are lost until the next activation when one cannot be read, and other updates are not', () => {
    const picture = started();
    const data = orders(opaqueRect(0, 0, 1, 1, RED), bytes('0907'));
    const { drops } = picture.apply(fast(data));
    expect(drops).toMatchObject([{ codec: 'orders', context: 'orders', pdus: 1, bytes: data.length }]);
    expect(picture.apply(fast(orders(opaqueRect(1, 0, 1, 1, RED)))).drops).toMatchObject([{ codec: 'orders' }]);
    expect(picture.apply(bitmaps(solid(3, 0, 1, 1, RED))).drops).toEqual([]);
    picture.apply(activation(4, 1));
    expect(picture.apply(fast(orders(opaqueRect(2, 0, 1, 1, RED)))).drops).toEqual([]);
    expect(reds(picture)).toBe('r.rr');
  });

  it('count the bytes of an order that cannot be drawn', () => {
    const memBlt = primary(0x0d, 2, 0x1ff, concat(words(0, 0, 0, 2, 1), bytes('cc'), words(0, 0, 0)));
    const { drops } = started().apply(fast(orders(opaqueRect(3, 0, 1, 1, RED), memBlt)));
    const area = { x: 0, y: 0, width: 2, height: 1 };
    expect(drops).toMatchObject([{ reason: 'invalid: bitmap', area, bytes: memBlt.length, context: null }]);
  });

  it.each([
    ['an update of orders is cut short', fastPath(single(FastPathUpdateCode.orders, Uint8Array.of(1)))],
    ['a graphics update is cut short', shareData(PduType2.update, Uint8Array.of(0))],
    ['a PDU cannot be taken apart', fastPath(single(FastPathUpdateCode.orders, new Uint8Array(0), 0x2f))],
  ])('are lost when %s', (_, lost) => {
    const picture = started();
    expect(picture.apply(lost).drops).toHaveLength(1);
    const { drops } = picture.apply(fast(orders(opaqueRect(1, 0, 1, 1, RED))));
    expect(drops).toMatchObject([{ codec: 'orders', reason: 'invalid: history is lost', context: 'orders' }]);
  });

  it('are lost when fragments of an update do not belong together', () => {
    const picture = started();
    const fragment = { ...single(FastPathUpdateCode.orders, Uint8Array.of(1)), fragmentation: Fragmentation.first };
    picture.apply(fastPath(fragment));
    const other = { ...fragment, updateCode: FastPathUpdateCode.bitmap, fragmentation: Fragmentation.last };
    expect(picture.apply(fastPath(other)).drops).toHaveLength(1);
    expect(picture.apply(fast(orders(opaqueRect(1, 0, 1, 1, RED)))).drops).toHaveLength(1);
  });
});
