import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

export function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/pointers/${name}`, import.meta.url));
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(estimate - value)) as [number, number, number];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** Pixels of an 8-bit RGBA PNG as 0xAARRGGBB. */
export function pngPixels(png: Buffer): Uint32Array {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const data = inflateSync(Buffer.concat(parts));
  const row = width * 4;
  const out = Buffer.alloc(row * height);
  for (let y = 0; y < height; y += 1) {
    const filter = data[y * (row + 1)];
    for (let x = 0; x < row; x += 1) {
      const left = x >= 4 ? (out[y * row + x - 4] ?? 0) : 0;
      const up = y > 0 ? (out[(y - 1) * row + x] ?? 0) : 0;
      const corner = x >= 4 && y > 0 ? (out[(y - 1) * row + x - 4] ?? 0) : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0;
      out[y * row + x] = (data[y * (row + 1) + 1 + x] ?? 0) + predicted;
    }
  }
  return Uint32Array.from({ length: width * height }, (_, i) => {
    const [r, g, b, a] = [0, 1, 2, 3].map((channel) => out[4 * i + channel] ?? 0) as [number, number, number, number];
    return ((a << 24) | (r << 16) | (g << 8) | b) >>> 0;
  });
}
