/** Draws decoded updates. What cannot be drawn is hatched and tallied; nothing is thrown for a peer's bytes. */
import { BITMAP_COMPRESSION, type BitmapData } from '../../src/rdp/updates/bitmap-update.js';
import type { FastPathUpdateData } from '../../src/rdp/updates/fast-path-update-data.js';
import type { OrdersUpdate } from '../../src/rdp/updates/orders-update.js';
import type { PointerUpdate } from '../../src/rdp/updates/pointer-updates.js';
import type { SurfaceBits } from '../../src/rdp/updates/surface-commands.js';
import type { BitmapDecoder, EncodedBitmap } from '../decoders/encoded-bitmap.js';
import { BITMAP_DECODERS, bitmapCodec, SURFACE_DECODERS } from '../decoders/registry.js';
import { DEFAULT_POINTER } from '../pointer/default-pointer.js';
import { decodePointer } from '../pointer/pointer-image.js';
import { reasonOf, type Tally } from './applied.js';
import type { Canvas } from './canvas.js';
import type { Rectangle } from './rectangle.js';

/** Applies one update. */
export function paintUpdate(update: FastPathUpdateData, canvas: Canvas, tally: Tally): void {
  canvas.beginUpdate();
  switch (update.kind) {
    case 'bitmap':
      for (const rectangle of update.rectangles) paintBitmap(rectangle, canvas, tally);
      return;
    case 'surface-commands':
      for (const command of update.commands) {
        if (command.kind !== 'frame-marker') paintSurfaceBits(command, canvas, tally);
      }
      return;
    case 'pointer':
      paintPointer(update.pointer, canvas, tally);
      return;
    case 'palette':
      setPalette(update.paletteEntries, canvas.palette);
      return;
    case 'orders':
      paintOrders(update, canvas, tally);
      return;
    case 'synchronize':
      return;
  }
}

function paintOrders(update: OrdersUpdate, canvas: Canvas, tally: Tally): void {
  canvas.orders.paint(update, canvas, (loss, dataBytes) => tally.drop(loss, dataBytes));
  tally.changed ||= canvas.changed;
}

function paintBitmap(data: BitmapData, canvas: Canvas, tally: Tally): void {
  const codec = bitmapCodec((data.flags & BITMAP_COMPRESSION) !== 0, data.bitsPerPixel);
  const area = {
    x: data.destLeft,
    y: data.destTop,
    width: data.destRight - data.destLeft + 1,
    height: data.destBottom - data.destTop + 1,
  };
  if (area.width <= 0 || area.height <= 0) {
    tally.drop({ codec, area: null, reason: 'invalid: empty rectangle' }, data.bitmapDataStream.length);
    return;
  }
  const bitmap = {
    data: data.bitmapDataStream,
    width: data.width,
    height: data.height,
    bitsPerPixel: data.bitsPerPixel,
    bottomUp: true,
    palette: canvas.palette,
    keepAlpha: false,
  };
  paint(codec, BITMAP_DECODERS[codec], bitmap, area, canvas, tally);
}

/**
 * Surface bits: the rectangle's right and bottom are to be ignored, [MS-RDPBCGR] 2.2.9.2.1. That raw bits and NSCodec are
 * bottom-up is what servers and clients agree on; the specification does not say.
 */
function paintSurfaceBits(command: SurfaceBits, canvas: Canvas, tally: Tally): void {
  const { bpp, codecId, width, height, bitmapData } = command.bitmap;
  const codec = canvas.surfaceCodecs.get(codecId);
  const area = { x: command.destLeft, y: command.destTop, width, height };
  if (codec === undefined) {
    const loss = { codec: `surface codec ${codecId}`, reason: 'unsupported: not offered' };
    lose(loss, area, bitmapData.length, canvas, tally);
    return;
  }
  const bitmap = {
    data: bitmapData,
    width,
    height,
    bitsPerPixel: bpp,
    bottomUp: true,
    palette: canvas.palette,
    keepAlpha: false,
  };
  paint(codec === 'none' ? 'raw' : codec, SURFACE_DECODERS[codec], bitmap, area, canvas, tally);
}

function paint(
  codec: string,
  decoder: BitmapDecoder,
  bitmap: EncodedBitmap,
  area: Rectangle,
  canvas: Canvas,
  tally: Tally,
): void {
  if (canvas.framebuffer.width === 0) {
    tally.drop({ codec, area: null, reason: 'invalid: before activation' }, bitmap.data.length);
    return;
  }
  try {
    tally.changed = canvas.draw(decoder, bitmap, area) !== null || tally.changed;
  } catch (error) {
    lose({ codec, reason: reasonOf(error) }, area, bitmap.data.length, canvas, tally);
  }
}

function lose(
  loss: { readonly codec: string; readonly reason: string },
  area: Rectangle,
  dataBytes: number,
  canvas: Canvas,
  tally: Tally,
): void {
  tally.drop({ ...loss, area: canvas.hatch(area) }, dataBytes);
  tally.changed ||= canvas.changed;
}

function paintPointer(update: PointerUpdate, canvas: Canvas, tally: Tally): void {
  const overlay = canvas.overlay;
  try {
    switch (update.kind) {
      case 'hidden':
        overlay.setImage(null);
        break;
      case 'default':
        overlay.setImage(DEFAULT_POINTER);
        break;
      case 'position':
        overlay.moveTo(update.xPos, update.yPos);
        break;
      case 'cached':
        overlay.setImage(canvas.pointers.get(update.cacheIndex));
        break;
      case 'color':
      case 'new':
      case 'large': {
        const image = decodePointer(update.shape, canvas.palette);
        overlay.setImage(image);
        canvas.pointers.put(update.shape.cacheIndex, image);
        break;
      }
    }
  } catch (error) {
    tally.drop({ codec: 'pointer', area: null, reason: reasonOf(error) });
  }
  tally.changed ||= overlay.changed;
}

function setPalette(entries: Uint8Array, palette: Uint32Array): void {
  for (let index = 0; index < palette.length; index += 1) {
    const [red = 0, green = 0, blue = 0] = entries.subarray(3 * index, 3 * index + 3);
    palette[index] = (red << 16) | (green << 8) | blue;
  }
}
