/** Which drawing orders are in a trace, by their names in the capability table. */
import { BulkDecompressor } from '../../recorder/bulk/bulk-decompressor.js';
import { OrderHistory } from '../../recorder/orders/primary/order-history.js';
import { CACHE_ORDERS, PRIMARY_ORDERS, PRIMARY_ORDERS_BY_TYPE } from '../../recorder/orders/registry.js';
import type { CacheOrder, DrawingOrder } from '../../src/contract/capability-table.js';
import { TraceRecordKind, type TraceRecord } from '../../src/contract/trace.js';
import { PduType, sharePdus } from '../../src/rdp/session/share-control.js';
import { decodeShareData, PduType2 } from '../../src/rdp/session/share-data.js';
import { decodeFastPathOutput, FastPathUpdateCode } from '../../src/rdp/updates/fast-path-output.js';
import { decodeFastPathUpdateData } from '../../src/rdp/updates/fast-path-update-data.js';
import { decodeGraphicsUpdate } from '../../src/rdp/updates/graphics-update.js';
import type { OrdersUpdate } from '../../src/rdp/updates/orders-update.js';
import { UpdateFragments } from '../../src/rdp/updates/update-fragments.js';
import { Reader } from '../../src/rdp/wire/reader.js';

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
  const bulk = new BulkDecompressor();
  const fragments = new UpdateFragments();
  const formats = new Map(Array.from(PRIMARY_ORDERS_BY_TYPE, ([type, { format }]) => [type, format]));
  const history = new OrderHistory(formats);
  const counts: OrderCounts = {};
  for (const { kind, payload } of records) {
    const updates = kind === TraceRecordKind.serverShareData ? slowPath(payload, bulk) : [];
    if (kind === TraceRecordKind.serverFastPath) updates.push(...fastPath(payload, bulk, fragments));
    for (const update of updates) {
      const reader = new Reader(update.orderData, 'orders');
      for (let left = update.numberOrders; left > 0; left -= 1) {
        const name = nextOrder(reader, history);
        if (name !== null) counts[name] = (counts[name] ?? 0) + 1;
      }
    }
  }
  return counts;
}

function slowPath(payload: Uint8Array, bulk: BulkDecompressor): OrdersUpdate[] {
  const updates: OrdersUpdate[] = [];
  for (const pdu of sharePdus(payload)) {
    if (pdu.kind !== 'share' || pdu.pduType !== PduType.data) continue;
    const { pduType2, compressedType, payload: compressed } = decodeShareData(pdu.body);
    const data = bulk.decompress(compressed, compressedType);
    if (pduType2 !== PduType2.update) continue;
    const update = decodeGraphicsUpdate(new Reader(data.slice(), 'update'));
    if (update.kind === 'orders') updates.push(update);
  }
  return updates;
}

function fastPath(payload: Uint8Array, bulk: BulkDecompressor, fragments: UpdateFragments): OrdersUpdate[] {
  const updates: OrdersUpdate[] = [];
  for (const update of decodeFastPathOutput(new Reader(payload, 'record')).updates) {
    const whole = fragments.push({ ...update, data: bulk.decompress(update.data, update.compressionFlags).slice() });
    if (whole === null || whole.updateCode !== FastPathUpdateCode.orders) continue;
    const decoded = decodeFastPathUpdateData(whole.updateCode, new Reader(whole.data, 'update'));
    if (decoded.kind === 'orders') updates.push(decoded);
  }
  return updates;
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
