/** H.264 in the graphics pipeline: streams of surfaces, their losses and their limits. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { H264Decoder, H264Engine } from '../../../recorder/decoders/avc/h264-decoder.js';
import { createAvcDecoder } from '../../../recorder/gfx/avc-codec.js';
import { loadGfxDecoders, optionalCodecs } from '../../../recorder/gfx/load-decoders.js';
import type { GfxDecoder } from '../../../recorder/gfx/gfx-decoder.js';
import type { GfxDecoders } from '../../../recorder/gfx/surface-bitmaps.js';
import { GFX_OPTIONAL_CODECS } from '../../../src/contract/gfx-table.js';
import type { GfxPdu } from '../../../src/rdp/gfx/gfx-pdu.js';
import { GfxCodecId } from '../../../src/rdp/gfx/gfx-types.js';
import { MAX_AVC_SURFACES } from '../../../src/rdp/wire/limits.js';
import { avc420, avcFixture, bitstream, splitPayloads } from '../decoders/avc/support.js';
import { bitmap, BLACK, END, map, message, pixel, apply, rect, say, START, started, surface } from './support.js';

const [WIDTH, HEIGHT] = [150, 100];
const HALF = [[0, 0, 20, 100]] as const;

let decoders: GfxDecoders;
let pictures: Uint8Array[];
beforeAll(async () => {
  decoders = await loadGfxDecoders('auto');
  pictures = splitPayloads(avcFixture('libfreerdp/avc420.bin'));
});

/** A command of H.264; where it draws, it says itself. */
function avc(data: Uint8Array | undefined, surfaceId = 2): GfxPdu {
  return bitmap(surfaceId, rect(0, 0, 0, 0), data ?? new Uint8Array(0), GfxCodecId.avc420);
}

function begun() {
  const picture = started(decoders);
  say(picture, surface(2, WIDTH, HEIGHT), map(2));
  return picture;
}

describe('H.264 of a recorder', () => {
  it('is there with node-av, and is done without where it was said so', async () => {
    expect(optionalCodecs(decoders)).toEqual(GFX_OPTIONAL_CODECS);
    expect(optionalCodecs(await loadGfxDecoders('ffmpeg'))).toEqual([]);
  });

  it('draws on its surface, and after a loss nothing before the next picture that needs no other', () => {
    const picture = begun();
    expect(say(picture, START, avc(pictures[0]), avc(pictures[1]), END).drops).toEqual([]);
    expect(pixel(picture, 60, 40)).not.toBe(BLACK);
    const third = bitstream(pictures[2] ?? new Uint8Array(0));
    const broken = third.slice(0, third.length >> 1).fill(0x5a, 8);
    const lost = say(picture, START, avc(avc420(HALF, broken)), END).drops;
    expect(lost).toMatchObject([{ codec: 'avc420', context: 'h264', area: { x: 0, y: 0, width: 20, height: 80 } }]);
    // All of it is missing, and it is hatched where it would have been.
    const records = message(START, avc(avc420(HALF, third)), END);
    expect(apply(picture, records).drops).toMatchObject([
      { codec: 'avc420', reason: 'invalid: h264', context: 'h264' },
    ]);
    expect(say(picture, START, avc(pictures[0]), END).drops).toEqual([]);
  });

  it('is broken for a surface until its stream begins again, or the surface is gone', () => {
    const picture = begun();
    say(picture, START, avc(pictures[0]), END);
    expect(say(picture, surface(3, WIDTH, HEIGHT), avc(Uint8Array.of(1, 2, 3), 3)).drops).toMatchObject([
      { codec: 'avc420', reason: 'truncated: avc420', context: 'h264' },
    ]);
    expect(say(picture, START, avc(pictures[1]), END).drops).toEqual([]);
    expect(say(picture, { kind: 'deleteSurface', surfaceId: 3 }, avc(pictures[0])).drops).toEqual([]);
  });

  it('has so many streams and no more, and gives back those of surfaces that are gone', () => {
    let open = 0;
    const decoder: H264Decoder = {
      decode: () => {
        throw new Error('not asked for');
      },
      poison: () => {},
      close: () => {
        open -= 1;
      },
    };
    const engine: H264Engine = {
      open: () => {
        open += 1;
        return decoder;
      },
    };
    const codecs = createAvcDecoder(engine);
    const use = (surfaceId: number): string => tried(codecs, surfaceId);
    for (let id = 0; id < MAX_AVC_SURFACES; id += 1) expect(use(id)).toBe('truncated');
    expect([use(100), open]).toEqual(['limit', MAX_AVC_SURFACES]);
    codecs.deleteSurface?.(7);
    expect([use(100), open]).toEqual(['truncated', MAX_AVC_SURFACES]);
    codecs.close?.();
    expect(open).toBe(0);
    expect(codecs.poisoned).toBe(false);
  });
});

/** Why a message that is no message is refused. */
function tried(codecs: GfxDecoder, surfaceId: number): string {
  const area = { x: 0, y: 0, width: 16, height: 16 };
  const about = { codec: 'avc420', codecContextId: null, frameId: 1, pixelFormat: 0x20, area };
  try {
    codecs.decode(
      { ...about, data: new Uint8Array(1), surfaceId },
      { words: new Uint32Array(256), width: 16, height: 16 },
    );
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'drawn';
}
