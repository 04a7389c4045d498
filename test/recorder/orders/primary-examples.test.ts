/** The worked examples of [MS-RDPEGDI] 4.1. */
import { describe, expect, it } from 'vitest';
import { decodeDeltaPoints } from '../../../recorder/orders/primary/delta-points.js';
import { OrderHistory } from '../../../recorder/orders/primary/order-history.js';
import { PRIMARY_ORDERS_BY_TYPE } from '../../../recorder/orders/registry.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { bytes, concat, words } from './support.js';

const FORMATS = new Map(Array.from(PRIMARY_ORDERS_BY_TYPE, ([type, { format }]) => [type, format]));

/** Reads orders one after the other; the last one. */
function read(...orders: readonly (Uint8Array | string)[]): ReturnType<OrderHistory['read']> {
  const history = new OrderHistory(FORMATS);
  let result: ReturnType<OrderHistory['read']> | undefined;
  for (const order of orders) {
    const reader = new Reader(typeof order === 'string' ? bytes(order) : order, 'test');
    result = history.read(reader.u8(), reader);
    reader.end();
  }
  if (result === undefined) throw new Error('no order');
  return result;
}

const EXAMPLES: Readonly<Record<string, string>> = {
  DstBlt: '09000c48003701',
  PatBlt: '09017f021a00c3010d000d00f0ffff005bef0081',
  OpaqueRect: '090a3c00040003730206',
  ScrBlt: '09027d0700a101f100cc2f018e00',
  MemBlt: '490d97ff0002000601150015 00',
  LineTo: '1d091e02a53d031a4a031b03b10ea65bef00',
  GlyphIndex: '191b0001206a022738003907 3a063b073c063d0618041f06170214041b0619064505 18061f061f0214024606ff1524',
  GlyphIndexUse: '191be83f3800ffffff0c026e014d027b0109026e01f6027b010c02790103fe0400',
  FastIndex: '0913ff70070003ffff00743b000e00710042007e0000807c0015000001060204030805090606060607060802ff0012',
  FastIndexUse: '1913e060e2d5e2e203fe1c00',
  FastGlyph:
    '0d18fb7e0f8b00b1002c04bd00060003ffff008b00b1009300be000d00fe7f00800080bb00130001 4a060a808080b8c484848484840000 6800',
  Polyline:
    '2d1673f801b80200c000206c0000000000040000ff7e76ff416cff2462ff2b59ff5551ff9c497343804dffbe8099ffba80cdffb7' +
    '80deffb680caffb68096ffb78048ffba6fffbeff9743ff524aff2b51ff2459ff4463ff816c56762f80820a80bf1480dd1e80d427' +
    '80ab2f8064370d3dffb38042ff678046',
};

const example = (name: string): Uint8Array => bytes(EXAMPLES[name] ?? '');

