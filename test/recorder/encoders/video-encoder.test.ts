/** One suite for every encoder. */
import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { chooseEncoder } from '../../../recorder/encoders/choose-encoder.js';
import { FfmpegRun, findFfmpeg } from '../../../recorder/encoders/ffmpeg-process.js';
import { EncoderError, type EncoderEngine, type VideoEncoder } from '../../../recorder/encoders/video-encoder.js';
import { createDesktopMemory } from '../../../recorder/encoders/i420-wasm.js';
import { toAnnexB } from '../../../recorder/video/annexb.js';
import { lumaPsnr } from '../media-checks.js';
import { textScene } from './text-scene.js';

const WIDTH = 640;
const HEIGHT = 360;
const WHOLE = { x: 0, y: 0, width: WIDTH, height: HEIGHT };
const desktop = createDesktopMemory().begin(WIDTH, HEIGHT);

function paintScene(encoder: VideoEncoder, scroll: number, area = WHOLE): void {
  desktop.pixels.set(textScene(WIDTH, HEIGHT, scroll));
  desktop.convert(area);
  encoder.paint(desktop.planes, [area]);
}

/** Of what was painted. */
function luma(): Uint8Array {
  const { y, yStride } = desktop.planes;
  const copy = new Uint8Array(WIDTH * HEIGHT);
  for (let row = 0; row < HEIGHT; row++) copy.set(y.subarray(row * yStride, row * yStride + WIDTH), row * WIDTH);
  return copy;
}

const engines: [string, EncoderEngine][] = [
  ['node-av', await chooseEncoder('node-av')],
  ['ffmpeg', await chooseEncoder('ffmpeg')],
];

describe.each(engines)('%s', (name, engine) => {
  let encoder: VideoEncoder | null = null;
  const open = (width = WIDTH, height = HEIGHT) => (encoder = engine.open(width, height));
  afterEach(() => encoder?.close());

  it('says who it is', () => {
    expect(engine.description.name).toBe(name);
    expect(engine.description.version).toMatch(/^FFmpeg \S+/);
    expect(engine.description.settings).toContain('libx264');
  });

  it('gives one sample for each frame, in order, with the times it was given, in every segment', async () => {
    const encoder = open();
    for (let part = 0; part < 3; part++) {
      const times = [0, 40, 1040, 1041, 2000].map((timeMs) => part * 10_000 + timeMs);
      for (const [index, ptsMs] of times.entries()) {
        paintScene(encoder, index);
        await encoder.encode({ ptsMs, refine: [] });
      }
      const segment = await encoder.finishSegment();
      expect(segment.samples.map((sample) => sample.ptsMs)).toEqual(times);
      expect(await engine.countPictures(segment)).toBe(times.length);
    }
  });

  it('begins every segment with an IDR picture, has no other, and keeps its parameter sets', async () => {
    const encoder = open();
    const sets: string[] = [];
    for (let part = 0; part < 2; part++) {
      // A new scene with every frame would tempt an encoder into keyframes of its own.
      for (let index = 0; index < 12; index++) {
        paintScene(encoder, index * 1000);
        await encoder.encode({ ptsMs: part * 5000 + index * 100, refine: [] });
      }
      const { samples, parameterSets } = await encoder.finishSegment();
      expect(samples.map(({ data }) => (data[4] ?? 0) & 0x1f)).toEqual([5, ...Array<number>(11).fill(1)]);
      sets.push(Buffer.from(parameterSets.sps).toString('hex') + Buffer.from(parameterSets.pps).toString('hex'));
    }
    expect(sets[0]).toBe(sets[1]);
  });

  it('signals BT.709 in limited range', async () => {
    const encoder = open();
    await encoder.encode({ ptsMs: 0, refine: [] });
    const { samples, parameterSets } = await encoder.finishSegment();
    const stream = toAnnexB(samples[0]?.data ?? new Uint8Array(0), parameterSets);
    const args = ['-v', 'error', '-f', 'h264', '-i', '-', '-show_streams', '-of', 'json'];
    const probe = JSON.parse(execFileSync('ffprobe', args, { input: stream }).toString()) as {
      streams: Record<string, unknown>[];
    };
    expect(probe.streams[0]).toMatchObject({ color_range: 'tv', color_space: 'bt709', has_b_frames: 0 });
    expect(probe.streams[0]).toMatchObject({ color_primaries: 'bt709', color_transfer: 'bt709', pix_fmt: 'yuv420p' });
  });

  it('shows settled text with 38 dB of luma and more, also where only a rectangle was painted', async () => {
    const encoder = open();
    for (let index = 0; index < 8; index++) {
      paintScene(encoder, index);
      await encoder.encode({ ptsMs: index * 100, refine: [] });
    }
    const corner = { x: 16, y: 32, width: 200, height: 90 };
    paintScene(encoder, 500, corner);
    await encoder.encode({ ptsMs: 900, refine: [] });
    await encoder.encode({ ptsMs: 1200, refine: [WHOLE] });
    await encoder.encode({ ptsMs: 2200, refine: [] });
    const segment = await encoder.finishSegment();
    const settled = lumaPsnr(segment, WIDTH, HEIGHT, luma());
    expect(settled.at(-2)).toBeGreaterThanOrEqual(38);
    expect(settled.at(-1)).toBeGreaterThanOrEqual(38);
  });

  it('counts what decodes: a damaged sample is an error or a missing picture', async () => {
    const encoder = open();
    for (let index = 0; index < 4; index++) {
      paintScene(encoder, index);
      await encoder.encode({ ptsMs: index * 100, refine: [] });
    }
    const segment = await encoder.finishSegment();
    const damaged = segment.samples.map((sample, index) => ({
      ...sample,
      data: index === 0 ? sample.data.slice().fill(0xff, 4) : sample.data,
    }));
    const count = await engine.countPictures({ ...segment, samples: damaged }).catch((error: unknown) => error);
    expect(count).not.toBe(4);
  });

  it('encodes sizes from the smallest on', async () => {
    const encoder = open(2, 2);
    await encoder.encode({ ptsMs: 0, refine: [{ x: 0, y: 0, width: 2, height: 2 }] });
    const segment = await encoder.finishSegment();
    expect(await engine.countPictures(segment)).toBe(1);
  });

  it('refuses odd sizes, and closes twice without harm', async () => {
    expect(() => engine.open(3, 2)).toThrow(RangeError);
    const encoder = open();
    await encoder.encode({ ptsMs: 0, refine: [] });
    await encoder.close();
    await encoder.close();
  });
});

