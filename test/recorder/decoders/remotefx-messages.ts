/** RemoteFX messages as an encoder would write them. */
import { Writer } from '../../../src/rdp/wire/writer.js';

export interface TestTile {
  readonly x: number;
  readonly y: number;
  /** Index of the quantisation of Y, Cb and Cr. */
  readonly quant?: readonly [number, number, number];
  readonly luma: Uint8Array;
  readonly cb: Uint8Array;
  readonly cr: Uint8Array;
}

export type TestRect = readonly [x: number, y: number, width: number, height: number];

export function block(blockType: number, body: Uint8Array, blockLen = 6 + body.length): Uint8Array {
  return new Writer().u16(blockType).u32(blockLen).bytes(body).finish();
}

export function sync(magic = 0xcaccacca, version = 0x100): Uint8Array {
  return block(0xccc0, new Writer().u32(magic).u16(version).finish());
}

export function codecVersions(numCodecs = 1): Uint8Array {
  return block(0xccc1, new Writer().u8(numCodecs).u8(1).u16(0x100).finish());
}

export function channels(width: number, height: number, count = 1): Uint8Array {
  return block(0xccc2, new Writer().u8(count).u8(0).u16(width).u16(height).finish());
}

export function context(tileSize = 64): Uint8Array {
  return block(0xccc3, new Writer().u8(1).u8(0xff).u8(0).u16(tileSize).u16(0xa828).finish());
}

export function headers(width: number, height: number): Uint8Array {
  return Buffer.concat([sync(), channels(width, height), codecVersions(), context()]);
}

function ofCodecChannel(blockType: number, body: Uint8Array): Uint8Array {
  return block(blockType, Buffer.concat([Uint8Array.of(1, 0), body]));
}

export function frameBegin(): Uint8Array {
  return ofCodecChannel(0xccc4, new Writer().u32(0).u16(1).finish());
}

export function frameEnd(): Uint8Array {
  return ofCodecChannel(0xccc5, new Uint8Array(0));
}

export function region(rects: readonly TestRect[], regionType = 0xcac1, numRects = rects.length): Uint8Array {
  const writer = new Writer().u8(1).u16(numRects);
  for (const rect of rects) for (const value of rect) writer.u16(value);
  return ofCodecChannel(0xccc6, writer.u16(regionType).u16(1).finish());
}

/** One TS_RFX_TILE. */
export function tile({ x, y, quant = [0, 0, 0], luma, cb, cr }: TestTile): Uint8Array {
  const writer = new Writer();
  for (const index of quant) writer.u8(index);
  writer.u16(x).u16(y).u16(luma.length).u16(cb.length).u16(cr.length);
  return block(0xcac3, writer.bytes(luma).bytes(cb).bytes(cr).finish());
}

export interface TileSetFields {
  readonly entropy?: number;
  readonly quants?: readonly Uint8Array[];
  readonly numQuant?: number;
  readonly numTiles?: number;
  readonly tilesDataSize?: number;
  readonly subtype?: number;
}

/** Scales of 1 in all sub-bands. */
export const PLAIN_QUANT = Uint8Array.of(0x66, 0x66, 0x66, 0x66, 0x66);

export function tileSet(tiles: readonly Uint8Array[], fields: TileSetFields = {}): Uint8Array {
  const { entropy = 4, quants = [PLAIN_QUANT], subtype = 0xcac2 } = fields;
  const data = Buffer.concat(tiles);
  const writer = new Writer()
    .u16(subtype)
    .u16(0)
    .u16(0x4051 | (entropy << 10));
  writer
    .u8(fields.numQuant ?? quants.length)
    .u8(64)
    .u16(fields.numTiles ?? tiles.length);
  writer.u32(fields.tilesDataSize ?? data.length);
  for (const quant of quants) writer.bytes(quant);
  return ofCodecChannel(0xccc7, writer.bytes(data).finish());
}

/** RLGR bits of a component whose coefficients are zero but for one of LL3, the mean of all, in units of the scale. */
export function flat(value: number): Uint8Array {
  return encodeRlgr(
    1,
    Array.from({ length: 4096 }, (_, index) => (index === 4032 ? value : 0)),
  );
}

/** RLGR as 3.1.8.1.7.3 words its encoder; zeros at the end are written out. */
export function encodeRlgr(mode: 1 | 3, values: readonly number[]): Uint8Array {
  let bits = '';
  let [kp, krp, at] = [8, 8, 0];
  const update = (value: number, by: number): number => Math.min(80, Math.max(0, value + by));
  const write = (count: number, value: number): void => {
    if (count > 0) bits += value.toString(2).padStart(count, '0');
  };
  const golombRice = (value: number): void => {
    const kr = krp >> 3;
    const ones = value >> kr;
    bits += `${'1'.repeat(ones)}0`;
    write(kr, value & ((1 << kr) - 1));
    if (ones !== 1) krp = update(krp, ones === 0 ? -2 : ones);
  };
  const next = (): number => values[at++] ?? 0;
  const twoMs = (value: number): number => 2 * Math.abs(value) - (value < 0 ? 1 : 0);
  while (at < values.length) {
    if (kp >> 3 > 0) {
      let zeros = 0;
      while (at < values.length && values[at] === 0) [zeros, at] = [zeros + 1, at + 1];
      for (; zeros >= 1 << (kp >> 3); kp = update(kp, 4)) {
        zeros -= 1 << (kp >> 3);
        bits += '0';
      }
      bits += '1';
      write(kp >> 3, zeros);
      if (at >= values.length) break;
      const value = next();
      bits += value < 0 ? '1' : '0';
      golombRice(Math.abs(value) - 1);
      kp = update(kp, -6);
    } else if (mode === 1) {
      const code = twoMs(next());
      golombRice(code);
      kp = update(kp, code === 0 ? 3 : -3);
    } else {
      const [one, two] = [twoMs(next()), twoMs(next())];
      golombRice(one + two);
      write(one + two === 0 ? 0 : 32 - Math.clz32(one + two), one);
      if (one > 0 && two > 0) kp = update(kp, -6);
      else if (one + two === 0) kp = update(kp, 6);
    }
  }
  return Uint8Array.from(bits.match(/.{1,8}/g) ?? [], (byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
}
