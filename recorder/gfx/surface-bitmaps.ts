/** Commands that draw on surfaces with what comes over the wire, [MS-RDPEGFX] 3.3.5.1 and 3.3.5.2. */
import type { WireToSurface1 } from '../../src/rdp/gfx/wire-to-surface-1.js';
import type { WireToSurface2 } from '../../src/rdp/gfx/wire-to-surface-2.js';
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { clip, type Rectangle } from '../picture/rectangle.js';
import type { GfxBitmap, GfxDecoder, GfxDecoderFactory } from './gfx-decoder.js';
import type { PixelBudget } from './pixel-budget.js';
import { gfxCodecName } from './registry.js';
import { rectangleOf } from './surface-commands.js';
import type { Surface, Surfaces } from './surfaces.js';

/** Decoders by the names of their codecs. */
export type GfxDecoders = { readonly [codec: string]: GfxDecoderFactory };

/** What was not drawn, and where it would have been. */
export interface LostBitmap {
  readonly error: unknown;
  readonly surface: Surface | null;
  /** On the surface; null when it does not lie on it. */
  readonly area: Rectangle | null;
  readonly untilReset: boolean;
}

export class SurfaceBitmaps {
  readonly #factories: GfxDecoders;
  readonly #surfaces: Surfaces;
  readonly #budget: PixelBudget;
  readonly #decoders = new Map<string, GfxDecoder>();

  constructor(factories: GfxDecoders, surfaces: Surfaces, budget: PixelBudget) {
    this.#factories = factories;
    this.#surfaces = surfaces;
    this.#budget = budget;
  }

  /** Draws a bitmap; what cannot be drawn is hatched on its surface and returned. */
  draw(command: WireToSurface1 | WireToSurface2): LostBitmap | null {
    let surface: Surface | null = null;
    let area: Rectangle | null = null;
    let decoder: GfxDecoder | null = null;
    try {
      surface = this.#surfaces.get(command.surfaceId);
      area = areaOf(command, surface);
      decoder = this.#decoder(gfxCodecName(command.codecId));
      this.#decode(command, surface, area, decoder);
      return null;
    } catch (error) {
      if (surface !== null && area !== null) this.#hatch(surface, area);
      return { error, surface, area, untilReset: decoder?.poisoned ?? false };
    }
  }

  deleteContext(surfaceId: number, codecContextId: number): void {
    for (const decoder of this.#decoders.values()) decoder.deleteContext?.(surfaceId, codecContextId);
  }

  deleteSurface(surfaceId: number): void {
    for (const decoder of this.#decoders.values()) decoder.deleteSurface?.(surfaceId);
  }

  /** The protocol begins anew. */
  clear(): void {
    this.#decoders.clear();
  }

  #decode(command: WireToSurface1 | WireToSurface2, surface: Surface, area: Rectangle, decoder: GfxDecoder): void {
    const progressive = !('destRect' in command);
    // How much of the surface a progressive bitmap draws is known when it is drawn.
    this.#budget.spend(progressive ? 0 : area.width * area.height);
    const bitmap: GfxBitmap = {
      data: command.bitmapData,
      surfaceId: command.surfaceId,
      codecContextId: progressive ? command.codecContextId : null,
      pixelFormat: command.pixelFormat,
      area,
    };
    const { width, height } = surface.pixels;
    for (const drawn of decoder.decode(bitmap, surface.pixels)) {
      surface.dirty.add(drawn);
      const inside = clip(drawn, width, height);
      if (progressive && inside !== null) this.#budget.spend(inside.width * inside.height);
    }
  }

  #decoder(codec: string): GfxDecoder {
    const known = this.#decoders.get(codec);
    if (known !== undefined) return known;
    const factory = Object.hasOwn(this.#factories, codec) ? this.#factories[codec] : undefined;
    if (factory === undefined) throw new DecodeError('unsupported', codec, 0, 'not offered');
    const decoder = factory();
    this.#decoders.set(codec, decoder);
    return decoder;
  }

  #hatch(surface: Surface, area: Rectangle): void {
    try {
      this.#budget.spend(area.width * area.height);
    } catch {
      // The message has drawn too much already: what is on the surface stays, and the loss is told all the same.
      return;
    }
    surface.pixels.hatch(area);
    surface.dirty.add(area);
  }
}

function areaOf(command: WireToSurface1 | WireToSurface2, surface: Surface): Rectangle {
  const { width, height } = surface.pixels;
  if (!('destRect' in command)) return { x: 0, y: 0, width, height };
  const area = rectangleOf(command.destRect);
  const inside = clip(area, width, height);
  if (inside === null || inside.width !== area.width || inside.height !== area.height) {
    throw new DecodeError('invalid', 'destRect', 0, 'not within the surface');
  }
  return area;
}
