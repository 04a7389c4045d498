/** Commands that draw on surfaces with what comes over the wire, [MS-RDPEGFX] 3.3.5.1 and 3.3.5.2. */
import type { WireToSurface1 } from '../../src/rdp/gfx/wire-to-surface-1.js';
import type { WireToSurface2 } from '../../src/rdp/gfx/wire-to-surface-2.js';
import { DecodeError } from '../../src/rdp/wire/errors.js';
import type { Context } from '../picture/applied.js';
import { clip, type Rectangle } from '../picture/rectangle.js';
import type { GfxBitmap, GfxDecoder, GfxDecoderFactory, LostPart } from './gfx-decoder.js';
import type { PixelBudget } from './pixel-budget.js';
import { drawsAnywhere, gfxCodecName, gfxContext } from './registry.js';
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
  readonly context: Context | null;
}

export class SurfaceBitmaps {
  readonly #factories: GfxDecoders;
  readonly #surfaces: Surfaces;
  readonly #budget: PixelBudget;
  readonly #decoders = new Map<GfxDecoderFactory, GfxDecoder>();

  constructor(factories: GfxDecoders, surfaces: Surfaces, budget: PixelBudget) {
    this.#factories = factories;
    this.#surfaces = surfaces;
    this.#budget = budget;
  }

  /** Draws a bitmap; what cannot be drawn is hatched on its surface and returned. */
  draw(command: WireToSurface1 | WireToSurface2, frameId: number): readonly LostBitmap[] {
    const codec = gfxCodecName(command.codecId);
    let surface: Surface | null = null;
    let area: Rectangle | null = null;
    let decoder: GfxDecoder | null = null;
    try {
      surface = this.#surfaces.get(command.surfaceId);
      area = areaOf(command, codec, surface);
      decoder = this.#decoder(codec);
      const lost = this.#decode(command, { codec, frameId, area }, surface, decoder);
      for (const part of lost) this.#hatch(surface, part.area);
      return lost.map((part) => ({ ...part, surface, context: contextOf(codec, decoder) }));
    } catch (error) {
      if (surface !== null && area !== null) this.#hatch(surface, area);
      return [{ error, surface, area, context: contextOf(codec, decoder) }];
    }
  }

  /** Adds the contexts that are broken. */
  addBroken(broken: Set<Context>): void {
    for (const [factory, decoder] of this.#decoders) {
      const codec = Object.keys(this.#factories).find((name) => this.#factories[name] === factory);
      const context = codec === undefined ? null : contextOf(codec, decoder);
      if (context !== null) broken.add(context);
    }
  }

  deleteContext(surfaceId: number, codecContextId: number): void {
    for (const decoder of this.#decoders.values()) decoder.deleteContext?.(surfaceId, codecContextId);
  }

  deleteSurface(surfaceId: number): void {
    for (const decoder of this.#decoders.values()) decoder.deleteSurface?.(surfaceId);
  }

  /** A message was lost. */
  poison(): void {
    for (const decoder of this.#decoders.values()) decoder.poison?.();
  }

  /** The protocol begins anew, or is over. */
  clear(): void {
    for (const decoder of this.#decoders.values()) decoder.close?.();
    this.#decoders.clear();
  }

  /** Returns the parts that were not drawn. */
  #decode(
    command: WireToSurface1 | WireToSurface2,
    about: Pick<GfxBitmap, 'codec' | 'frameId' | 'area'>,
    surface: Surface,
    decoder: GfxDecoder,
  ): readonly LostPart[] {
    const { codec, area } = about;
    // How much of the surface such a bitmap draws is known when it is drawn.
    const anywhere = drawsAnywhere(codec);
    this.#budget.spend(anywhere ? 0 : area.width * area.height);
    const { surfaceId, pixelFormat, bitmapData: data } = command;
    const codecContextId = 'codecContextId' in command ? command.codecContextId : null;
    const drawn = decoder.decode({ ...about, data, surfaceId, codecContextId, pixelFormat }, surface.pixels);
    for (const part of drawn.areas) {
      surface.dirty.add(part);
      const inside = clip(part, surface.pixels.width, surface.pixels.height);
      if (anywhere && inside !== null) this.#budget.spend(inside.width * inside.height);
    }
    return drawn.lost ?? [];
  }

  #decoder(codec: string): GfxDecoder {
    const factory = Object.hasOwn(this.#factories, codec) ? this.#factories[codec] : undefined;
    if (factory === undefined) throw new DecodeError('unsupported', codec, 0, 'not offered');
    const decoder = this.#decoders.get(factory) ?? factory();
    this.#decoders.set(factory, decoder);
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

/** The context that a codec has broken. */
function contextOf(codec: string, decoder: GfxDecoder | null): Context | null {
  return decoder?.poisoned === true ? gfxContext(codec) : null;
}

function areaOf(command: WireToSurface1 | WireToSurface2, codec: string, surface: Surface): Rectangle {
  const { width, height } = surface.pixels;
  if (!('destRect' in command) || drawsAnywhere(codec)) return { x: 0, y: 0, width, height };
  const area = rectangleOf(command.destRect);
  const inside = clip(area, width, height);
  if (inside === null || inside.width !== area.width || inside.height !== area.height) {
    throw new DecodeError('invalid', 'destRect', 0, 'not within the surface');
  }
  return area;
}
