/**
 * What of the graphics pipeline ([MS-RDPEGFX]) a recorded session may be drawn with. Versions and their flags are all that
 * is negotiated: a server may use the codecs of the first list under each of them, so the pipeline is offered when all of
 * those are decoded and not before. The recorder's registries are typed by these tables: an entry without a decoder does
 * not compile, nor does a decoder without an entry.
 */

/** Codecs that a server may use whatever was negotiated, 1.7 and 2.2.2. */
export const GFX_CODECS_OF_EVERY_VERSION = [
  'uncompressed',
  'planar',
  'alpha',
  'remotefx',
  'clearcodec',
  'progressive',
] as const;

/** Codecs that a client may allow or forbid by flags, 2.2.3. */
export const GFX_AVC_CODECS = ['avc420', 'avc444', 'avc444v2'] as const;

/** All codecs by their names here. */
export type AnyGfxCodec = (typeof GFX_CODECS_OF_EVERY_VERSION)[number] | (typeof GFX_AVC_CODECS)[number];

/** Codecs that every recorder decodes. */
export const GFX_CODECS = [
  'uncompressed',
  'planar',
  'alpha',
  'remotefx',
  'clearcodec',
  'progressive',
] as const satisfies readonly AnyGfxCodec[];
export type GfxCodec = (typeof GFX_CODECS)[number];

/** Codecs that a recorder decodes where it has H.264. Which of them it does on this machine, it says when it is asked. */
export const GFX_OPTIONAL_CODECS = ['avc420', 'avc444', 'avc444v2'] as const satisfies readonly AnyGfxCodec[];
export type GfxOptionalCodec = (typeof GFX_OPTIONAL_CODECS)[number];

type MissingCodec = Exclude<(typeof GFX_CODECS_OF_EVERY_VERSION)[number], GfxCodec>;

/** The switch of the pipeline. Its type is what it has to be: it cannot be on too early, nor stay off once all is there. */
export const GFX_PIPELINE_OFFERED: [MissingCodec] extends [never] ? true : false = true;

/** Versions whose commands the recorder follows. 10.1 has no flags, and so cannot do without AVC. */
export const GFX_VERSIONS = ['8.0', '8.1', '10.0', '10.1', '10.2', '10.3', '10.4', '10.5', '10.6', '10.7'] as const;
export type GfxVersionName = (typeof GFX_VERSIONS)[number];
