/** The list of blocks in GCC user data and their header, [MS-RDPBCGR] 2.2.1.3.1 (TS_UD_HEADER). */
import { MAX_USER_DATA_BLOCKS } from '../../wire/limits.js';
import type { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';

const HEADER_BYTES = 4;

/** A block of a type that is not known here, kept as it is. `type` is the header's 16-bit value. */
export interface UnknownBlock {
  readonly kind: 'unknown';
  readonly type: number;
  readonly data: Uint8Array;
}

/** What every known block may have: bytes behind the fields that are known here, kept as they are. */
export interface Extensible {
  readonly trailing?: Uint8Array;
}

/**
 * Reads blocks to the end of `reader`, in order. A type that comes twice is refused: peers disagree about which of the
 * two counts, and what was edited here must be what the peer reads.
 */
export function readBlocks<Block>(reader: Reader, decode: (type: number, body: Reader) => Block): Block[] {
  const blocks: Block[] = [];
  const types = new Set<number>();
  while (reader.remaining > 0) {
    if (blocks.length === MAX_USER_DATA_BLOCKS) throw reader.error('limit', 'user data blocks');
    const type = reader.u16();
    if (types.has(type)) throw reader.error('invalid', `user data block 0x${type.toString(16)} twice`);
    types.add(type);
    const length = reader.u16();
    if (length < HEADER_BYTES) throw reader.error('invalid', `user data block of ${length} bytes`);
    blocks.push(decode(type, reader.sub(length - HEADER_BYTES, `user data block 0x${type.toString(16)}`)));
  }
  return blocks;
}

/** Adds what `body` has left to a decoded block. */
export function withTrailing<Block>(block: Block, body: Reader): Block & Extensible {
  const extension: Extensible = body.remaining === 0 ? {} : { trailing: body.rest() };
  return { ...block, ...extension };
}

/** A block's header and body. */
export function encodeBlock(type: number, body: Uint8Array): Uint8Array {
  const length = HEADER_BYTES + body.length;
  if (length > 0xffff) throw new RangeError(`user data block of ${length} bytes`);
  return new Writer().u16(type).u16(length).bytes(body).finish();
}
