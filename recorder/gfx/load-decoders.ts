/** The decoders of the graphics pipeline that run in this process. */
import { GFX_OPTIONAL_CODECS, type GfxOptionalCodec } from '../../src/contract/gfx-table.js';
import type { EncoderChoice } from '../../src/contract/recorder-protocol.js';
import { loadH264 } from '../decoders/avc/h264-decoder.js';
import { avcDecoders, GFX_DECODERS } from './registry.js';
import type { GfxDecoders } from './surface-bitmaps.js';

/** Those of every recorder; and of H.264 where node-av runs, unless it was said to do without. */
export async function loadGfxDecoders(choice: EncoderChoice): Promise<GfxDecoders> {
  const engine = choice === 'ffmpeg' ? null : await loadH264();
  return engine === null ? GFX_DECODERS : { ...GFX_DECODERS, ...avcDecoders(engine) };
}

/** What of the table's second list these decode. */
export function optionalCodecs(decoders: GfxDecoders): readonly GfxOptionalCodec[] {
  return GFX_OPTIONAL_CODECS.filter((codec) => Object.hasOwn(decoders, codec));
}
