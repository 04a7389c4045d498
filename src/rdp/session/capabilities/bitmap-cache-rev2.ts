/** Bitmap Cache Capability Set, revision 2, [MS-RDPBCGR] 2.2.7.1.4.2: sizes of the caches, and which outlive a session. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import { skipPadding, type CapabilityTail } from './capability-type.js';

/** Bits of cacheFlags. */
export const PERSISTENT_KEYS_EXPECTED_FLAG = 0x0001;
export const ALLOW_CACHE_WAITING_LIST_FLAG = 0x0002;

const CELLS = 5;
const PERSISTENT_BIT = 0x8000_0000;
const ENTRIES_MASK = 0x7fff_ffff;
const PADDING_BYTES = 12;

/** One cache, 2.2.7.1.4.2.1. */
export interface BitmapCacheCell {
  readonly numEntries: number;
  /** True when the client keeps this cache from one connection to the next. */
  readonly persistent: boolean;
}

export interface BitmapCacheRev2Capability extends CapabilityTail {
  readonly kind: 'bitmap-cache-rev2';
  readonly cacheFlags: number;
  /** How many of `cells` are in use. */
  readonly numCellCaches: number;
  /** Five. */
  readonly cells: readonly BitmapCacheCell[];
}

function decodeCell(reader: Reader): BitmapCacheCell {
  const cellInfo = reader.u32();
  return { numEntries: cellInfo & ENTRIES_MASK, persistent: cellInfo >= PERSISTENT_BIT };
}

export function decodeBitmapCacheRev2Capability(reader: Reader): BitmapCacheRev2Capability {
  const cacheFlags = reader.u16();
  reader.skip(1);
  const numCellCaches = reader.u8();
  const cells = Array.from({ length: CELLS }, () => decodeCell(reader));
  skipPadding(reader, PADDING_BYTES);
  return { kind: 'bitmap-cache-rev2', cacheFlags, numCellCaches, cells };
}

/** Throws RangeError when there are not five cells. */
export function writeBitmapCacheRev2Capability(writer: Writer, set: BitmapCacheRev2Capability): void {
  if (set.cells.length !== CELLS) throw new RangeError(`BitmapCacheRev2: ${CELLS} cells are due`);
  writer.u16(set.cacheFlags).u8(0).u8(set.numCellCaches);
  for (const cell of set.cells) {
    writer.u32((cell.numEntries & ENTRIES_MASK) + (cell.persistent ? PERSISTENT_BIT : 0));
  }
  writer.zeros(PADDING_BYTES);
}
