import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { requirePeers } from '../setup/requirements.js';
import { lumaPsnr } from './luma-psnr.js';
import { decodeMp4Frame, decodePpm, mp4FrameTimesMs } from './mp4-frame.js';
import { createRaster, pixelAt, type Raster } from './raster.js';

const WIDTH = 64;
const HEIGHT = 48;

/** Frame n has a white bar at x = 8n: which frame was decoded can be told from its pixels. */
const frame = (n: number) =>
  createRaster(WIDTH, HEIGHT, (x) => (x >= 8 * n && x < 8 * n + 8 ? [255, 255, 255] : [0, 0, 0]));

/** Frames at 2000, 2100, 2200, 2300 and 5000 ms, as fragmented mp4 with the times in the file. */
function makeVideo(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'witness-mp4-test-'));
  try {
    const file = join(folder, 'video.mp4');
    const times = "setpts='if(eq(N,4),5000,2000+100*N)'";
    const args =
      `-v error -f rawvideo -pix_fmt bgr0 -s ${WIDTH}x${HEIGHT} -r 1000 -i - -vf ${times} -fps_mode passthrough
      -enc_time_base 1:1000 -c:v libx264 -qp 4 -preset ultrafast -pix_fmt yuv420p -bf 0 -g 2
      -video_track_timescale 1000 -movflags frag_keyframe+empty_moov+default_base_moof+frag_discont -avoid_negative_ts disabled
      -y ${file}`.split(/\s+/);
    execFileSync(
      'ffmpeg',
      args.map((arg) => arg.replaceAll("'", '').replaceAll(',', '\\,')),
      {
        input: Buffer.concat([0, 1, 2, 3, 4].map((n) => frame(n).data)),
      },
    );
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.runIf(requirePeers('ffmpeg'))('a frame of an mp4', () => {
  let mp4: Uint8Array;
  beforeAll(() => {
    mp4 = makeVideo();
  });

  const expectFrame = (shown: Raster, n: number) => {
    expect(lumaPsnr(shown, frame(n))).toBeGreaterThan(40);
    for (const other of [0, 1, 2, 3, 4].filter((m) => m !== n)) {
      expect(lumaPsnr(shown, frame(other))).toBeLessThan(15);
    }
  };

  it('has the media time that the file gives it', async () => {
    expect(await mp4FrameTimesMs(mp4)).toEqual([2000, 2100, 2200, 2300, 5000]);
  });

  it.each([
    [2000, 0],
    [2099, 0],
    [2100, 1],
    [2250, 2],
    [4999, 3],
    [5000, 4],
    [60_000, 4],
  ])('at %i ms is frame %i, as a player shows it', async (timeMs, n) => {
    expectFrame(await decodeMp4Frame(mp4, timeMs), n);
  });

  it('does not exist before the first one', async () => {
    await expect(decodeMp4Frame(mp4, 1999)).rejects.toThrow('no frame at 1999 ms');
  });

  it('is an error where the file is no video', async () => {
    await expect(decodeMp4Frame(Buffer.from('not a video'), 0)).rejects.toThrow('Invalid data');
  });
});

describe('a PPM picture', () => {
  it('is read as rows of RGB', () => {
    const raster = decodePpm(Buffer.from('P6\n2 1\n255\n\x01\x02\x03\x04\x05\x06', 'latin1'));
    expect([pixelAt(raster, 0, 0), pixelAt(raster, 1, 0)]).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it('is refused when cut off or of another kind', () => {
    expect(() => decodePpm(Buffer.from('P6\n2 1\n255\n\x01\x02\x03'))).toThrow('cut off');
    expect(() => decodePpm(Buffer.from('P5\n2 1\n255\n\x01\x02'))).toThrow('no PPM');
  });
});
