/** Orders as bytes, and a desktop that they draw on. */
import { OrderPainter } from '../../../recorder/orders/order-painter.js';
import type { Loss } from '../../../recorder/picture/applied.js';
import { Canvas } from '../../../recorder/picture/canvas.js';
import type { TraceActivation } from '../../../src/contract/trace.js';
import { Writer } from '../../../src/rdp/wire/writer.js';

export const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));

export const CACHES = {
  bitmaps: [600, 600, 300, 64, 16],
  glyphs: Array.from({ length: 10 }, () => 254),
  brushes: true,
} as const;

/** A desktop of one colour, and what is drawn on it by orders. */
export class Desktop {
  readonly canvas = new Canvas();
  readonly losses: (Loss & { readonly dataBytes: number | undefined })[] = [];
  readonly painter: OrderPainter;

  constructor(width: number, height: number, activation: Partial<TraceActivation> = {}, color = 0xff00_0000) {
    this.painter = new OrderPainter({ colorDepth: 24, orderCaches: CACHES, ...activation });
    this.canvas.resize(width, height);
    this.canvas.framebuffer.words.fill(color);
  }

  /** Paints orders of one update; unless said, there are as many as arguments. */
  paint(...orders: readonly Uint8Array[]): this {
    return this.paintUpdate(orders.length, new Uint8Array(Buffer.concat(orders)));
  }

  paintUpdate(numberOrders: number, orderData: Uint8Array): this {
    this.canvas.beginUpdate();
    this.painter.paint({ numberOrders, orderData }, this.canvas, (loss, dataBytes) => {
      this.losses.push({ ...loss, dataBytes });
    });
    return this;
  }

  pixel(x: number, y: number): number {
    const { words, width } = this.canvas.framebuffer;
    return (words[y * width + x] ?? 0) & 0xff_ffff;
  }

  /** Rows of the desktop, with a letter for each colour. */
  picture(letters: Readonly<Record<number, string>>): string[] {
    const { width, height } = this.canvas.framebuffer;
    return Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_unused, x) => letters[this.pixel(x, y)] ?? '?').join(''),
    );
  }
}

/** Numbers of 16 bits. */
export function words(...values: readonly number[]): Uint8Array {
  const writer = new Writer();
  for (const value of values) writer.u16(value & 0xffff);
  return writer.finish();
}

/** A primary order with its type: `fieldFlags` in `flagBytes` bytes, then what is given of the fields. */
export function primary(
  orderType: number,
  flagBytes: number,
  fieldFlags: number,
  fields: Uint8Array,
  bounds?: readonly [left: number, top: number, right: number, bottom: number],
): Uint8Array {
  const writer = new Writer().u8(bounds === undefined ? 0x09 : 0x0d).u8(orderType);
  for (let index = 0; index < flagBytes; index += 1) writer.u8((fieldFlags >> (8 * index)) & 0xff);
  if (bounds !== undefined) writer.u8(0x0f).bytes(words(...bounds));
  return writer.bytes(fields).finish();
}

/** A secondary order. */
export function secondary(orderType: number, extraFlags: number, body: Uint8Array): Uint8Array {
  const orderLength = body.length + 6 - 13;
  return new Writer()
    .u8(3)
    .u16(orderLength & 0xffff)
    .u16(extraFlags)
    .u8(orderType)
    .bytes(body)
    .finish();
}

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** A colour as TS_COLOR: red, green, blue. */
export const color = (rgb: number): Uint8Array => Uint8Array.of(rgb >> 16, (rgb >> 8) & 0xff, rgb & 0xff);

export function opaqueRect(
  x: number,
  y: number,
  width: number,
  height: number,
  rgb: number,
  bounds?: Parameters<typeof primary>[4],
): Uint8Array {
  return primary(0x0a, 1, 0x7f, concat(words(x, y, width, height), color(rgb)), bounds);
}

/** Cache Bitmap of revision 2, uncompressed at 24 bpp: rows from the top, colours as 0xRRGGBB. */
export function cacheBitmap(cacheId: number, cacheIndex: number, rows: readonly (readonly number[])[]): Uint8Array {
  const writer = new Writer();
  const width = rows[0]?.length ?? 0;
  for (const row of rows.toReversed()) {
    for (const rgb of row)
      writer
        .u8(rgb & 0xff)
        .u8((rgb >> 8) & 0xff)
        .u8(rgb >> 16);
    writer.zeros((4 - ((3 * width) & 3)) & 3);
  }
  const data = writer.finish();
  const body = new Writer().u8(width).u8(rows.length);
  body.u8(0x40 | (data.length >> 8)).u8(data.length & 0xff);
  body
    .u8(0x80 | (cacheIndex >> 8))
    .u8(cacheIndex & 0xff)
    .bytes(data);
  return secondary(4, cacheId | (5 << 3), body.finish());
}