describe('primary drawing orders of the specification’s examples', () => {
  it('DstBlt', () => {
    expect(read(example('DstBlt'))).toEqual({
      orderType: 0x00,
      fields: { nLeftRect: 0, nTopRect: 0, nWidth: 72, nHeight: 311, bRop: 0 },
      bounds: null,
    });
  });

  it('PatBlt', () => {
    expect(read(example('PatBlt')).fields).toEqual({
      nLeftRect: 26,
      nTopRect: 451,
      nWidth: 13,
      nHeight: 13,
      bRop: 0xf0,
      backColor: 0x00_ffff,
      foreColor: 0x00_ef5b,
      brushOrgX: 0,
      brushOrgY: 0,
      brushStyle: 0x81,
      brushHatch: 0,
      brushExtra: new Uint8Array(7),
    });
  });

  it('OpaqueRect, whose flags leave out the blue that follows', () => {
    const order = example('OpaqueRect');
    order[2] = 0x7c;
    expect(read(order).fields).toEqual({
      nLeftRect: 0,
      nTopRect: 0,
      nWidth: 1024,
      nHeight: 768,
      redOrPaletteIndex: 0x73,
      green: 2,
      blue: 6,
    });
  });

  it('ScrBlt', () => {
    const source = { nXSrc: 303, nYSrc: 142 };
    const fields = { nLeftRect: 7, nTopRect: 0, nWidth: 417, nHeight: 241, bRop: 0xcc, ...source };
    expect(read(example('ScrBlt')).fields).toEqual(fields);
  });

  it('MemBlt, whose second byte of flags is left out', () => {
    expect(read(example('MemBlt')).fields).toEqual({
      cacheId: 0xff,
      nLeftRect: 2,
      nTopRect: 262,
      nWidth: 0,
      nHeight: 21,
      bRop: 0,
      nXSrc: 0,
      nYSrc: 21,
      cacheIndex: 0,
    });
  });

  it('LineTo, with bounds and coordinates that are differences', () => {
    const bounds = [0, 0xe7, 0, 0xf3];
    const fields = words(0x33a, 0x15e, 0x33d, 0x15b);
    const before = concat(bytes('0d091e00 0f'), words(...bounds), fields);
    const result = read(before, example('LineTo'));
    expect(result.bounds).toEqual({ x: 829, y: 257, width: 842 - 829 + 1, height: 270 - 257 + 1 });
    expect(result.fields).toMatchObject({ nXStart: 829, nYStart: 271, nXEnd: 843, nYEnd: 257, penColor: 0x00_ef5b });
  });

  it('GlyphIndex, whose coordinates are never differences', () => {
    const text = bytes('38003907 3a063b073c063d0618041f06170214041b0619064505 18061f061f0214024606ff1524');
    expect(read(example('GlyphIndex')).fields).toMatchObject({ bkRight: 618, variableBytes: text });
    expect(read(example('GlyphIndexUse')).fields).toMatchObject({
      fOpRedundant: 0,
      foreColor: 0xff_ffff,
      bkLeft: 524,
      bkTop: 366,
      bkRight: 589,
      bkBottom: 379,
      opLeft: 521,
      opTop: 366,
      opRight: 758,
      opBottom: 379,
      x: 524,
      y: 377,
      variableBytes: bytes('fe0400'),
    });
  });

  it('FastIndex', () => {
    const first = read(example('FastIndex')).fields;
    expect(first).toMatchObject({
      cacheId: 7,
      fDrawing: 0x0300,
      backColor: 0x00_ffff,
      foreColor: 0x00_3b74,
      bkLeft: 14,
      bkTop: 113,
      bkRight: 66,
      bkBottom: 126,
      x: -32_768,
      y: 124,
      variableBytes: bytes('000001060204030805090606060607060802ff0012'),
    });
    const before = concat(bytes('0913e020'), words(0x159, 0x161, 0x166, 0x164));
    expect(read(before, example('FastIndexUse')).fields).toMatchObject({
      bkTop: 315,
      bkRight: 310,
      bkBottom: 328,
      y: 326,
      variableBytes: bytes('fe1c00'),
    });
  });

  it('FastGlyph', () => {
    const { bounds, fields } = read(example('FastGlyph'));
    expect(bounds).toEqual({ x: 139, y: 177, width: 1068 - 139 + 1, height: 189 - 177 + 1 });
    expect(fields).toMatchObject({
      cacheId: 6,
      fDrawing: 0x0300,
      foreColor: 0x00_ffff,
      bkLeft: 139,
      bkTop: 177,
      bkRight: 147,
      bkBottom: 190,
      opLeft: 0,
      opTop: 13,
      opRight: 32_766,
      opBottom: -32_768,
      x: -32_768,
      y: 187,
    });
  });

  it('Polyline, in the bounds of the order before', () => {
    const before = concat(bytes('0d0a000f'), words(1, 2, 3, 4));
    const { bounds, fields } = read(before, example('Polyline'));
    expect(bounds).toEqual({ x: 1, y: 2, width: 3, height: 3 });
    expect(fields).toMatchObject({ xStart: 504, yStart: 696, penColor: 0x00_c000, numDeltaEntries: 32 });
    const { codedDeltaList } = fields as { codedDeltaList: Uint8Array };
    const points = decodeDeltaPoints(codedDeltaList, 32, { x: 504, y: 696 });
    expect(points.slice(0, 2)).toEqual([
      { x: 374, y: 686 },
      { x: 183, y: 666 },
    ]);
    // The 23rd point has no difference in y.
    expect((points[22]?.y ?? 0) - (points[21]?.y ?? 0)).toBe(0);
    expect((points[31]?.x ?? 0) - (points[30]?.x ?? 0)).toBe(-153);
    expect((points[31]?.y ?? 0) - (points[30]?.y ?? 0)).toBe(70);
  });

  it.each(Object.keys(EXAMPLES))('%s is refused at every length but its own', (name) => {
    const order = example(name);
    if (name === 'OpaqueRect') order[2] = 0x7c;
    for (let length = 1; length < order.length; length += 1) {
      const history = new OrderHistory(FORMATS);
      const reader = new Reader(order.subarray(1, length), 'test');
      expect(() => history.read(order[0] ?? 0, reader)).toThrow(DecodeError);
    }
  });
});

describe('the history of primary orders', () => {
  it('begins with PatBlt', () => {
    expect(read('0101001a00')).toMatchObject({ orderType: 0x01, fields: { nLeftRect: 26 } });
  });

  it('keeps the fields of each type apart', () => {
    expect(read('090a010500', '0900020600', '090a 02 0700').fields).toMatchObject({ nLeftRect: 5, nTopRect: 7 });
  });

  it('wraps differences at 16 bits', () => {
    expect(read('090a01ff7f', '11 01 02').fields).toMatchObject({ nLeftRect: -32_767 });
  });

  it('takes flags of which all bytes are left out', () => {
    expect(read('090a01 0500', 'c1').fields).toMatchObject({ nLeftRect: 5 });
  });

  it('has each side of the bounds as a value, as a difference, or as before', () => {
    const bounds = (order: string): unknown => read('0d0a000f 0a00 1400 1e00 2800', order).bounds;
    expect(read('0d0a000f 0a00 1400 1e00 2800', '0500 31 05 fb').bounds).toEqual({
      x: 15,
      y: 15,
      width: 16,
      height: 26,
    });
    expect(bounds('0500 06 0000 ff00')).toEqual({ x: 10, y: 0, width: 246, height: 41 });
    expect(bounds('0d0a000f 1e00 0000 0a00 ffff')).toMatchObject({ width: 0, height: 0 });
    expect(bounds('0100')).toBeNull();
  });

  it('refuses a type that was not offered', () => {
    for (const orderType of [0x07, 0x08, 0x0b, 0x0e, 0x0f, 0x12, 0x14, 0x19, 0xff]) {
      const reader = new Reader(Uint8Array.of(orderType, 0, 0, 0), 'test');
      expect(() => new OrderHistory(FORMATS).read(0x09, reader)).toThrow(/unsupported/);
    }
  });
});
