/** Which drawing orders are in a trace, by their names in the capability table. */
import { OrderHistory } from '../../recorder/orders/primary/order-history.js';
import { CACHE_ORDERS, PRIMARY_ORDERS, PRIMARY_ORDERS_BY_TYPE } from '../../recorder/orders/registry.js';
import type { CacheOrder, DrawingOrder } from '../../src/contract/capability-table.js';
import type { TraceRecord } from '../../src/contract/trace.js';
import { Reader } from '../../src/rdp/wire/reader.js';
import { recordedUpdates } from './recorded-updates.js';

export type OrderCounts = Partial<Record<DrawingOrder | CacheOrder, number>>;

const PRIMARY_NAMES = new Map(
  (Object.keys(PRIMARY_ORDERS) as DrawingOrder[]).map((name) => [PRIMARY_ORDERS[name].format.orderType, name]),
);
const CACHE_NAMES = new Map(
  (Object.keys(CACHE_ORDERS) as CacheOrder[]).flatMap((name) =>
    Object.keys(CACHE_ORDERS[name]).map((orderType) => [Number(orderType), name] as const),
  ),
);

/** Counts the orders of one activation's records. Throws for an order that is not in the table. */
export function countOrders(records: readonly TraceRecord[]): OrderCounts {
  const formats = new Map(Array.from(PRIMARY_ORDERS_BY_TYPE, ([type, { format }]) => [type, format]));
  const history = new OrderHistory(formats);
  const counts: OrderCounts = {};
  for (const { update } of recordedUpdates(records)) {
    if (update.kind !== 'orders') continue;
    const reader = new Reader(update.orderData, 'orders');
    for (let left = update.numberOrders; left > 0; left -= 1) {
      const name = nextOrder(reader, history);
      if (name !== null) counts[name] = (counts[name] ?? 0) + 1;
    }
  }
  return counts;
}

function nextOrder(reader: Reader, history: OrderHistory): DrawingOrder | CacheOrder | null {
  const controlFlags = reader.u8();
  if ((controlFlags & 3) === 1) return PRIMARY_NAMES.get(history.read(controlFlags, reader).orderType) ?? null;
  if ((controlFlags & 3) === 2) {
    reader.skip(4);
    return null;
  }
  const orderLength = reader.i16();
  reader.skip(2);
  const name = CACHE_NAMES.get(reader.u8());
  reader.skip(orderLength + 7);
  if (name === undefined) throw new Error('an order that is not in the table');
  return name;
}
