/** A page in the place of a desktop: who was refused, what, why, and what to do. One picture, sent once. */
import { GLYPH_HEIGHT, GLYPH_WIDTH, hasGlyph } from '../../drawing/font.js';
import { Raster, type Rectangle } from '../../drawing/raster.js';
import { encodeTile, tilesOf, WIDTH_MULTIPLE } from '../../drawing/tiles.js';
import { UpdateWriter } from '../../drawing/updates.js';
import type { ClientSettings } from '../../rdp/server/client-settings.js';
import type { ServerDesktop, ServerSession } from '../../rdp/server/server-state.js';
import type { CapabilitySet } from '../../rdp/session/capabilities/capability-sets.js';
import type { RefusedSession, RefusalText } from './refusal-text.js';

/** A page is no larger than this, whatever the client asks for. */
const MAX_SIZE = { width: 1280, height: 800 };
const MIN_SIZE = { width: 320, height: 240 };
const CARD = { width: 640, height: 288 };
const MARGIN = 24;
const BAR_HEIGHT = 40;
const COLORS = { ground: 0x1d2b3a, card: 0xfdfcf4, bar: 0xa33a34, barText: 0xffffff, text: 0x20242a, label: 0x5a6470 };
const LABEL_COLUMNS = 9;

/** Seconds that a page is shown; it says so itself. */
export const PAGE_SECONDS = 10;

/** The desktop that the page is drawn on, in the client's depth. */
export function pageDesktop({ desktopWidth, desktopHeight, colorDepth }: ClientSettings): ServerDesktop {
  const width = Math.min(Math.max(desktopWidth, MIN_SIZE.width), MAX_SIZE.width);
  const height = Math.min(Math.max(desktopHeight, MIN_SIZE.height), MAX_SIZE.height);
  return { desktopWidth: width - (width % WIDTH_MULTIPLE), desktopHeight: height, colorDepth };
}

/** The page as PDUs that the client's capability sets allow. */
export function* refusalPage(
  session: ServerSession,
  capabilities: readonly CapabilitySet[],
  text: RefusalText,
  about: RefusedSession,
): Generator<Uint8Array, void, undefined> {
  const { desktopWidth, desktopHeight, colorDepth } = session.desktop;
  const raster = new Raster(desktopWidth, desktopHeight);
  raster.fillArea(raster.area, COLORS.ground);
  drawCard(raster, text, about);
  const writer = new UpdateWriter(session, capabilities);
  if (colorDepth === 8) yield writer.palette();
  const tiles = tilesOf(raster.area, raster.area);
  yield* writer.bitmaps(tiles.map((tile) => encodeTile(raster, tile, colorDepth, writer.forms.compressedBitmaps)));
}

function drawCard(raster: Raster, { what, remedy }: RefusalText, about: RefusedSession): void {
  const width = Math.min(CARD.width, raster.width);
  const height = Math.min(CARD.height, raster.height);
  const card = { x: (raster.width - width) >> 1, y: (raster.height - height) >> 1, width, height };
  raster.fillArea(card, COLORS.card);
  const bar = { ...card, height: BAR_HEIGHT };
  raster.fillArea(bar, COLORS.bar);
  raster.text('Witness: no session', card.x + MARGIN, card.y + 12, COLORS.barText, bar);
  const target = `${about.targetName} (${about.targetAddress}:${about.targetPort})`;
  const rows: readonly (readonly [string, string])[] = [
    ['Who', about.userName],
    ['Target', target],
    ['What', what],
    ['To do', remedy],
    ['Session', about.id],
    ['', `This window closes in ${PAGE_SECONDS} seconds, or when you press a key.`],
  ];
  const inside = { x: card.x + MARGIN, y: card.y + BAR_HEIGHT + 16, width: width - 2 * MARGIN, height: height - 64 };
  drawRows(raster, inside, rows);
}

function drawRows(raster: Raster, area: Rectangle, rows: readonly (readonly [string, string])[]): void {
  const columns = Math.floor(area.width / GLYPH_WIDTH) - LABEL_COLUMNS;
  let y = area.y;
  for (const [label, value] of rows) {
    raster.text(label, area.x, y, COLORS.label, area);
    for (const line of wrapped(value, columns)) {
      raster.text(line, area.x + LABEL_COLUMNS * GLYPH_WIDTH, y, COLORS.text, area);
      y += GLYPH_HEIGHT;
    }
    y += GLYPH_HEIGHT / 2;
  }
}

/** Lines of at most `columns` characters, broken between words where that goes; three at most. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of drawable(text).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= columns) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    for (line = word; line.length > columns; line = line.slice(columns)) lines.push(line.slice(0, columns));
  }
  return [...lines, line].slice(0, 3);
}

/** The typeface has ASCII alone: typographic signs have a likeness there, all else is a question mark. */
function drawable(text: string): string {
  const plain = text.replaceAll(/[‘’]/g, "'").replaceAll(/[“”]/g, '"').replaceAll('…', '...');
  return Array.from(plain, (character) => (hasGlyph(character) ? character : '?')).join('');
}
