/** Channel PDU Header, [MS-RDPBCGR] 2.2.6.1.1: what each chunk on a static virtual channel begins with. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** Bits of flags. */
export const CHANNEL_FLAG_FIRST = 0x0000_0001;
export const CHANNEL_FLAG_LAST = 0x0000_0002;
export const CHANNEL_FLAG_SHOW_PROTOCOL = 0x0000_0010;
export const CHANNEL_FLAG_SUSPEND = 0x0000_0020;
export const CHANNEL_FLAG_RESUME = 0x0000_0040;
export const CHANNEL_PACKET_COMPRESSED = 0x0020_0000;
export const CHANNEL_PACKET_AT_FRONT = 0x0040_0000;
export const CHANNEL_PACKET_FLUSHED = 0x0080_0000;

/** Where the compression bits begin; shifted by this they are the bits of compressedType in share-data.ts. */
const COMPRESSION_SHIFT = 16;
const COMPRESSION_MASK = 0xff;

/** The longest chunk unless the server's Virtual Channel Capability Set says otherwise. */
export const CHANNEL_CHUNK_LENGTH = 1600;

export interface VirtualChannelChunk {
  /** Bytes of the whole message, before compression; the same in all its chunks. */
  readonly length: number;
  readonly flags: number;
  /** View of this chunk's part; compressed when flags has `CHANNEL_PACKET_COMPRESSED`. */
  readonly data: Uint8Array;
}

/** Decodes an MCS payload on a static channel. */
export function decodeVirtualChannelChunk(reader: Reader): VirtualChannelChunk {
  return { length: reader.u32(), flags: reader.u32(), data: reader.rest() };
}

export function encodeVirtualChannelChunk(value: VirtualChannelChunk): Uint8Array {
  return new Writer().u32(value.length).u32(value.flags).bytes(value.data).finish();
}

/** Compression package and `PACKET_` bits, as compressedType has them. */
export function chunkCompressedType(flags: number): number {
  return (flags >>> COMPRESSION_SHIFT) & COMPRESSION_MASK;
}

/** All chunks of one message, none longer than `chunkBytes`. An empty message has one chunk. */
export function splitVirtualChannelMessage(
  message: Uint8Array,
  chunkBytes = CHANNEL_CHUNK_LENGTH,
): VirtualChannelChunk[] {
  const chunks: VirtualChannelChunk[] = [];
  let at = 0;
  do {
    const end = Math.min(at + chunkBytes, message.length);
    const flags = (at === 0 ? CHANNEL_FLAG_FIRST : 0) | (end === message.length ? CHANNEL_FLAG_LAST : 0);
    chunks.push({ length: message.length, flags, data: message.subarray(at, end) });
    at = end;
  } while (at < message.length);
  return chunks;
}
