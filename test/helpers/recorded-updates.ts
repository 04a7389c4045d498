/** The graphics updates in a trace, slow-path and fast-path, whole and decompressed; and what they are made of. */
import { BulkDecompressor } from '../../recorder/bulk/bulk-decompressor.js';
import { bitmapCodec } from '../../recorder/decoders/registry.js';
import { BULK_COMPRESSORS, type BulkCompressor } from '../../src/contract/capability-table.js';
import { TraceRecordKind, type TraceRecord } from '../../src/contract/trace.js';
import { PduType, sharePdus } from '../../src/rdp/session/share-control.js';
import {
  COMPRESSION_TYPE_MASK,
  decodeShareData,
  PACKET_COMPRESSED,
  PduType2,
} from '../../src/rdp/session/share-data.js';
import { BITMAP_COMPRESSION } from '../../src/rdp/updates/bitmap-update.js';
import { decodeFastPathOutput } from '../../src/rdp/updates/fast-path-output.js';
import { decodeFastPathUpdateData, type FastPathUpdateData } from '../../src/rdp/updates/fast-path-update-data.js';
import { decodeGraphicsUpdate } from '../../src/rdp/updates/graphics-update.js';
import { UpdateFragments } from '../../src/rdp/updates/update-fragments.js';
import { Reader } from '../../src/rdp/wire/reader.js';

export interface RecordedUpdate {
  readonly path: 'slow' | 'fast';
  /** How its last fragment was compressed in bulk; null when it was not. */
  readonly bulk: BulkCompressor | null;
  readonly update: FastPathUpdateData;
}

/** The updates of one connection's records. */
export function recordedUpdates(records: readonly TraceRecord[]): RecordedUpdate[] {
  const bulk = new BulkDecompressor();
  const fragments = new UpdateFragments();
  return records.flatMap(({ kind, payload }) => {
    if (kind === TraceRecordKind.serverShareData) return slowPath(payload, bulk);
    if (kind === TraceRecordKind.serverFastPath) return fastPath(payload, bulk, fragments);
    return [];
  });
}

/** Codecs of the bitmaps among them, with their bits a pixel, such as `planar 32`. */
export function bitmapsIn(updates: readonly RecordedUpdate[]): Set<string> {
  return new Set(
    updates.flatMap(({ update }) =>
      update.kind === 'bitmap'
        ? update.rectangles.map(({ flags, bitsPerPixel }) => {
            return `${bitmapCodec((flags & BITMAP_COMPRESSION) !== 0, bitsPerPixel)} ${bitsPerPixel}`;
          })
        : [],
    ),
  );
}

/** Bulk compressors of the updates that were compressed. */
export function bulkCompressorsIn(updates: readonly RecordedUpdate[]): Set<BulkCompressor> {
  return new Set(updates.flatMap(({ bulk }) => bulk ?? []));
}

function slowPath(payload: Uint8Array, bulk: BulkDecompressor): RecordedUpdate[] {
  const updates: RecordedUpdate[] = [];
  for (const pdu of sharePdus(payload)) {
    if (pdu.kind !== 'share' || pdu.pduType !== PduType.data) continue;
    const { pduType2, compressedType, payload: compressed } = decodeShareData(pdu.body);
    const data = bulk.decompress(compressed, compressedType).slice();
    if (pduType2 !== PduType2.update) continue;
    const update = decodeGraphicsUpdate(new Reader(data, 'update'));
    updates.push({ path: 'slow', bulk: compressorOf(compressedType), update });
  }
  return updates;
}

function fastPath(payload: Uint8Array, bulk: BulkDecompressor, fragments: UpdateFragments): RecordedUpdate[] {
  const updates: RecordedUpdate[] = [];
  for (const fragment of decodeFastPathOutput(new Reader(payload, 'record')).updates) {
    const whole = fragments.push({ ...fragment, data: bulk.decompress(fragment.data, fragment.compressionFlags) });
    if (whole === null) continue;
    const update = decodeFastPathUpdateData(whole.updateCode, new Reader(whole.data.slice(), 'update'));
    updates.push({ path: 'fast', bulk: compressorOf(fragment.compressionFlags), update });
  }
  return updates;
}

function compressorOf(flags: number): BulkCompressor | null {
  if ((flags & PACKET_COMPRESSED) === 0) return null;
  const type = flags & COMPRESSION_TYPE_MASK;
  const names = Object.keys(BULK_COMPRESSORS) as BulkCompressor[];
  const name = names.find((one) => BULK_COMPRESSORS[one] === type);
  if (name === undefined) throw new Error(`a compression that is not in the table: ${type}`);
  return name;
}
