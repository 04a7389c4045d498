/** Blocks of a RemoteFX stream, [MS-RDPRFX] 2.2.2.1.1 and 2.2.2.1.2. */
import { Reader } from '../../../src/rdp/wire/reader.js';

/** The field blockType. */
export const BlockType = {
  tile: 0xcac3,
  sync: 0xccc0,
  codecVersions: 0xccc1,
  channels: 0xccc2,
  context: 0xccc3,
  frameBegin: 0xccc4,
  frameEnd: 0xccc5,
  region: 0xccc6,
  extension: 0xccc7,
} as const;

/** blockType and blockLen. */
export const BLOCK_HEADER_BYTES = 6;
const CODEC_CHANNEL_BYTES = 2;

/** Block types that a codec id and a channel id follow. */
const OF_CODEC_CHANNEL: ReadonlySet<number> = new Set([
  BlockType.context,
  BlockType.frameBegin,
  BlockType.frameEnd,
  BlockType.region,
  BlockType.extension,
]);

export interface Block {
  readonly blockType: number;
  /** What follows the header. */
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
  const body = reader.sub(blockLen - BLOCK_HEADER_BYTES, 'remoteFxBlock');
  // Clients ignore both: a codec and a channel are all that there is.
  if (OF_CODEC_CHANNEL.has(blockType)) body.skip(CODEC_CHANNEL_BYTES);
  return { blockType, body };
}
