/**
 * A PNG of a raster, to look at when a test fails: 8-bit RGB, one IDAT, filter 0 in every row.
 * PNG specification (W3C), sections 5.2, 5.3 and 11.2.
 */
import { writeFile } from 'node:fs/promises';
import { crc32, deflateSync } from 'node:zlib';
import type { Raster } from './raster.js';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const COLOUR_TYPE_RGB = 2;

export function encodePng(raster: Raster): Uint8Array {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, raster.width);
  header.setUint32(4, raster.height);
  header.setUint8(8, 8);
  header.setUint8(9, COLOUR_TYPE_RGB);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', new Uint8Array(header.buffer)),
    chunk('IDAT', deflateSync(filteredRows(raster))),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

export async function writePng(path: string, raster: Raster): Promise<void> {
  await writeFile(path, encodePng(raster));
}

function filteredRows({ width, height, data }: Raster): Uint8Array {
  const rows = new Uint8Array((width * 3 + 1) * height);
  for (let y = 0, from = 0, to = 0; y < height; y += 1) {
    to += 1; // the row's filter type, 0: none
    for (let x = 0; x < width; x += 1, from += 4, to += 3) {
      rows[to] = data[from + 2] ?? 0;
      rows[to + 1] = data[from + 1] ?? 0;
      rows[to + 2] = data[from] ?? 0;
    }
  }
  return rows;
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(12 + body.length);
  bytes.writeUInt32BE(body.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(body, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + body.length)), 8 + body.length);
  return bytes;
}
