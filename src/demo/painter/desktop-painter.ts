/**
 * The demo desktop: a background, a terminal that scrolls, a window that shows what is typed, a chart and a clock. What
 * it looks like is a function of its size, of what was typed and pointed at, and of the time, and of nothing else.
 */
import { desktopElements, type DesktopState, type Element } from './elements.js';
import { GLYPH_HEIGHT, hasGlyph } from '../../drawing/font.js';
import { layoutDesktop, type DesktopLayout, type WindowLayout } from './layout.js';
import { typeInto } from './notes-text.js';
import { contains, Raster, type Rectangle } from '../../drawing/raster.js';
import { groundColor, THEME } from './theme.js';

export type PointerShape = 'arrow' | 'text';

export class DesktopPainter {
  readonly raster: Raster;
  readonly layout: DesktopLayout;
  readonly #elements: readonly Element[];
  readonly #looks: (string | undefined)[] = [];
  #state: DesktopState;
  #isGroundPainted = false;

  /** @param notes Text in the notes window to begin with, as a painter of another size had it. */
  constructor(width: number, height: number, notes = '') {
    this.raster = new Raster(width, height);
    this.layout = layoutDesktop(width, height);
    this.#elements = desktopElements(this.layout);
    this.#state = { notes, pointerX: 0, pointerY: 0, pointerButton: '' };
  }

  /** What was typed. */
  get notes(): string {
    return this.#state.notes;
  }

  /** Types printable ASCII, `\n` or `\b`; a question mark stands for what the typeface does not have. */
  type(character: string): void {
    const shown = character === '\n' || character === '\b' || hasGlyph(character) ? character : '?';
    this.#state = { ...this.#state, notes: typeInto(this.#state.notes, shown) };
  }

  /** @param button Name of the button that is held down, empty for none; as before when it is left out. */
  point(x: number, y: number, button = this.#state.pointerButton): void {
    this.#state = { ...this.#state, pointerX: x, pointerY: y, pointerButton: button };
  }

  /** The pointer's shape where it is. */
  pointerShape(): PointerShape {
    return contains(this.layout.notes.content, this.#state.pointerX, this.#state.pointerY) ? 'text' : 'arrow';
  }

  /**
   * Brings the raster to a time (milliseconds since 1970) and returns what has changed since the painting before, all
   * of it at the first one. The rectangles do not overlap.
   */
  paint(timeMs: number): Rectangle[] {
    const isFirst = !this.#isGroundPainted;
    if (isFirst) this.#paintGround();
    const dirty: Rectangle[] = [];
    for (const [index, element] of this.#elements.entries()) {
      const look = element.look(this.#state, timeMs);
      if (this.#looks[index] === look) continue;
      this.#looks[index] = look;
      element.draw(this.raster, this.#state, timeMs);
      dirty.push(element.area);
    }
    return isFirst ? [this.raster.area] : dirty;
  }

  #paintGround(): void {
    this.#isGroundPainted = true;
    const { raster, layout } = this;
    for (let y = 0; y < raster.height; y++) {
      raster.fillArea({ x: 0, y, width: raster.width, height: 1 }, groundColor(y, raster.height));
    }
    this.#paintWindow(layout.terminal, THEME.terminalGround);
    this.#paintWindow(layout.notes, THEME.notesGround);
    this.#paintWindow(layout.activity, THEME.activityGround);
    raster.fillArea(layout.taskbar, THEME.taskbar);
  }

  #paintWindow({ title, area, titleBar, content }: WindowLayout, ground: number): void {
    const { raster } = this;
    raster.frame(area, THEME.windowFrame);
    raster.fillArea(titleBar, THEME.titleBar);
    const inset = Math.floor((titleBar.height - GLYPH_HEIGHT) / 2);
    raster.text(title, titleBar.x + inset + 2, titleBar.y + inset, THEME.titleText, titleBar);
    const size = titleBar.height - 2 * inset;
    const closeX = titleBar.x + titleBar.width - inset - size;
    raster.fillArea({ x: closeX, y: titleBar.y + inset, width: size, height: size }, THEME.closeButton);
    raster.text('x', closeX + size / 4, titleBar.y + inset, THEME.titleText, titleBar);
    raster.fillArea(content, ground);
  }
}
