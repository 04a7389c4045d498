import { describe, expect, it } from 'vitest';
import { Picture } from '../../../recorder/picture/picture.js';
import type { Rectangle } from '../../../recorder/picture/rectangle.js';
import { TraceRecordKind, type TraceActivation, type TraceRecord } from '../../../src/contract/trace.js';
import * as message from '../decoders/remotefx-messages.js';
import { surfaceFixture } from '../decoders/surface-codecs.js';
import { activation, record, surfaceBits } from './records.js';

const REMOTEFX = 5;
const NSCODEC = 1;

/** The activation of a client that gave numbers of its own to the codecs. */
function withCodecs(surfaceCodecs: TraceActivation['surfaceCodecs']): TraceRecord {
  const plain = JSON.parse(Buffer.from(activation(256, 256).payload).toString()) as TraceActivation;
  return record(TraceRecordKind.activation, Buffer.from(JSON.stringify({ ...plain, surfaceCodecs })));
}

const BOTH = withCodecs([
  { id: NSCODEC, codec: 'nscodec' },
  { id: REMOTEFX, codec: 'remotefx' },
]);

function remoteFx(...blocks: Uint8Array[]): TraceRecord {
  return surfaceBits(0, 0, { bpp: 32, codecId: REMOTEFX, width: 256, height: 256, bitmapData: Buffer.concat(blocks) });
}

function frame(rects: readonly message.TestRect[]): Uint8Array {
  const tile = { x: 0, y: 0, luma: message.flat(20), cb: message.flat(0), cr: message.flat(0) };
  const tileSet = message.tileSet([message.tile(tile)], { entropy: 1 });
  return Buffer.concat([message.frameBegin(), message.region(rects), tileSet, message.frameEnd()]);
}

/** What has changed since it was last asked, and one pixel. */
function render(picture: Picture, x = 0, y = 0): { dirty: readonly Rectangle[]; pixel: number[] } {
  let result: { dirty: readonly Rectangle[]; pixel: number[] } = { dirty: [], pixel: [] };
  picture.render(({ pixels }, dirty) => {
    const at = 4 * (y * picture.width + x);
    result = { dirty, pixel: [...pixels.subarray(at, at + 3)] };
  });
  return result;
}

describe('surface commands', () => {
  it('are decoded by the codec that the client gave their number to', () => {
    const picture = new Picture();
    picture.apply(BOTH);
    const bitmapData = surfaceFixture('ms-rdpnsc/bitmap.bin');
    const nscodec = surfaceBits(10, 20, { bpp: 32, codecId: NSCODEC, width: 15, height: 10, bitmapData });
    expect(picture.apply(nscodec)).toMatchObject({ drops: [], changed: true });
    // The first row of the stream is the lowest.
    expect(render(picture, 10, 29).pixel).toEqual([0xff, 0x3f, 0x0f]);
    expect(picture.apply(remoteFx(message.headers(256, 256), frame([[0, 0, 64, 64]]))).drops).toEqual([]);
    expect(render(picture).pixel).toEqual([148, 148, 148]);
  });

  it('change what the frame changes, not the whole that it is part of', () => {
    const picture = new Picture();
    picture.apply(BOTH);
    picture.apply(remoteFx(message.headers(256, 256), frame([[0, 0, 64, 64]])));
    render(picture);
    expect(picture.apply(remoteFx(frame([[8, 4, 10, 12]]))).changed).toBe(true);
    expect(render(picture).dirty).toEqual([{ x: 8, y: 4, width: 10, height: 12 }]);
  });

  it('change nothing when they only begin a stream', () => {
    const picture = new Picture();
    picture.apply(BOTH);
    render(picture);
    expect(picture.apply(remoteFx(message.headers(256, 256)))).toMatchObject({ drops: [], changed: false });
    expect(picture.hasDirty()).toBe(false);
  });

  it('are a loss with their area in a codec that was not offered, and when they are damaged', () => {
    const picture = new Picture();
    picture.apply(withCodecs([{ id: REMOTEFX, codec: 'remotefx' }]));
    const bitmap = {
      bpp: 32,
      codecId: NSCODEC,
      width: 15,
      height: 10,
      bitmapData: surfaceFixture('ms-rdpnsc/bitmap.bin'),
    };
    expect(picture.apply(surfaceBits(10, 20, bitmap)).drops).toMatchObject([
      { codec: 'surface codec 1', reason: 'unsupported: not offered', area: { x: 10, y: 20, width: 15, height: 10 } },
    ]);
    const damaged = remoteFx(message.headers(256, 256), frame([[0, 0, 64, 64]]).subarray(0, -10));
    expect(picture.apply(damaged).drops).toMatchObject([
      { codec: 'remotefx', area: { x: 0, y: 0, width: 256, height: 256 }, context: null },
    ]);
    // Each frame stands alone.
    expect(picture.apply(remoteFx(frame([[0, 0, 64, 64]]))).drops).toEqual([]);
  });
});
