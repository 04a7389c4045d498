/**
 * The graphics pipeline, [MS-RDPEGFX] 3.3.5: commands draw on surfaces, and mapped surfaces are shown on the desktop at the
 * end of a frame. Nothing is thrown for a peer's bytes: what cannot be carried out is tallied.
 */
import { GfxCommand, type GfxFrame, gfxFrames } from '../../src/rdp/gfx/gfx-header.js';
import { decodeGfxPdu, gfxKind, type GfxPdu } from '../../src/rdp/gfx/gfx-pdu.js';
import type { MapSurfaceToOutput } from '../../src/rdp/gfx/map-surface-to-output.js';
import type { MapSurfaceToScaledOutput } from '../../src/rdp/gfx/map-surface-to-scaled-output.js';
import type { ResetGraphics } from '../../src/rdp/gfx/reset-graphics.js';
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { MAX_DESKTOP_DIMENSION, MAX_DESKTOP_PIXELS } from '../../src/rdp/wire/limits.js';
import type { PixelTarget } from '../decoders/encoded-bitmap.js';
import { type Context, reasonOf, type Tally } from '../picture/applied.js';
import { clip, type Rectangle } from '../picture/rectangle.js';
import { BitmapCache } from './bitmap-cache.js';
import { PixelBudget } from './pixel-budget.js';
import { cacheLimits, GFX_DECODERS, gfxCodecName } from './registry.js';
import { onDesktop, showSurface } from './show-surface.js';
import { type GfxDecoders, SurfaceBitmaps } from './surface-bitmaps.js';
import { cacheToSurface, solidFill, surfaceToCache, surfaceToSurface } from './surface-commands.js';
import { Surfaces } from './surfaces.js';

const CODEC = 'graphics pipeline';

/** The desktop that surfaces are shown on. */
export interface GfxOutput {
  readonly width: number;
  readonly height: number;
  /** Begins a black desktop of another size. */
  resize(width: number, height: number): void;
  /** Has a part of the desktop painted. */
  paint(area: Rectangle, paint: (desktop: PixelTarget) => void): void;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The state of one opened channel. */
export class GraphicsPipeline {
  readonly #output: GfxOutput;
  readonly #surfaces = new Surfaces();
  readonly #budget = new PixelBudget();
  readonly #bitmaps: SurfaceBitmaps;
  #cache = new BitmapCache({ bytes: 0, slots: 0 });
  #inFrame = false;
  /** Counts frames: targets may give the same id to several. */
  #frameId = 0;

  /** `decoders` are those of the registry but in tests of codecs that are not offered. */
  constructor(output: GfxOutput, decoders: GfxDecoders = GFX_DECODERS) {
    this.#output = output;
    this.#bitmaps = new SurfaceBitmaps(decoders, this.#surfaces, this.#budget);
  }

