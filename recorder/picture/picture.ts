/**
 * The picture of a session: trace records in, pixels out. A function of the records alone, so that a recording that is
 * taken up again looks like one that was never interrupted.
 */
import { TraceRecordKind, type TraceActivation, type TraceEvent, type TraceRecord } from '../../src/contract/trace.js';
import { PduType, sharePdus, type SharePdu } from '../../src/rdp/session/share-control.js';
import { logonEvent } from '../../src/rdp/relay/logon-event.js';
import { decodeShareData, PACKET_COMPRESSED, PduType2, type ShareData } from '../../src/rdp/session/share-data.js';
import { decodeFastPathUpdateData, type FastPathUpdateData } from '../../src/rdp/updates/fast-path-update-data.js';
import {
  decodeFastPathOutput,
  FastPathUpdateCode,
  type FastPathUpdate,
} from '../../src/rdp/updates/fast-path-output.js';
import { decodeGraphicsUpdate } from '../../src/rdp/updates/graphics-update.js';
import { decodePointerUpdate } from '../../src/rdp/updates/pointer-updates.js';
import { UpdateFragments, type WholeUpdate } from '../../src/rdp/updates/update-fragments.js';
import { MAX_DESKTOP_DIMENSION, MAX_DESKTOP_PIXELS } from '../../src/rdp/wire/limits.js';
import { Reader } from '../../src/rdp/wire/reader.js';
import { BulkDecompressor } from '../bulk/bulk-decompressor.js';
import { surfaceCodecIds } from '../decoders/registry.js';
import type { Desktop } from '../encoders/i420.js';
import { OrderPainter } from '../orders/order-painter.js';
import { CanvasOutput } from '../gfx/canvas-output.js';
import { GraphicsChannel } from '../gfx/graphics-channel.js';
import { GFX_DECODERS } from '../gfx/registry.js';
import type { GfxDecoders } from '../gfx/surface-bitmaps.js';
import { type Applied, type Context, reasonOf, Tally } from './applied.js';
import { Canvas } from './canvas.js';
import type { Rectangle } from './rectangle.js';
import { paintUpdate } from './update-painter.js';

export type { Applied, Context, Drop } from './applied.js';
export type { Rectangle } from './rectangle.js';

const NOTHING: Applied = { pdus: 0, bytes: 0, changed: false, drops: [] };

/** Names of fast-path updates for drops. */
const UPDATE_NAMES = new Map<number, string>(Object.entries(FastPathUpdateCode).map(([name, code]) => [code, name]));

/** Names of updates that may hold drawing orders. */
const GRAPHICS_UPDATE = 'graphics update';
const ORDER_UPDATES: ReadonlySet<string> = new Set(['orders', GRAPHICS_UPDATE]);

