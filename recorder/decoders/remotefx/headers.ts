/**
 * Encode header messages of a RemoteFX stream, [MS-RDPRFX] 2.2.2.2. In image mode they precede every frame, in video mode
 * the first one; frames are decoded alike in both.
 */
import type { Reader } from '../../../src/rdp/wire/reader.js';
import { BlockType, type Block } from './blocks.js';
import { TILE_SIZE } from './tile-decoder.js';

const WF_MAGIC = 0xcacc_acca;
const WF_VERSION_1_0 = 0x0100;

/** What a stream's headers have said so far. */
export class StreamHeaders {
  readonly #seen = new Set<number>();
  #width = 0;
  #height = 0;

  /** Size of the channel's frames in pixels. */
  get width(): number {
    return this.#width;
  }

  get height(): number {
    return this.#height;
  }

  /** True when frames may follow: each of the four headers has been there. */
  get complete(): boolean {
    return this.#seen.size === 4;
  }

  /** Takes a header; false for a block of another kind. */
  take({ blockType, body }: Block): boolean {
    switch (blockType) {
      case BlockType.sync:
        if (body.u32() !== WF_MAGIC) throw body.error('invalid', 'magic');
        if (body.u16() !== WF_VERSION_1_0) throw body.error('unsupported', 'version');
        break;
      case BlockType.codecVersions:
        // One codec; its id and version are to be ignored.
        if (body.u8() !== 1) throw body.error('invalid', 'numCodecs');
        body.skip(3);
        break;
      case BlockType.channels:
        this.#channels(body);
        break;
      case BlockType.context:
        body.skip(1);
        if (body.u16() !== TILE_SIZE) throw body.error('unsupported', 'tileSize');
        // Of the properties, those of each tile set count.
        body.skip(2);
        break;
      default:
        return false;
    }
    this.#seen.add(blockType);
    return true;
  }

  /** Servers list a channel for each monitor, and draw on the first. */
  #channels(body: Reader): void {
    if (body.u8() === 0) throw body.error('invalid', 'numChannels');
    body.skip(1);
    const width = body.u16();
    const height = body.u16();
    if (width === 0 || height === 0) throw body.error('invalid', 'empty channel');
    this.#width = width;
    this.#height = height;
  }
}
