/** Where things lie on the demo desktop, for every size of desktop. */
import { GLYPH_HEIGHT, GLYPH_WIDTH } from '../../drawing/font.js';
import type { Rectangle } from '../../drawing/raster.js';

const TITLE_HEIGHT = 24;
const TASKBAR_HEIGHT = 32;
const MARGIN = 16;
const PADDING = 6;
const CLOCK_CHARACTERS = 8;
/** "pointer 1234,1234 left", with room to spare. */
const STATUS_CHARACTERS = 26;

/** A window: the whole of it, its title bar, and what is inside its frame. */
export interface WindowLayout {
  readonly title: string;
  readonly area: Rectangle;
  readonly titleBar: Rectangle;
  readonly content: Rectangle;
}

export interface DesktopLayout {
  readonly terminal: WindowLayout;
  /** The window that shows what is typed. */
  readonly notes: WindowLayout;
  readonly activity: WindowLayout;
  readonly taskbar: Rectangle;
  /** What the pointer does, on the left of the task bar. */
  readonly status: Rectangle;
  readonly clock: Rectangle;
}

function windowAt(title: string, area: Rectangle): WindowLayout {
  return {
    title,
    area,
    titleBar: { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: TITLE_HEIGHT },
    content: {
      x: area.x + 1,
      y: area.y + 1 + TITLE_HEIGHT,
      width: area.width - 2,
      height: area.height - 2 - TITLE_HEIGHT,
    },
  };
}

/** The area of text in a window: its content without the padding around it. */
export function textArea(window: WindowLayout): Rectangle {
  return {
    x: window.content.x + PADDING,
    y: window.content.y + PADDING,
    width: Math.max(0, window.content.width - 2 * PADDING),
    height: Math.max(0, window.content.height - 2 * PADDING),
  };
}

/** Whole characters that fit into an area. */
export function textSize(area: Rectangle): { readonly columns: number; readonly rows: number } {
  return {
    columns: Math.max(1, Math.floor(area.width / GLYPH_WIDTH)),
    rows: Math.max(1, Math.floor(area.height / GLYPH_HEIGHT)),
  };
}

/** Three windows that do not overlap, above a task bar. */
export function layoutDesktop(width: number, height: number): DesktopLayout {
  const taskbar = { x: 0, y: height - TASKBAR_HEIGHT, width, height: TASKBAR_HEIGHT };
  const usableWidth = width - 3 * MARGIN;
  const usableHeight = taskbar.y - 2 * MARGIN;
  const terminalWidth = Math.floor(usableWidth * 0.6);
  const rightX = 2 * MARGIN + terminalWidth;
  const rightWidth = usableWidth - terminalWidth;
  const notesHeight = Math.floor((usableHeight - MARGIN) / 2);
  const textY = taskbar.y + (TASKBAR_HEIGHT - GLYPH_HEIGHT) / 2;
  const clockWidth = CLOCK_CHARACTERS * GLYPH_WIDTH;
  const clockX = width - MARGIN - clockWidth;
  return {
    terminal: windowAt('Terminal', { x: MARGIN, y: MARGIN, width: terminalWidth, height: usableHeight }),
    notes: windowAt('Notes', { x: rightX, y: MARGIN, width: rightWidth, height: notesHeight }),
    activity: windowAt('Activity', {
      x: rightX,
      y: 2 * MARGIN + notesHeight,
      width: rightWidth,
      height: usableHeight - MARGIN - notesHeight,
    }),
    taskbar,
    status: {
      x: MARGIN,
      y: textY,
      width: Math.min(STATUS_CHARACTERS * GLYPH_WIDTH, clockX - 2 * MARGIN),
      height: GLYPH_HEIGHT,
    },
    clock: { x: clockX, y: textY, width: clockWidth, height: GLYPH_HEIGHT },
  };
}
