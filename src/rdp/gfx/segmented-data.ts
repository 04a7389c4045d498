/**
 * RDP_SEGMENTED_DATA, [MS-RDPEGFX] 2.2.5.1: what a server's messages on the graphics channel are wrapped in. Segments that
 * are not compressed are part of the compression history all the same (3.1.9.1.2), so nothing can be put between those of
 * a server: this is for whoever is the server.
 */
import { MAX_GFX_SEGMENTS } from '../wire/limits.js';
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

const DESCRIPTOR_SINGLE = 0xe0;
const DESCRIPTOR_MULTIPART = 0xe1;

/** Header of RDP8_BULK_ENCODED_DATA, 2.2.5.3. */
export const PACKET_COMPR_TYPE_RDP8 = 0x04;
export const GFX_PACKET_COMPRESSED = 0x20;

/** The longest segment before compression. */
const MAX_SEGMENT_BYTES = 65_535;

export interface SegmentedData {
  /** Bytes of all segments together, not compressed; null in the form of a single segment, which does not tell. */
  readonly uncompressedSize: number | null;
  /** Views of RDP8_BULK_ENCODED_DATA, each with its header. */
  readonly segments: readonly Uint8Array[];
}

/** Splits a message into its segments. Throws DecodeError. */
export function decodeSegmentedData(reader: Reader): SegmentedData {
  const descriptor = reader.u8();
  if (descriptor === DESCRIPTOR_SINGLE) return { uncompressedSize: null, segments: [reader.rest()] };
  if (descriptor !== DESCRIPTOR_MULTIPART) throw reader.error('invalid', 'descriptor');
  const segmentCount = reader.u16();
  if (segmentCount > MAX_GFX_SEGMENTS) throw reader.error('limit', `${segmentCount} segments`);
  const uncompressedSize = reader.u32();
  const segments = Array.from({ length: segmentCount }, () => reader.bytes(reader.u32()));
  reader.end();
  return { uncompressedSize, segments };
}

export function encodeSegmentedData({ uncompressedSize, segments }: SegmentedData): Uint8Array {
  const only = uncompressedSize === null && segments.length === 1 ? segments[0] : undefined;
  if (only !== undefined) return new Writer().u8(DESCRIPTOR_SINGLE).bytes(only).finish();
  const writer = new Writer()
    .u8(DESCRIPTOR_MULTIPART)
    .u16(segments.length)
    .u32(uncompressedSize ?? 0);
  for (const segment of segments) writer.u32(segment.length).bytes(segment);
  return writer.finish();
}

/** Wraps PDUs without compressing them. */
export function wrapUncompressed(pdus: Uint8Array): Uint8Array {
  const segment = (data: Uint8Array) => new Writer().u8(PACKET_COMPR_TYPE_RDP8).bytes(data).finish();
  if (pdus.length <= MAX_SEGMENT_BYTES)
    return encodeSegmentedData({ uncompressedSize: null, segments: [segment(pdus)] });
  const segments: Uint8Array[] = [];
  for (let at = 0; at < pdus.length; at += MAX_SEGMENT_BYTES) {
    segments.push(segment(pdus.subarray(at, at + MAX_SEGMENT_BYTES)));
  }
  return encodeSegmentedData({ uncompressedSize: pdus.length, segments });
}
