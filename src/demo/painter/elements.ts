/**
 * The parts of the demo desktop that change. Each has a look, a short text that is equal for two moments exactly when
 * the part looks the same in both: comparing looks is how dirty rectangles are found.
 */
import { GLYPH_HEIGHT, GLYPH_WIDTH } from '../../drawing/font.js';
import { textArea, textSize, type DesktopLayout, type WindowLayout } from './layout.js';
import { lastLogLine, logLine } from './log-lines.js';
import { visibleLines } from './notes-text.js';
import type { Raster, Rectangle } from '../../drawing/raster.js';
import { THEME } from './theme.js';

/** What the desktop shows besides the time. */
export interface DesktopState {
  readonly notes: string;
  readonly pointerX: number;
  readonly pointerY: number;
  /** Name of the pressed mouse button, or empty. */
  readonly pointerButton: string;
}

export interface Element {
  readonly area: Rectangle;
  look(state: DesktopState, timeMs: number): string;
  /** Draws the whole area. */
  draw(raster: Raster, state: DesktopState, timeMs: number): void;
}

const CARET_BLINK_MS = 500;
const BAR_WIDTH = 8;
const BAR_GAP = 2;
const BAR_INTERVAL_MS = 1000;
const CARET_WIDTH = 2;

export function desktopElements(layout: DesktopLayout): readonly Element[] {
  return [
    terminalElement(layout.terminal),
    ...noteLineElements(layout.notes),
    activityElement(layout.activity),
    statusElement(layout.status),
    clockElement(layout.clock),
  ];
}

function terminalElement(window: WindowLayout): Element {
  const area = textArea(window);
  const { rows } = textSize(area);
  return {
    area,
    look: (_state, timeMs) => String(lastLogLine(timeMs)),
    draw(raster, _state, timeMs) {
      raster.fillArea(area, THEME.terminalGround);
      const last = lastLogLine(timeMs);
      for (let row = 0; row < rows; row++) {
        const line = logLine(last - rows + 1 + row);
        raster.text(line, area.x, area.y + row * GLYPH_HEIGHT, THEME.terminalText, area);
      }
    },
  };
}

/** One element a line: a typed character costs one line and not the window. */
function noteLineElements(window: WindowLayout): Element[] {
  const text = textArea(window);
  const { columns, rows } = textSize(text);
  return Array.from({ length: rows }, (_unused, row) => {
    const area = { x: text.x, y: text.y + row * GLYPH_HEIGHT, width: text.width, height: GLYPH_HEIGHT };
    const line = (state: DesktopState): { readonly content: string; readonly hasCaret: boolean } => {
      const lines = visibleLines(state.notes, columns, rows);
      return { content: lines[row] ?? '', hasCaret: row === lines.length - 1 };
    };
    const caretIsOn = (timeMs: number): boolean => Math.floor(timeMs / CARET_BLINK_MS) % 2 === 0;
    return {
      area,
      look(state, timeMs) {
        const { content, hasCaret } = line(state);
        return `${hasCaret && caretIsOn(timeMs) ? '|' : ' '}${content}`;
      },
      draw(raster, state, timeMs) {
        const { content, hasCaret } = line(state);
        raster.fillArea(area, THEME.notesGround);
        raster.text(content, area.x, area.y, THEME.notesText, area);
        if (!hasCaret || !caretIsOn(timeMs)) return;
        const x = Math.min(area.x + content.length * GLYPH_WIDTH, area.x + area.width - CARET_WIDTH);
        raster.fillArea({ x, y: area.y + 1, width: CARET_WIDTH, height: GLYPH_HEIGHT - 2 }, THEME.notesText);
      },
    };
  });
}

/** A bar a second, moving to the left; heights follow two slow waves. */
function activityElement(window: WindowLayout): Element {
  const area = textArea(window);
  const barCount = Math.floor(area.width / (BAR_WIDTH + BAR_GAP));
  return {
    area,
    look: (_state, timeMs) => String(Math.floor(timeMs / BAR_INTERVAL_MS)),
    draw(raster, _state, timeMs) {
      raster.fillArea(area, THEME.activityGround);
      for (let line = 1; line < 4; line++) {
        const y = area.y + Math.floor((area.height * line) / 4);
        raster.fillArea({ ...area, y, height: 1 }, THEME.activityGrid);
      }
      const last = Math.floor(timeMs / BAR_INTERVAL_MS);
      for (let bar = 0; bar < barCount; bar++) {
        const second = last - barCount + 1 + bar;
        const level = 0.5 + 0.3 * Math.sin(second / 7) + 0.2 * Math.sin(second * 1.7);
        const height = Math.max(1, Math.round(level * area.height));
        const x = area.x + bar * (BAR_WIDTH + BAR_GAP);
        raster.fillArea({ x, y: area.y + area.height - height, width: BAR_WIDTH, height }, THEME.activityBar);
      }
    },
  };
}

function statusElement(area: Rectangle): Element {
  const text = (state: DesktopState): string =>
    `pointer ${state.pointerX},${state.pointerY} ${state.pointerButton}`.trimEnd();
  return {
    area,
    look: text,
    draw(raster, state) {
      raster.fillArea(area, THEME.taskbar);
      raster.text(text(state), area.x, area.y, THEME.taskbarText, area);
    },
  };
}

function clockElement(area: Rectangle): Element {
  const text = (timeMs: number): string => new Date(timeMs).toISOString().slice(11, 19);
  return {
    area,
    look: (_state, timeMs) => text(timeMs),
    draw(raster, _state, timeMs) {
      raster.fillArea(area, THEME.taskbar);
      raster.text(text(timeMs), area.x, area.y, THEME.taskbarText, area);
    },
  };
}