/** The picture of one part of a session (one connection): its history and caches are the connection's. */
export class Picture {
  readonly #canvas = new Canvas();
  readonly #bulk = new BulkDecompressor();
  #fragments = new UpdateFragments();
  /** Fragments of an update that has not ended, and the PDUs before the one in hand that they came in. */
  #pendingBytes = 0;
  #pendingPdus = 0;
  /** True when the PDU in hand holds a fragment of it. */
  #pendingHere = false;
  #compression = false;
  #generation = 0;
  /** The last activation had a desktop that is not recorded. */
  #refused = false;
  readonly #output = new CanvasOutput(this.#canvas, () => {
    this.#generation += 1;
  });
  readonly #graphics: GraphicsChannel;

  /** `gfxDecoders` are those of the registry but in tests of codecs that are not offered. */
  constructor(gfxDecoders: GfxDecoders = GFX_DECODERS) {
    this.#graphics = new GraphicsChannel(this.#output, gfxDecoders);
  }

  /** Pixels; 0 before the first activation. */
  get width(): number {
    return this.#canvas.framebuffer.width;
  }

  get height(): number {
    return this.#canvas.framebuffer.height;
  }

  /** True from the first activation on: a desktop has a size. It is black where the target has not drawn. */
  get hasPicture(): boolean {
    return this.#generation > 0;
  }

  /** Counts the sizes that the desktop has had. */
  get generation(): number {
    return this.#generation;
  }

  /** True when a picture rendered now differs from the last one rendered. */
  hasDirty(): boolean {
    return this.#canvas.changed;
  }

  /**
   * Calls `consume` with the desktop, the pointer drawn on it, and the areas that differ from what was rendered last, the
   * pointer's old and current place included. Its pixels are valid during the call only. Its planes are the caller's to
   * bring up to date.
   */
  render(consume: (desktop: Desktop, dirty: readonly Rectangle[]) => void): void {
    this.#canvas.render(consume);
  }

  /** As `PictureSource.brokenContexts`. */
  get brokenContexts(): ReadonlySet<Context> {
    const broken = new Set<Context>();
    if (this.#bulk.poisoned) broken.add('bulk');
    if (this.#canvas.orders.poisoned) broken.add('orders');
    if (this.#refused) broken.add('desktop');
    this.#graphics.addBroken(broken);
    return broken;
  }

  /** As `PictureSource.resizes`. */
  resizes({ kind, payload }: TraceRecord): boolean {
    if (kind === TraceRecordKind.serverGraphicsChannel) return this.#graphics.resizes(payload);
    if (kind !== TraceRecordKind.activation) return false;
    const { desktopWidth, desktopHeight } = activationOf(payload);
    return desktopWidth !== this.width || desktopHeight !== this.height;
  }

  /** Applies one record. Throws nothing for what a peer sent: that is in the drops. */
  apply(record: TraceRecord): Applied {
    const payload = record.payload;
    switch (record.kind) {
      case TraceRecordKind.activation:
        return this.#activate(activationOf(payload));
      case TraceRecordKind.serverFastPath:
        return this.#settle(payload.length, (tally) => this.#fastPath(payload, tally));
      case TraceRecordKind.serverShareData:
        return this.#settle(payload.length, (tally) => this.#shareData(payload, tally));
      case TraceRecordKind.serverGraphicsChannel:
        return { ...this.#graphics.apply(payload), changed: this.#output.takeChanged() };
      case TraceRecordKind.clientPointer:
        return this.#movePointer(new Reader(payload, 'clientPointer'));
      case TraceRecordKind.end:
        return this.#end();
      case TraceRecordKind.tick:
      case TraceRecordKind.event:
        return NOTHING;
    }
  }

  #activate(activation: TraceActivation): Applied {
    const { desktopWidth: width, desktopHeight: height } = activation;
    const tally = new Tally();
    this.#compression = activation.compression;
    this.#canvas.surfaceCodecs = surfaceCodecIds(activation);
    this.#canvas.orders = new OrderPainter(activation);
    this.#canvas.pointers.resize(Math.max(activation.colorPointerCacheSize, activation.pointerCacheSize));
    const fits = Math.max(width, height) <= MAX_DESKTOP_DIMENSION && width * height <= MAX_DESKTOP_PIXELS;
    this.#refused = !fits || width < 1 || height < 1;
    if (this.#refused) {
      tally.drop({ codec: 'desktop', area: null, reason: 'limit: desktop size', context: 'desktop' });
    } else if (width !== this.width || height !== this.height) {
      this.#canvas.resize(width, height);
      this.#generation += 1;
      this.#graphics.outputReplaced();
      tally.changed = true;
    }
    return tally.result(0, 0);
  }

  #movePointer(reader: Reader): Applied {
    this.#canvas.overlay.moveTo(reader.u16(), reader.u16());
    return { ...NOTHING, changed: this.#canvas.overlay.changed };
  }

  /**
   * The part is over. An update or a message that has not ended by now never will: it is accounted for, and nothing of
   * the picture is lost with it, since a client cannot show the beginning of one either.
   */
  #end(): Applied {
    const message = this.#graphics.end();
    const applied = { ...NOTHING, pdus: this.#pendingPdus + message.pdus, bytes: this.#pendingBytes + message.bytes };
    this.#abandonFragments();
    return applied;
  }

  /** Runs one PDU of `bytes`. What it leaves pending is accounted for by the record that ends the update. */
  #settle(bytes: number, run: (tally: Tally) => void): Applied {
    const pdusBefore = this.#pendingPdus;
    const bytesBefore = this.#pendingBytes;
    const tally = new Tally();
    this.#pendingHere = false;
    run(tally);
    if (this.#pendingHere) this.#pendingPdus += 1;
    return tally.result(1 + pdusBefore - this.#pendingPdus, bytes + bytesBefore - this.#pendingBytes);
  }

  #fastPath(payload: Uint8Array, tally: Tally): void {
    let updates: readonly FastPathUpdate[];
    try {
      updates = decodeFastPathOutput(new Reader(payload, 'FastPathOutput')).updates;
    } catch (error) {
      tally.begin(payload.length, 1);
      this.#loseFrame('fast-path', error, tally);
      return;
    }
    for (const update of updates) this.#fastPathUpdate(update, tally);
  }

  #fastPathUpdate(update: FastPathUpdate, tally: Tally): void {
    const { updateCode, fragmentation, compressionFlags } = update;
    const data = this.#decompress(update.data, compressionFlags, update.data.length, tally);
    if (data === null) return;
    let whole: WholeUpdate | null = null;
    let problem: unknown = null;
    try {
      whole = this.#fragments.push({ updateCode, fragmentation, data });
    } catch (error) {
      problem = error;
    }
    if (whole === null && problem === null) {
      this.#pendingBytes += update.data.length;
      this.#pendingHere = true;
      return;
    }
    tally.begin(this.#pendingBytes + update.data.length, this.#pendingPdus + 1, whole?.data.length ?? 0);
    this.#forgetPending();
    const codec = UPDATE_NAMES.get(updateCode) ?? 'unknown update';
    if (whole === null) {
      this.#canvas.orders.poison();
      tally.drop({ codec, area: null, reason: reasonOf(problem) });
    } else
      this.#paint(
        codec,
        new Reader(whole.data, codec),
        (reader) => decodeFastPathUpdateData(updateCode, reader),
        tally,
      );
  }

  #shareData(payload: Uint8Array, tally: Tally): void {
    let consumed = 0;
    try {
      for (const pdu of sharePdus(payload)) {
        consumed += pdu.bytes.length;
        if (pdu.kind === 'share' && pdu.pduType === PduType.data) this.#dataPdu(pdu, tally);
      }
    } catch (error) {
      tally.begin(payload.length - consumed, 1);
      this.#loseFrame('share data', error, tally);
    }
  }

  #dataPdu(pdu: SharePdu, tally: Tally): void {
    const wireBytes = pdu.bytes.length;
    let shareData: ShareData;
    try {
      shareData = decodeShareData(pdu.body);
    } catch (error) {
      tally.begin(wireBytes, 1);
      this.#loseFrame('share data', error, tally);
      return;
    }
    const data = this.#decompress(shareData.payload, shareData.compressedType, wireBytes, tally);
    if (data === null) return;
    tally.begin(wireBytes, 1, data.length);
    if (shareData.pduType2 === PduType2.update) {
      this.#paint(GRAPHICS_UPDATE, new Reader(data, 'GraphicsUpdate'), decodeGraphicsUpdate, tally);
    } else if (shareData.pduType2 === PduType2.pointer) {
      const decode = (reader: Reader): FastPathUpdateData => ({
        kind: 'pointer',
        pointer: decodePointerUpdate(reader),
      });
      this.#paint('pointer', new Reader(data, 'PointerUpdate'), decode, tally);
    } else if (
      shareData.pduType2 === PduType2.saveSessionInfo &&
      (shareData.compressedType & PACKET_COMPRESSED) !== 0
    ) {
      // One that is not compressed is read by the gateway.
      const event = readableLogon(data);
      if (event !== null) tally.told.push(event);
    }
  }

  #paint(codec: string, reader: Reader, decode: (reader: Reader) => FastPathUpdateData, tally: Tally): void {
    let update: FastPathUpdateData;
    try {
      update = decode(reader);
    } catch (error) {
      if (ORDER_UPDATES.has(codec)) this.#canvas.orders.poison();
      tally.drop({ codec, area: null, reason: reasonOf(error) });
      return;
    }
    paintUpdate(update, this.#canvas, tally);
  }

  /** Takes bulk compression off; null when the history is lost. Drawing orders may be lost with it. */
  #decompress(data: Uint8Array, flags: number, wireBytes: number, tally: Tally): Uint8Array | null {
    try {
      return this.#bulk.decompress(data, flags);
    } catch (error) {
      tally.begin(wireBytes + this.#pendingBytes, 1 + this.#pendingPdus);
      tally.drop({ codec: 'bulk compression', area: null, reason: reasonOf(error), context: 'bulk' });
      this.#abandonFragments();
      this.#canvas.orders.poison();
      return null;
    }
  }

  /** A PDU that cannot be taken apart: compressed data in it would have gone into the history, and so would orders. */
  #loseFrame(codec: string, error: unknown, tally: Tally): void {
    this.#canvas.orders.poison();
    if (this.#compression) this.#bulk.poison();
    tally.drop({ codec, area: null, reason: reasonOf(error), context: this.#compression ? 'bulk' : null });
  }

  #abandonFragments(): void {
    this.#fragments = new UpdateFragments();
    this.#forgetPending();
  }

  #forgetPending(): void {
    this.#pendingBytes = 0;
    this.#pendingPdus = 0;
    this.#pendingHere = false;
  }
}

/** The gateway wrote it, as the chunk's tag proves. */
function activationOf(payload: Uint8Array): TraceActivation {
  return JSON.parse(new TextDecoder().decode(payload)) as TraceActivation;
}

/** Null also for what cannot be read: the picture does not depend on it. */
function readableLogon(payload: Uint8Array): TraceEvent | null {
  try {
    return logonEvent(payload);
  } catch (error) {
    reasonOf(error);
    return null;
  }
}
