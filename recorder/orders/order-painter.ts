/**
 * Orders Updates, [MS-RDPEGDI] 2.2.2.1 and 2.2.2.2, drawn as 3.2.5.1 says. An order that cannot be drawn costs its own area
 * or cache entry. One that cannot be read costs everything until the next activation: the orders behind it cannot be
 * found, and those of later updates are differences to what it said.
 */
import type { TraceActivation } from '../../src/contract/trace.js';
import type { OrdersUpdate } from '../../src/rdp/updates/orders-update.js';
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { MAX_CACHED_PIXELS_PER_UPDATE } from '../../src/rdp/wire/limits.js';
import { Reader } from '../../src/rdp/wire/reader.js';
import { DecodeScratch } from '../decoders/encoded-bitmap.js';
import { surfaceCodecIds, type SurfaceCodecIds } from '../decoders/registry.js';
import { reasonOf, type Loss } from '../picture/applied.js';
import type { Rectangle } from '../picture/rectangle.js';
import { NO_CACHES, OrderCaches, type CacheSizes } from './caches.js';
import { Drawing, type OrderTarget } from './drawing/drawing.js';
import { OrderHistory } from './primary/order-history.js';
import { CACHE_ORDERS_BY_TYPE, PRIMARY_ORDERS_BY_TYPE, type PrimaryOrderEntry } from './registry.js';

/** Bits of controlFlags, 2.2.2.2.1: with both an order is secondary, with the second alone alternate secondary. */
const TS_STANDARD = 0x01;
const TS_SECONDARY = 0x02;

/** An alternate secondary order has its type in the upper bits. */
const ALTSEC_TYPE_SHIFT = 2;
const TS_ALTSEC_FRAME_MARKER = 0x0d;
const FRAME_MARKER_BYTES = 4;

/** 2.2.2.2.1.2.1.1: orderLength is 13 less than the order with its 6 bytes of header. */
const ORDER_LENGTH_ADJUSTMENT = 13 - 6;

const FORMATS = new Map(Array.from(PRIMARY_ORDERS_BY_TYPE, ([type, { format }]) => [type, format]));

/** Where orders draw, and where losses are told. */
export interface OrderDesktop extends OrderTarget {
  /** Marks an area as unknown; returns the part of it that is on the desktop. */
  hatch(area: Rectangle): Rectangle | null;
}

/** Takes a loss and the bytes of the update that it stands for: all that are left, unless said. */
export type Lose = (loss: Loss, dataBytes?: number) => void;

/** The orders of one activation. */
export class OrderPainter {
  readonly #colorDepth: number;
  readonly #cacheSizes: CacheSizes;
  readonly #surfaceCodecs: SurfaceCodecIds;
  readonly #history = new OrderHistory(FORMATS);
  readonly #scratch = new DecodeScratch();
  #caches: OrderCaches;
  #poisoned = false;
  #cachedPixelsLeft = 0;

  constructor(activation: Pick<TraceActivation, 'colorDepth'> & Partial<TraceActivation>) {
    this.#colorDepth = activation.colorDepth;
    this.#cacheSizes = activation.orderCaches ?? NO_CACHES;
    this.#surfaceCodecs = surfaceCodecIds(activation);
    this.#caches = new OrderCaches(this.#cacheSizes);
  }

  get poisoned(): boolean {
    return this.#poisoned;
  }

  /** Orders are missing: what follows are differences to something unknown. */
  poison(): void {
    this.#poisoned = true;
  }

  /** Draws the orders of one update. Throws nothing for what a peer sent. */
  paint({ numberOrders, orderData }: OrdersUpdate, desktop: OrderDesktop, lose: Lose): void {
    const reader = new Reader(orderData, 'orders');
    this.#cachedPixelsLeft = MAX_CACHED_PIXELS_PER_UPDATE;
    for (let index = 0; index < numberOrders; index += 1) {
      if (this.#poisoned) {
        lose({ codec: 'orders', area: null, reason: 'invalid: history is lost', context: 'orders' });
        return;
      }
      try {
        this.#order(reader, desktop, lose);
      } catch (error) {
        this.#poisoned = true;
        lose({ codec: 'orders', area: null, reason: reasonOf(error), context: 'orders' });
        return;
      }
    }
  }

  #spendCached(pixels: number): void {
    if (pixels > this.#cachedPixelsLeft) throw new DecodeError('limit', 'CacheBitmap', 0, 'pixels in one update');
    this.#cachedPixelsLeft -= pixels;
  }

  /** Throws DecodeError when it is not known where the next order begins. */
  #order(reader: Reader, desktop: OrderDesktop, lose: Lose): void {
    const start = reader.offset;
    const controlFlags = reader.u8();
    switch (controlFlags & (TS_STANDARD | TS_SECONDARY)) {
      case TS_STANDARD: {
        const { orderType, fields, bounds } = this.#history.read(controlFlags, reader);
        const order = PRIMARY_ORDERS_BY_TYPE.get(orderType);
        const drawing = new Drawing(desktop, this.#caches, this.#colorDepth, bounds);
        if (order !== undefined) drawPrimary(order, fields, drawing, desktop, lose, reader.offset - start);
        return;
      }
      case TS_STANDARD | TS_SECONDARY:
        this.#secondary(reader, lose);
        return;
      case TS_SECONDARY:
        if (controlFlags >> ALTSEC_TYPE_SHIFT !== TS_ALTSEC_FRAME_MARKER) {
          throw reader.error('unsupported', `alternate secondary order ${controlFlags >> ALTSEC_TYPE_SHIFT}`);
        }
        reader.skip(FRAME_MARKER_BYTES);
        return;
      default:
        throw reader.error('invalid', 'controlFlags');
    }
  }

  #secondary(reader: Reader, lose: Lose): void {
    const start = reader.offset;
    const orderLength = reader.i16();
    const extraFlags = reader.u16();
    const orderType = reader.u8();
    const body = reader.sub(orderLength + ORDER_LENGTH_ADJUSTMENT, 'cache order');
    const fail = (reason: string): void => {
      lose({ codec: 'orders', area: null, reason }, reader.offset - start);
    };
    const fill = CACHE_ORDERS_BY_TYPE.get(orderType);
    if (fill === undefined) {
      fail(`unsupported: cache order ${orderType}`);
      return;
    }
    let store: () => void;
    const context = {
      caches: this.#caches,
      colorDepth: this.#colorDepth,
      surfaceCodecs: this.#surfaceCodecs,
      scratch: this.#scratch,
      spend: (pixels: number) => this.#spendCached(pixels),
    };
    try {
      store = fill(body, extraFlags, context);
    } catch (error) {
      // Nobody knows which entry it was about: better none than a wrong one.
      this.#caches = new OrderCaches(this.#cacheSizes);
      fail(reasonOf(error));
      return;
    }
    try {
      store();
    } catch (error) {
      fail(reasonOf(error));
    }
  }
}

function drawPrimary(
  { draw, area }: PrimaryOrderEntry,
  fields: object,
  drawing: Drawing,
  desktop: OrderDesktop,
  lose: Lose,
  bytes: number,
): void {
  try {
    // The history reads what the entry's own format describes.
    draw(fields as never, drawing);
  } catch (error) {
    const touched = area(fields as never);
    const visible = touched === null ? null : drawing.within(touched);
    lose({ codec: 'orders', area: visible === null ? null : desktop.hatch(visible), reason: reasonOf(error) }, bytes);
  }
}
