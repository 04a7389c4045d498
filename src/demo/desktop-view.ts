/**
 * What one client sees of the demo desktop, for one activation of its session: paints, encodes what has changed, and
 * follows keyboard and mouse.
 */
import type { CapabilitySet } from '../rdp/session/capabilities/capability-sets.js';
import {
  PTRFLAGS_BUTTON1,
  PTRFLAGS_BUTTON2,
  PTRFLAGS_BUTTON3,
  PTRFLAGS_DOWN,
  PTRFLAGS_MOVE,
} from '../rdp/session/input-flags.js';
import type { ServerSession } from '../rdp/server/server-state.js';
import type { DesktopInput } from './desktop-input.js';
import { pointerShape } from './painter/encode-pointers.js';
import { encodeTile, tilesOf, type EncodedTile } from '../drawing/tiles.js';
import { UpdateWriter } from '../drawing/updates.js';
import { DesktopPainter, type PointerShape } from './painter/desktop-painter.js';
import { POINTER_IMAGES } from './painter/pointer-shapes.js';
import type { Raster, Rectangle } from '../drawing/raster.js';
import { Keyboard } from './us-keyboard.js';

const CACHE_INDEX: Readonly<Record<PointerShape, number>> = { arrow: 0, text: 1 };

export class DesktopView {
  readonly #painter: DesktopPainter;
  readonly #writer: UpdateWriter;
  readonly #session: ServerSession;
  readonly #keyboard = new Keyboard();
  readonly #cachedShapes = new Set<PointerShape>();
  #shownShape: PointerShape | null = null;
  /** Areas that the client asked for, or that could not be sent when they changed. */
  #owed: Rectangle[];
  #paletteIsDue: boolean;

  /** @param notes what was typed before, in another activation of the session. */
  constructor(session: ServerSession, capabilities: readonly CapabilitySet[], notes: string) {
    const { desktopWidth, desktopHeight, colorDepth } = session.desktop;
    this.#session = session;
    this.#painter = new DesktopPainter(desktopWidth, desktopHeight, notes);
    this.#writer = new UpdateWriter(session, capabilities);
    this.#owed = [this.#painter.raster.area];
    this.#paletteIsDue = colorDepth === 8;
  }

  get notes(): string {
    return this.#painter.notes;
  }

  /** The picture that was painted last. */
  get raster(): Raster {
    return this.#painter.raster;
  }

  input(event: DesktopInput): void {
    switch (event.kind) {
      case 'synchronize':
        this.#keyboard.synchronize(event.capsLock);
        return;
      case 'unicode':
        if (!event.isReleased) this.#painter.type(event.character === '\r' ? '\n' : event.character);
        return;
      case 'key': {
        const character = event.isExtended ? null : this.#keyboard.key(event.scancode, event.isReleased);
        if (character !== null) this.#painter.type(character);
        return;
      }
      case 'mouse':
        this.#mouse(event.flags, event.x, event.y);
    }
  }

  #mouse(flags: number, x: number, y: number): void {
    const names = [
      [PTRFLAGS_BUTTON1, 'left'],
      [PTRFLAGS_BUTTON2, 'right'],
      [PTRFLAGS_BUTTON3, 'middle'],
    ] as const;
    const button = names.find(([flag]) => (flags & flag) !== 0);
    if (button !== undefined) this.#painter.point(x, y, (flags & PTRFLAGS_DOWN) === 0 ? '' : button[1]);
    else if ((flags & PTRFLAGS_MOVE) !== 0) this.#painter.point(x, y);
  }

  /** The area, or all, is sent again with the next frame. */
  refresh(area: Rectangle = this.#painter.raster.area): void {
    this.#owed.push(area);
  }

  /** Paints without sending: what changes is sent as a whole picture later. */
  skipFrame(timeMs: number): void {
    if (this.#painter.paint(timeMs).length > 0) this.#owed = [this.#painter.raster.area];
  }

  /** PDUs that bring the client's picture and pointer to a time; none when nothing has changed. */
  *frame(timeMs: number): Generator<Uint8Array, void, undefined> {
    if (this.#paletteIsDue) yield this.#writer.palette();
    this.#paletteIsDue = false;
    const changed = this.#painter.paint(timeMs);
    const dirty = this.#owed.length > 0 ? [...this.#owed, ...changed] : changed;
    this.#owed = [];
    yield* this.#writer.bitmaps(this.#tiles(dirty));
    yield* this.#pointer();
  }

  *#tiles(dirty: readonly Rectangle[]): Generator<EncodedTile, void, undefined> {
    const { raster } = this.#painter;
    const whole = dirty.find((area) => area.width >= raster.width && area.height >= raster.height);
    for (const area of whole === undefined ? dirty : [whole]) {
      for (const tile of tilesOf(area, raster.area)) {
        yield encodeTile(raster, tile, this.#session.desktop.colorDepth, this.#writer.forms.compressedBitmaps);
      }
    }
  }

  *#pointer(): Generator<Uint8Array, void, undefined> {
    const shape = this.#painter.pointerShape();
    const cacheIndex = CACHE_INDEX[shape];
    if (shape === this.#shownShape) return;
    this.#shownShape = shape;
    if (cacheIndex >= this.#writer.forms.pointerCacheEntries) {
      yield this.#writer.pointer({ kind: 'default' });
    } else if (this.#cachedShapes.has(shape)) {
      yield this.#writer.pointer({ kind: 'cached', cacheIndex });
    } else {
      this.#cachedShapes.add(shape);
      yield this.#writer.pointer({ kind: 'color', shape: pointerShape(POINTER_IMAGES[shape], cacheIndex) });
    }
  }
}
