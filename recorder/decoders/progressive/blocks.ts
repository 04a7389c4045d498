/** Blocks of a progressive RemoteFX stream, [MS-RDPEGFX] 2.2.4.2.1. */
import type { Reader } from '../../../src/rdp/wire/reader.js';

/** The field blockType. */
export const BlockType = {
  sync: 0xccc0,
  frameBegin: 0xccc1,
  frameEnd: 0xccc2,
  context: 0xccc3,
  region: 0xccc4,
  tileSimple: 0xccc5,
  tileFirst: 0xccc6,
  tileUpgrade: 0xccc7,
} as const;

/** blockType and blockLen. */
const BLOCK_HEADER_BYTES = 6;

export interface Block {
  readonly blockType: number;
  /** blockData. */
  readonly body: Reader;
}

/**
 * Takes one block.
 * @throws DecodeError when its length is smaller than its header or reaches beyond the stream.
 */
export function readBlock(reader: Reader): Block {
  const blockType = reader.u16();
  const blockLen = reader.u32();
  if (blockLen < BLOCK_HEADER_BYTES) throw reader.error('invalid', 'blockLen');
  return { blockType, body: reader.sub(blockLen - BLOCK_HEADER_BYTES, 'progressiveBlock') };
}
