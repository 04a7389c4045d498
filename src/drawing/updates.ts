/** Bitmaps, palette and pointers as PDUs, in the forms that a client's capability sets allow. */
import type { CapabilitySet } from '../rdp/session/capabilities/capability-sets.js';
import { findCapability } from '../rdp/session/capabilities/capability-sets.js';
import { EXTRA_NO_BITMAP_COMPRESSION_HDR, FASTPATH_OUTPUT_SUPPORTED } from '../rdp/session/capabilities/general.js';
import { PduType2 } from '../rdp/session/share-data.js';
import {
  BITMAP_COMPRESSION,
  encodeBitmapUpdate,
  NO_BITMAP_COMPRESSION_HDR,
  type BitmapData,
} from '../rdp/updates/bitmap-update.js';
import { encodeFastPathOutput, FastPathUpdateCode, Fragmentation } from '../rdp/updates/fast-path-output.js';
import { encodePaletteUpdate } from '../rdp/updates/palette-update.js';
import {
  encodeFastPathPointerUpdate,
  encodePointerUpdate,
  type PointerUpdate,
} from '../rdp/updates/pointer-updates.js';
import { dataFrame } from '../rdp/server/server-pdus.js';
import type { ServerSession } from '../rdp/server/server-state.js';
import { PALETTE, pixelBytes } from './pixel-depth.js';
import type { EncodedTile } from './tiles.js';

/** Bitmaps are gathered into one update up to this size: well below the 32,767 bytes of a fast-path PDU. */
const MAX_UPDATE_BYTES = 16_000;
/** Fields before a bitmap's data, and the counts at the beginning of the update. */
const BITMAP_HEADER_BYTES = 26;
const UPDATE_HEADER_BYTES = 4;

/** What a client takes. */
export interface UpdateForms {
  readonly fastPath: boolean;
  readonly compressedBitmaps: boolean;
  /** Compressed bitmaps may come without a header of their own. */
  readonly bareBitmaps: boolean;
  readonly pointerCacheEntries: number;
}

export function updateForms(capabilities: readonly CapabilitySet[]): UpdateForms {
  const extraFlags = findCapability(capabilities, 'general')?.extraFlags ?? 0;
  return {
    fastPath: (extraFlags & FASTPATH_OUTPUT_SUPPORTED) !== 0,
    compressedBitmaps: findCapability(capabilities, 'bitmap')?.bitmapCompressionFlag !== 0,
    bareBitmaps: (extraFlags & EXTRA_NO_BITMAP_COMPRESSION_HDR) !== 0,
    pointerCacheEntries: findCapability(capabilities, 'pointer')?.colorPointerCacheSize ?? 0,
  };
}

function bitmapData(tile: EncodedTile, forms: UpdateForms): BitmapData {
  const place = {
    destLeft: tile.x,
    destTop: tile.y,
    destRight: tile.x + tile.width - 1,
    destBottom: tile.y + tile.height - 1,
    width: tile.width,
    height: tile.height,
    bitsPerPixel: tile.colorDepth,
    bitmapDataStream: tile.data,
  };
  if (!tile.isCompressed) return { ...place, flags: 0 };
  if (forms.bareBitmaps) return { ...place, flags: BITMAP_COMPRESSION | NO_BITMAP_COMPRESSION_HDR };
  const rowBytes = tile.width * pixelBytes(tile.colorDepth);
  return {
    ...place,
    flags: BITMAP_COMPRESSION,
    bitmapComprHdr: {
      cbCompMainBodySize: tile.data.length,
      cbScanWidth: rowBytes,
      cbUncompressedSize: rowBytes * tile.height,
    },
  };
}

/** Makes frames, ready for TLS, for one activation of a session. */
export class UpdateWriter {
  readonly forms: UpdateForms;
  readonly #session: ServerSession;

  constructor(session: ServerSession, capabilities: readonly CapabilitySet[]) {
    this.#session = session;
    this.forms = updateForms(capabilities);
  }

  #frame(updateCode: FastPathUpdateCode, data: Uint8Array): Uint8Array {
    if (!this.forms.fastPath) return dataFrame(this.#session, PduType2.update, data);
    const update = { updateCode, fragmentation: Fragmentation.single, compressionFlags: 0, data };
    return encodeFastPathOutput({ flags: 0, updates: [update] });
  }

  /** As many bitmaps in one update as fit. */
  *bitmaps(tiles: Iterable<EncodedTile>): Generator<Uint8Array, void, undefined> {
    let rectangles: BitmapData[] = [];
    let sizeBytes = UPDATE_HEADER_BYTES;
    for (const tile of tiles) {
      const tileBytes = BITMAP_HEADER_BYTES + tile.data.length;
      if (rectangles.length > 0 && sizeBytes + tileBytes > MAX_UPDATE_BYTES) {
        yield this.#frame(FastPathUpdateCode.bitmap, encodeBitmapUpdate(rectangles));
        rectangles = [];
        sizeBytes = UPDATE_HEADER_BYTES;
      }
      rectangles.push(bitmapData(tile, this.forms));
      sizeBytes += tileBytes;
    }
    if (rectangles.length > 0) yield this.#frame(FastPathUpdateCode.bitmap, encodeBitmapUpdate(rectangles));
  }

  /** The colours of an 8 bpp session. */
  palette(): Uint8Array {
    return this.#frame(FastPathUpdateCode.palette, encodePaletteUpdate({ paletteEntries: PALETTE }));
  }

  pointer(update: PointerUpdate): Uint8Array {
    if (!this.forms.fastPath) return dataFrame(this.#session, PduType2.pointer, encodePointerUpdate(update));
    const { updateCode, data } = encodeFastPathPointerUpdate(update);
    return this.#frame(updateCode, data);
  }
}
