/** A picture like a terminal's: small glyphs on a plain ground, drawn from a seed. */

/** BGRX pixels of `width` x `height` with lines of glyph-like marks; `scroll` moves the lines up, one at a time. */
export function textScene(width: number, height: number, scroll: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 4);
  const view = new Uint32Array(pixels.buffer);
  view.fill(0x00_1e_1e_1e);
  const lines = Math.floor(height / 16);
  for (let line = 0; line < lines; line++) {
    let state = Math.imul(line + scroll + 1, 2654435761) >>> 0;
    const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 16;
    const columns = random() % Math.max(1, Math.floor(width / 8));
    const colour = [0xd4d4d4, 0x9cdcfe, 0x4ec9b0, 0xce9178][random() % 4] ?? 0;
    for (let column = 0; column < columns; column++) {
      // A quarter of the cell is ink, about what bold letters have.
      const glyph = [random() & random(), random() & random(), random() & random()];
      drawGlyph(view, width, column * 8 + 1, line * 16 + 3, glyph, colour);
    }
  }
  return pixels;
}

function drawGlyph(view: Uint32Array, width: number, left: number, top: number, glyph: number[], colour: number): void {
  for (let y = 0; y < 10; y++) {
    const row = (glyph[y >> 2] ?? 0) >> ((y & 3) * 4);
    for (let x = 0; x < 6; x++) {
      if (((row >> (x >> 1)) & 1) === 1) view[(top + y) * width + left + x] = colour;
    }
  }
}
