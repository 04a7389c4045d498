/** Graphics Update PDU, [MS-RDPBCGR] 2.2.9.1.1.3: slow-path updates. It follows the Share Data Header, decompressed. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { decodeBitmapUpdate, type BitmapData } from './bitmap-update.js';
import { decodeOrdersUpdate, type OrdersUpdate } from './orders-update.js';
import { decodePaletteUpdate, type PaletteUpdate } from './palette-update.js';
import { UpdateType } from './update-type.js';

export type GraphicsUpdate =
  | ({ readonly kind: 'orders' } & OrdersUpdate)
  | { readonly kind: 'bitmap'; readonly rectangles: readonly BitmapData[] }
  | ({ readonly kind: 'palette' } & PaletteUpdate)
  /** Left over from T.128; nothing is to be done. */
  | { readonly kind: 'synchronize' };

/** Decodes one update. Throws "invalid" for a type that the specification does not name. */
export function decodeGraphicsUpdate(reader: Reader): GraphicsUpdate {
  reader.need(2);
  const updateType = (reader.data[reader.offset] ?? 0) | ((reader.data[reader.offset + 1] ?? 0) << 8);
  switch (updateType) {
    case UpdateType.orders:
      return { kind: 'orders', ...decodeOrdersUpdate(reader) };
    case UpdateType.bitmap:
      return { kind: 'bitmap', rectangles: decodeBitmapUpdate(reader) };
    case UpdateType.palette:
      return { kind: 'palette', ...decodePaletteUpdate(reader) };
    case UpdateType.synchronize:
      reader.rest();
      return { kind: 'synchronize' };
    default:
      throw reader.error('invalid', 'updateType');
  }
}

/** A slow-path Synchronize Update, 2.2.9.1.1.3.1.3. */
export function encodeSynchronizeUpdate(): Uint8Array {
  return new Writer().u16(UpdateType.synchronize).u16(0).finish();
}
