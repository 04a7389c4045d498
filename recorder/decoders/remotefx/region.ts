/** The rectangles that a frame changes: TS_RFX_REGION, [MS-RDPRFX] 2.2.2.3.3. */
import type { Reader } from '../../../src/rdp/wire/reader.js';
import { MAX_REMOTEFX_RECTANGLES } from '../../../src/rdp/wire/limits.js';

const RECT_BYTES = 8;
const CBT_REGION = 0xcac1;

/** Rectangles as left, top, right and bottom (outside), in memory that is used again. */
export class Region {
  #edges = new Int32Array(64 * 4);
  #count = 0;
  #right = 0;
  #bottom = 0;

  get count(): number {
    return this.#count;
  }

  /** Four edges of each rectangle. */
  get edges(): Int32Array {
    return this.#edges;
  }

  /** True when a tile at (x, y) may touch a rectangle: right and below there is nothing. */
  reaches(x: number, y: number): boolean {
    return x < this.#right && y < this.#bottom;
  }

  /**
   * Takes the body of a TS_RFX_REGION, whose rectangles are cut to `width` x `height`. No rectangles at all stand for the
   * whole frame of the channel.
   */
  read(body: Reader, frameWidth: number, frameHeight: number, width: number, height: number): void {
    body.skip(1);
    const numRects = body.u16();
    if (numRects > MAX_REMOTEFX_RECTANGLES) throw body.error('limit', 'numRects');
    body.need(numRects * RECT_BYTES + 4);
    this.#count = 0;
    this.#right = 0;
    this.#bottom = 0;
    if (this.#edges.length < 4 * numRects) this.#edges = new Int32Array(4 * numRects);
    if (numRects === 0) this.#add(0, 0, Math.min(frameWidth, width), Math.min(frameHeight, height));
    for (let i = 0; i < numRects; i += 1) {
      const left = body.u16();
      const top = body.u16();
      this.#add(left, top, Math.min(left + body.u16(), width), Math.min(top + body.u16(), height));
    }
    if (body.u16() !== CBT_REGION) throw body.error('invalid', 'regionType');
    // numTilesets: the tile sets are counted as they come.
    body.skip(2);
  }

  #add(left: number, top: number, right: number, bottom: number): void {
    if (right <= left || bottom <= top) return;
    const at = 4 * this.#count;
    this.#edges[at] = left;
    this.#edges[at + 1] = top;
    this.#edges[at + 2] = right;
    this.#edges[at + 3] = bottom;
    this.#count += 1;
    this.#right = Math.max(this.#right, right);
    this.#bottom = Math.max(this.#bottom, bottom);
  }
}
