/** What a client of the demo desktop would show: its graphics PDUs, decoded with the recorder's decoders. */
import { DecodeScratch } from '../../recorder/decoders/encoded-bitmap.js';
import { BITMAP_DECODERS, bitmapCodec } from '../../recorder/decoders/registry.js';
import type { ReceivedGraphics } from '../../src/demo/scripted-client.js';
import { decodeShareControl } from '../../src/rdp/session/share-control.js';
import { decodeShareData, PduType2 } from '../../src/rdp/session/share-data.js';
import { BITMAP_COMPRESSION, type BitmapData } from '../../src/rdp/updates/bitmap-update.js';
import { decodeFastPathOutput } from '../../src/rdp/updates/fast-path-output.js';
import { decodeFastPathUpdateData, type FastPathUpdateData } from '../../src/rdp/updates/fast-path-update-data.js';
import { decodeGraphicsUpdate } from '../../src/rdp/updates/graphics-update.js';
import { decodePointerUpdate, type PointerUpdate } from '../../src/rdp/updates/pointer-updates.js';
import { Reader } from '../../src/rdp/wire/reader.js';

export class ClientScreen {
  readonly width: number;
  readonly height: number;
  /** 0xXXRRGGBB. */
  readonly words: Uint32Array;
  readonly pointers: PointerUpdate[] = [];
  bitmaps = 0;
  readonly #scratch = new DecodeScratch();

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.words = new Uint32Array(width * height);
  }

  take({ kind, pdu }: ReceivedGraphics): void {
    for (const update of kind === 'fast-path' ? fastPathUpdates(pdu) : [slowPathUpdate(pdu)]) {
      if (update.kind === 'pointer') this.pointers.push(update.pointer);
      if (update.kind === 'bitmap') for (const bitmap of update.rectangles) this.#draw(bitmap);
    }
  }

  #draw(bitmap: BitmapData): void {
    this.bitmaps += 1;
    const { destLeft: x, destTop: y, width, height, bitsPerPixel, flags, bitmapDataStream: data } = bitmap;
    BITMAP_DECODERS[bitmapCodec((flags & BITMAP_COMPRESSION) !== 0, bitsPerPixel)](
      { data, width, height, bitsPerPixel, bottomUp: true, palette: new Uint32Array(256), keepAlpha: false },
      this,
      { x, y, width: bitmap.destRight - x + 1, height: bitmap.destBottom - y + 1 },
      this.#scratch,
    );
  }
}

function fastPathUpdates(pdu: Uint8Array): FastPathUpdateData[] {
  const { updates } = decodeFastPathOutput(new Reader(pdu, 'fast-path'));
  return updates.map(({ updateCode, data }) => decodeFastPathUpdateData(updateCode, new Reader(data, 'update')));
}

function slowPathUpdate(pdu: Uint8Array): FastPathUpdateData {
  const control = decodeShareControl(new Reader(pdu, 'share'));
  if (control.kind !== 'share') throw new Error('a flow PDU');
  const { pduType2, payload } = decodeShareData(control.body);
  const reader = new Reader(payload, 'update');
  return pduType2 === PduType2.pointer
    ? { kind: 'pointer', pointer: decodePointerUpdate(reader) }
    : decodeGraphicsUpdate(reader);
}
