import type { PointerImage } from './pointer-image.js';

/** An arrow for SYSPTR_DEFAULT: `#` is black, `.` is white. */
const ARROW = [
  '#',
  '##',
  '#.#',
  '#..#',
  '#...#',
  '#....#',
  '#.....#',
  '#......#',
  '#.......#',
  '#........#',
  '#.....#####',
  '#..#..#',
  '#.# #..#',
  '##  #..#',
  '#    #..#',
  '     #..#',
  '      ##',
];

const COLORS: Readonly<Record<string, number>> = { '#': 0xff00_0000, '.': 0xffff_ffff };

function draw(rows: readonly string[]): PointerImage {
  const width = Math.max(...rows.map((row) => row.length));
  const pixels = new Uint32Array(width * rows.length);
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) pixels[y * width + x] = COLORS[row.charAt(x)] ?? 0;
  });
  return { width, height: rows.length, hotSpotX: 0, hotSpotY: 0, pixels };
}

/** What the client's default pointer is drawn as, [MS-RDPBCGR] 2.2.9.1.1.4.3: its real shape is the client's own. */
export const DEFAULT_POINTER = draw(ARROW);