  /** Carries out the PDUs of one message, whose bytes the tally has begun with. */
  message(message: Uint8Array, tally: Tally): void {
    this.#budget.begin(this.#output.width * this.#output.height);
    let at = 0;
    try {
      for (const frame of gfxFrames(message)) {
        at += frame.bytes.length;
        this.#frame(frame, tally);
      }
    } catch (error) {
      tally.drop({ codec: CODEC, area: null, reason: reasonOf(error) }, message.length - at);
    }
    if (!this.#inFrame) this.#show(tally);
  }

  /** Adds the contexts that are broken. */
  addBroken(broken: Set<Context>): void {
    this.#bitmaps.addBroken(broken);
  }

  /** True when the message begins a desktop of another size. */
  resizes(message: Uint8Array): boolean {
    try {
      for (const frame of gfxFrames(message)) {
        if (frame.cmdId !== GfxCommand.resetGraphics) continue;
        const pdu = decodeGfxPdu(frame);
        if (pdu.kind === 'resetGraphics' && isDesktop(pdu) && this.#differs(pdu)) return true;
      }
    } catch (error) {
      // What is wrong with it is told when it is carried out.
      if (!(error instanceof DecodeError)) throw error;
    }
    return false;
  }

  /** A message has not come through, and nobody knows what was in it. */
  messageLost(): void {
    this.#bitmaps.poison();
  }

  /** The channel is over. */
  close(): void {
    this.#bitmaps.clear();
  }

  /** The desktop has been replaced by a black one: what is mapped is to be shown again. */
  outputReplaced(): void {
    this.#surfaces.touchMapped();
  }

  #frame(frame: GfxFrame, tally: Tally): void {
    try {
      this.#command(decodeGfxPdu(frame), tally, frame.bytes.length);
    } catch (error) {
      const codec = `${CODEC}: ${gfxKind(frame.cmdId) ?? 'unknown command'}`;
      tally.drop({ codec, area: null, reason: reasonOf(error) }, frame.bytes.length);
    }
  }

  #command(pdu: GfxPdu, tally: Tally, bytes: number): void {
    switch (pdu.kind) {
      case 'wireToSurface1':
      case 'wireToSurface2':
        return this.#bitmap(pdu, tally, bytes);
      case 'deleteEncodingContext':
        return this.#bitmaps.deleteContext(pdu.surfaceId, pdu.codecContextId);
      case 'solidFill':
        return solidFill(pdu, this.#surfaces, this.#budget);
      case 'surfaceToSurface':
        return surfaceToSurface(pdu, this.#surfaces, this.#budget);
      case 'surfaceToCache':
        return surfaceToCache(pdu, this.#surfaces, this.#cache, this.#budget);
      case 'cacheToSurface':
        return cacheToSurface(pdu, this.#surfaces, this.#cache, this.#budget);
      case 'evictCacheEntry':
        return this.#cache.evict(pdu.cacheSlot);
      case 'createSurface':
        this.#budget.spend(pdu.width * pdu.height);
        this.#bitmaps.deleteSurface(pdu.surfaceId);
        return this.#surfaces.create(pdu.surfaceId, pdu.width, pdu.height);
      case 'deleteSurface':
        this.#bitmaps.deleteSurface(pdu.surfaceId);
        return this.#surfaces.delete(pdu.surfaceId);
      case 'startFrame':
        this.#inFrame = true;
        this.#frameId += 1;
        return;
      case 'endFrame':
        this.#inFrame = false;
        return this.#show(tally);
      default:
        return this.#control(pdu);
    }
  }

  #control(pdu: GfxPdu): void {
    switch (pdu.kind) {
      case 'resetGraphics':
        return this.#reset(pdu);
      case 'mapSurfaceToOutput':
      case 'mapSurfaceToScaledOutput':
        return this.#map(pdu);
      case 'capsConfirm':
        return this.#begin(pdu);
      case 'cacheImportReply':
        // Nothing of earlier sessions was offered; a slot that is filled from there holds what nobody has recorded.
        if (pdu.cacheSlots.length > 0) throw new DecodeError('unsupported', 'cacheImportReply', 0, 'not offered');
        return;
      case 'mapSurfaceToWindow':
      case 'mapSurfaceToScaledWindow':
        this.#surfaces.get(pdu.surfaceId).mapping = null;
        throw new DecodeError('unsupported', pdu.kind, 0, 'windows were not offered');
      default:
        throw new DecodeError('unsupported', pdu.kind, 0, 'not a command of a server');
    }
  }

  #bitmap(pdu: Extract<GfxPdu, { kind: 'wireToSurface1' | 'wireToSurface2' }>, tally: Tally, bytes: number): void {
    const codec = gfxCodecName(pdu.codecId);
    for (const [index, { error, surface, area, context }] of this.#bitmaps.draw(pdu, this.#frameId).entries()) {
      const shown = surface === null || area === null ? null : onDesktop(surface, area, this.#output);
      // Which bytes were whose is not known: with the first part that is lost, all of them are.
      tally.drop({ codec, area: shown, reason: reasonOf(error), context }, index === 0 ? bytes : 0);
    }
  }

  /** The protocol begins, or begins anew when the client has asked for it, 3.3.5.19. */
  #begin(pdu: Extract<GfxPdu, { kind: 'capsConfirm' }>): void {
    const limits = cacheLimits(pdu.capsSet);
    this.#surfaces.clear();
    this.#bitmaps.clear();
    this.#cache = new BitmapCache(limits ?? { bytes: 0, slots: 0 });
    this.#inFrame = false;
    if (limits === null) throw new DecodeError('unsupported', 'capsConfirm', 0, 'version');
  }

  #reset({ width, height }: ResetGraphics): void {
    if (!isDesktop({ width, height })) throw new DecodeError('limit', 'resetGraphics', 0, 'desktop size');
    if (this.#differs({ width, height })) {
      this.#budget.grow(width * height);
      this.#budget.spend(width * height);
      this.#output.resize(width, height);
    }
    this.#surfaces.touchMapped();
  }

  #differs({ width, height }: Size): boolean {
    return width !== this.#output.width || height !== this.#output.height;
  }

  #map(pdu: MapSurfaceToOutput | MapSurfaceToScaledOutput): void {
    const surface = this.#surfaces.get(pdu.surfaceId);
    const { width, height } = surface.pixels;
    const size = 'targetWidth' in pdu ? { width: pdu.targetWidth, height: pdu.targetHeight } : { width, height };
    surface.mapping = null;
    if (size.width === 0 || size.height === 0) throw new DecodeError('invalid', 'mapSurface', 0, 'empty');
    surface.mapping = { x: pdu.outputOriginX, y: pdu.outputOriginY, ...size };
    surface.dirty.add({ x: 0, y: 0, width, height });
  }

  /** Shows what has changed of mapped surfaces; what the message has no pixels left for is shown with the next one. */
  #show(tally: Tally): void {
    for (const surface of this.#surfaces.all) {
      if (surface.mapping === null || surface.dirty.empty) continue;
      try {
        for (const area of surface.dirty.list) {
          const shown = clip(onDesktop(surface, area, this.#output) ?? area, this.#output.width, this.#output.height);
          this.#budget.spend(shown === null ? 0 : shown.width * shown.height);
        }
      } catch (error) {
        tally.drop({ codec: CODEC, area: null, reason: reasonOf(error) }, 0);
        continue;
      }
      showSurface(surface, this.#output);
    }
  }
}

/** True for a size that a desktop may have. */
function isDesktop({ width, height }: Size): boolean {
  const fits = Math.max(width, height) <= MAX_DESKTOP_DIMENSION && width * height <= MAX_DESKTOP_PIXELS;
  return fits && width >= 1 && height >= 1;
}
