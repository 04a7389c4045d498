/** Progressive RemoteFX messages as a server would write them, [MS-RDPEGFX] 2.2.4.2. */
import { Writer } from '../../../../src/rdp/wire/writer.js';
import { block, sync } from '../remotefx-messages.js';
import type { Factors } from './encoder.js';

export { block, sync };

export type TestRect = readonly [x: number, y: number, width: number, height: number];

export function context(tileSize = 64): Uint8Array {
  return block(0xccc3, new Writer().u8(0).u16(tileSize).u8(1).finish());
}

export function frameBegin(regions = 1): Uint8Array {
  return block(0xccc1, new Writer().u32(0).u16(regions).finish());
}

export function frameEnd(): Uint8Array {
  return block(0xccc2, new Uint8Array(0));
}

/** RFX_COMPONENT_CODEC_QUANT: the factors in the order LL3, HL3, LH3, HH3, HL2, LH2, HH2, HL1, LH1, HH1. */
export function componentQuant(factors: Factors): Uint8Array {
  const [hl1 = 0, lh1 = 0, hh1 = 0, hl2 = 0, lh2 = 0, hh2 = 0, hl3 = 0, lh3 = 0, hh3 = 0, ll3 = 0] = factors;
  const pairs = [
    [ll3, hl3],
    [lh3, hh3],
    [hl2, lh2],
    [hh2, hl1],
    [lh1, hh1],
  ] as const;
  return Uint8Array.from(pairs, ([low, high]) => low | (high << 4));
}

/** RFX_PROGRESSIVE_CODEC_QUANT with the same factors for each component. */
export function progressiveQuant(factors: Factors, quality = 50): Uint8Array {
  const quant = componentQuant(factors);
  return Buffer.concat([Uint8Array.of(quality), quant, quant, quant]);
}

export interface RegionFields {
  readonly tileSize?: number;
  readonly quants?: readonly Uint8Array[];
  readonly progressiveQuants?: readonly Uint8Array[];
  readonly flags?: number;
  readonly numRects?: number;
  readonly numQuant?: number;
  readonly numTiles?: number;
  readonly tileDataSize?: number;
}

/** Scales of 1 in all bands. */
export const PLAIN_QUANT = Uint8Array.of(0x66, 0x66, 0x66, 0x66, 0x66);

export function region(
  rects: readonly TestRect[],
  tiles: readonly Uint8Array[],
  fields: RegionFields = {},
): Uint8Array {
  const { quants = [PLAIN_QUANT], progressiveQuants = [] } = fields;
  const data = Buffer.concat(tiles);
  const writer = new Writer()
    .u8(fields.tileSize ?? 64)
    .u16(fields.numRects ?? rects.length)
    .u8(fields.numQuant ?? quants.length)
    .u8(progressiveQuants.length)
    .u8(fields.flags ?? 1)
    .u16(fields.numTiles ?? tiles.length)
    .u32(fields.tileDataSize ?? data.length);
  for (const rect of rects) for (const value of rect) writer.u16(value);
  return block(0xccc4, writer.bytes(Buffer.concat([...quants, ...progressiveQuants, data])).finish());
}

/** A whole message of one frame. */
export function message(...regions: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat([sync(), context(), frameBegin(regions.length), ...regions, frameEnd()]));
}

export interface TileFields {
  readonly x: number;
  readonly y: number;
  readonly quant?: readonly [number, number, number];
  readonly difference?: boolean;
  /** Index of the progressive table, 255 for none. */
  readonly quality?: number;
}

type Components = readonly [Uint8Array, Uint8Array, Uint8Array];

function tileHeader({ x, y, quant = [0, 0, 0] }: TileFields): Writer {
  const writer = new Writer();
  for (const index of quant) writer.u8(index);
  return writer.u16(x).u16(y);
}

/** RFX_PROGRESSIVE_TILE_SIMPLE, or _FIRST where there is a quality. */
export function tile(fields: TileFields, components: Components, tail = new Uint8Array(0)): Uint8Array {
  const writer = tileHeader(fields).u8(fields.difference === true ? 1 : 0);
  if (fields.quality !== undefined) writer.u8(fields.quality);
  for (const part of [...components, tail]) writer.u16(part.length);
  const type = fields.quality === undefined ? 0xccc5 : 0xccc6;
  return block(type, writer.bytes(Buffer.concat([...components, tail])).finish());
}

/** RFX_PROGRESSIVE_TILE_UPGRADE of SRL and raw bits for each component. */
export function upgrade(fields: TileFields, parts: readonly Uint8Array[]): Uint8Array {
  const writer = tileHeader(fields).u8(fields.quality ?? 0xff);
  for (const part of parts) writer.u16(part.length);
  return block(0xccc7, writer.bytes(Buffer.concat(parts)).finish());
}
