/**
 * Orders Update, [MS-RDPEGDI] 2.2.2.1 (slow-path) and 2.2.2.2 (fast-path): a number and the bytes of drawing orders. The
 * orders themselves are decoded elsewhere.
 */
import type { Reader } from '../wire/reader.js';
import { UpdateType } from './update-type.js';

export interface OrdersUpdate {
  readonly numberOrders: number;
  /** View of all orders. */
  readonly orderData: Uint8Array;
}

/** Decodes the slow-path update from updateType on. */
export function decodeOrdersUpdate(reader: Reader): OrdersUpdate {
  if (reader.u16() !== UpdateType.orders) throw reader.error('invalid', 'updateType');
  reader.skip(2);
  const numberOrders = reader.u16();
  reader.skip(2);
  return { numberOrders, orderData: reader.rest() };
}

/** Decodes the data of a fast-path update; it has no updateType and no padding. */
export function decodeFastPathOrdersUpdate(reader: Reader): OrdersUpdate {
  return { numberOrders: reader.u16(), orderData: reader.rest() };
}
