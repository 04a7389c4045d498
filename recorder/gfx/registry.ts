/**
 * The graphics pipeline's decoders and versions, typed by the contract's tables: an entry there without one here does not
 * compile, nor does one here without an entry there.
 */
import type { GfxCodec, GfxOptionalCodec, GfxVersionName } from '../../src/contract/gfx-table.js';
import {
  GFX_CAPS_FLAG_SMALL_CACHE,
  GFX_CAPS_FLAG_THINCLIENT,
  type GfxCapabilitySet,
  GfxVersion,
} from '../../src/rdp/gfx/gfx-capability-set.js';
import { GfxCodecId } from '../../src/rdp/gfx/gfx-types.js';
import {
  MAX_GFX_CACHE_BYTES,
  MAX_GFX_CACHE_SLOTS,
  MAX_GFX_SMALL_CACHE_BYTES,
  MAX_GFX_SMALL_CACHE_SLOTS,
} from '../../src/rdp/wire/limits.js';
import type { H264Engine } from '../decoders/avc/h264-decoder.js';
import type { Context } from '../picture/applied.js';
import { ClearCodecDecoder } from '../decoders/clearcodec/clearcodec.js';
import { decodePlanar } from '../decoders/planar.js';
import { decodeRawBitmap } from '../decoders/raw-bitmap.js';
import { decodeRemoteFx } from '../decoders/remotefx/remotefx.js';
import { createAlphaDecoder } from './alpha-codec.js';
import { createAvcDecoder } from './avc-codec.js';
import { bitmapCodec } from './bitmap-codecs.js';
import type { GfxDecoder, GfxDecoderFactory } from './gfx-decoder.js';
import { createProgressiveDecoder } from './progressive-codec.js';

/** Decoders by codec, of every recorder. */
export const GFX_DECODERS = {
  uncompressed: bitmapCodec(decodeRawBitmap),
  planar: bitmapCodec(decodePlanar),
  alpha: createAlphaDecoder,
  remotefx: bitmapCodec(decodeRemoteFx),
  clearcodec: () => new ClearCodecDecoder(),
  progressive: () => createProgressiveDecoder(),
} as const satisfies Record<GfxCodec, GfxDecoderFactory>;

/** Decoders by codec, of a recorder with H.264. */
export function avcDecoders(engine: H264Engine): Record<GfxOptionalCodec, GfxDecoderFactory> {
  const factory = (): GfxDecoder => createAvcDecoder(engine);
  return { avc420: factory, avc444: factory, avc444v2: factory };
}

/** Names of codecs by their ids, those without a decoder too: they are named when they are lost. */
const CODEC_NAMES: ReadonlyMap<number, string> = new Map([
  [GfxCodecId.uncompressed, 'uncompressed'],
  [GfxCodecId.planar, 'planar'],
  [GfxCodecId.alpha, 'alpha'],
  [GfxCodecId.cavideo, 'remotefx'],
  [GfxCodecId.clearCodec, 'clearcodec'],
  [GfxCodecId.caprogressive, 'progressive'],
  [GfxCodecId.avc420, 'avc420'],
  [GfxCodecId.avc444, 'avc444'],
  [GfxCodecId.avc444v2, 'avc444v2'],
]);

/** Codecs whose bitmaps say themselves where they lie: of the rectangle that goes with them, 2.2.2.1, nothing is to be had. */
const WHOLE_SURFACE: ReadonlySet<string> = new Set(['progressive', 'avc420', 'avc444', 'avc444v2']);

export function drawsAnywhere(codec: string): boolean {
  return WHOLE_SURFACE.has(codec);
}

/** Codecs whose bitmaps build on those before them, and the context that they do it in. */
const CONTEXTS: ReadonlyMap<string, Context> = new Map<string, Context>([
  ['clearcodec', 'clearcodec'],
  ['progressive', 'progressive'],
  ['avc420', 'h264'],
  ['avc444', 'h264'],
  ['avc444v2', 'h264'],
]);

export function gfxContext(codec: string): Context | null {
  return CONTEXTS.get(codec) ?? null;
}

/** The name of a codec, for drops. */
export function gfxCodecName(codecId: number): string {
  return CODEC_NAMES.get(codecId) ?? `graphics codec ${codecId}`;
}

/** How much a bitmap cache holds. */
export interface CacheLimits {
  readonly bytes: number;
  readonly slots: number;
}

const LARGE: CacheLimits = { bytes: MAX_GFX_CACHE_BYTES, slots: MAX_GFX_CACHE_SLOTS };
const SMALL: CacheLimits = { bytes: MAX_GFX_SMALL_CACHE_BYTES, slots: MAX_GFX_SMALL_CACHE_SLOTS };

const byFlags = (flags: number): CacheLimits =>
  (flags & (GFX_CAPS_FLAG_THINCLIENT | GFX_CAPS_FLAG_SMALL_CACHE)) === 0 ? LARGE : SMALL;
const bySmallFlag = (flags: number): CacheLimits => ((flags & GFX_CAPS_FLAG_SMALL_CACHE) === 0 ? LARGE : SMALL);

/** The bitmap cache of each version, [MS-RDPEGFX] 3.3.1.4. */
const VERSION_CACHES = {
  '8.0': byFlags,
  '8.1': byFlags,
  '10.0': bySmallFlag,
  '10.1': () => LARGE,
  '10.2': bySmallFlag,
  '10.3': () => SMALL,
  '10.4': bySmallFlag,
  '10.5': bySmallFlag,
  '10.6': bySmallFlag,
  '10.7': bySmallFlag,
} as const satisfies Record<GfxVersionName, (flags: number) => CacheLimits>;

const VERSION_NAMES: ReadonlyMap<number, keyof typeof GfxVersion> = new Map(
  (Object.keys(GfxVersion) as (keyof typeof GfxVersion)[]).map((name) => [GfxVersion[name], name]),
);

/** The bitmap cache that a confirmed capability set means; null for a version that is not followed. */
export function cacheLimits(set: GfxCapabilitySet): CacheLimits | null {
  if (set.kind === 'version-101') return VERSION_CACHES['10.1']();
  const version = set.kind === 'flags' ? VERSION_NAMES.get(set.version) : undefined;
  return set.kind === 'flags' && version !== undefined ? VERSION_CACHES[version](set.flags) : null;
}