describe('an ffmpeg process', () => {
  const job = { inputFormat: 'rawvideo', inputOptions: [], outputFormat: 'h264', outputOptions: [] };

  it('that fails is an error, however much is still to be written', async () => {
    const run = new FfmpegRun({ ...job, binary: '/usr/bin/ffmpeg', inputOptions: ['-video_size', '0x0'] });
    const writing = async () => {
      for (let count = 0; count < 100; count++) await run.write(new Uint8Array(1 << 20));
      return run.finish();
    };
    await expect(writing()).rejects.toThrow(EncoderError);
  });

  it('that is killed comes to an end', async () => {
    const run = new FfmpegRun({ ...job, binary: '/usr/bin/ffmpeg', inputOptions: ['-video_size', '64x64'] });
    await run.write(new Uint8Array(100));
    await run.kill();
    await expect(run.finish()).rejects.toThrow(EncoderError);
  });
});

describe('choosing an encoder', () => {
  const none = { nodeAv: () => Promise.resolve(null), ffmpeg: () => Promise.resolve(null) };

  it('prefers node-av and falls back to ffmpeg', async () => {
    expect((await chooseEncoder('auto')).description.name).toBe('node-av');
    const ffmpeg = () => chooseEncoder('ffmpeg');
    expect((await chooseEncoder('auto', { ...none, ffmpeg })).description.name).toBe('ffmpeg');
  });

  it('says what to install when none is there', async () => {
    await expect(chooseEncoder('auto', none)).rejects.toThrow(/npm install node-av.*or install ffmpeg/);
    await expect(chooseEncoder('node-av', none)).rejects.toThrow(/npm install node-av/);
    await expect(chooseEncoder('ffmpeg', none)).rejects.toThrow(/FFMPEG_BIN/);
  });

  it('FFMPEG_BIN is the only candidate when it is set', async () => {
    expect(await findFfmpeg({ ...process.env, FFMPEG_BIN: '/nowhere/ffmpeg' })).toBeNull();
    expect((await findFfmpeg({ ...process.env, FFMPEG_BIN: '/usr/bin/ffmpeg' }))?.path).toBe('/usr/bin/ffmpeg');
  });
});
