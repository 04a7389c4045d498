/**
 * The picture a player shows at a time of an mp4 file, decoded by the `ffmpeg` binary: a decoder that is not the
 * project's own, so that a test of a recording compares two independent readings.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Raster } from './raster.js';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** Decodes the last frame whose presentation time is not after `timeMs` (media time). Throws where there is none. */
export async function decodeMp4Frame(mp4: Uint8Array, timeMs: number): Promise<Raster> {
  return withFile(mp4, async (file) => {
    const shown = (await presentationTimes(file)).filter(({ ms }) => ms <= timeMs).at(-1);
    if (shown === undefined) throw new RangeError(`the video has no frame at ${timeMs} ms`);
    const { stdout } = await run(
      'ffmpeg',
      // -copyts keeps the file's own times; showing every frame at its own time needs no frame rate.
      ['-v', 'error', '-copyts', '-i', file, '-map', '0:v:0', '-vf', `select=gte(pts\\,${shown.pts}),${TO_RGB}`].concat(
        ['-fps_mode', 'passthrough', '-frames:v', '1', '-f', 'image2pipe', '-c:v', 'ppm', '-'],
      ),
      { encoding: 'buffer', maxBuffer: MAX_OUTPUT_BYTES },
    );
    return decodePpm(stdout);
  });
}

/** The presentation times of all frames of the first video track, in ms, ascending. */
export async function mp4FrameTimesMs(mp4: Uint8Array): Promise<number[]> {
  return withFile(mp4, async (file) => (await presentationTimes(file)).map(({ ms }) => ms));
}

// Full chroma interpolation and exact rounding: what is measured is the recording's loss, not the test's own.
const TO_RGB = 'scale=flags=accurate_rnd+full_chroma_int+full_chroma_inp+bicubic,format=rgb24';

async function presentationTimes(file: string): Promise<{ pts: number; ms: number }[]> {
  const { stdout } = await run(
    'ffprobe',
    ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=pts,pts_time', '-of', 'csv=p=0', file],
    { maxBuffer: MAX_OUTPUT_BYTES },
  );
  return stdout
    .split('\n')
    .map((line) => line.split(','))
    .map(([pts, seconds]) => ({ pts: Number(pts), ms: Number(seconds) * 1000 }))
    .filter(({ pts, ms }) => Number.isFinite(pts) && Number.isFinite(ms))
    .sort((a, b) => a.pts - b.pts);
}

/** A binary PPM (P6) with 8 bits a channel. */
export function decodePpm(bytes: Uint8Array): Raster {
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(Buffer.from(bytes.subarray(0, 64)).toString('latin1'));
  if (header === null) throw new RangeError('ffmpeg wrote no PPM picture');
  const [width, height] = [Number(header[1]), Number(header[2])];
  const pixels = bytes.subarray(header[0].length);
  if (pixels.length < width * height * 3) throw new RangeError('the picture is cut off');
  const data = new Uint8Array(width * height * 4);
  for (let from = 0, to = 0; to < data.length; from += 3, to += 4) {
    data[to] = pixels[from + 2] ?? 0;
    data[to + 1] = pixels[from + 1] ?? 0;
    data[to + 2] = pixels[from] ?? 0;
  }
  return { width, height, data };
}

async function withFile<T>(bytes: Uint8Array, use: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'witness-mp4-'));
  try {
    const file = join(folder, 'video.mp4');
    await writeFile(file, bytes);
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
