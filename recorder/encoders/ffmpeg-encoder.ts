/**
 * The encoder for machines without node-av: one ffmpeg process for each segment, raw I420 frames in, an H.264 byte
 * stream with access unit delimiters out. Times do not go through it: sample n is frame n. It knows no regions of
 * interest, so every frame is as good as the settled one has to be.
 */
import { parseAccessUnit, splitAccessUnits, toAnnexB, type ParameterSets } from '../video/annexb.js';
import { FfmpegRun, findFfmpeg, type FfmpegBinary } from './ffmpeg-process.js';
import { copyRows } from './copy-rows.js';
import { paddedSize, type I420Planes, type Rectangle } from './i420.js';
import {
  EncoderError,
  type EncodedSegment,
  type EncoderEngine,
  type FrameOptions,
  type VideoEncoder,
} from './video-encoder.js';

/** Settled text keeps 38 dB of luma and more, from its first frame on. */
const CRF = 26;
const PRESET = 'veryfast';
/** Only tells x264 how frames follow on average; it decides the H.264 level. */
const FRAMES_PER_SECOND = 10;

/** The engine; null when no ffmpeg runs here. */
export async function loadFfmpeg(): Promise<EncoderEngine | null> {
  const binary = await findFfmpeg();
  if (binary === null) return null;
  return {
    description: {
      name: 'ffmpeg',
      version: `FFmpeg ${binary.version}`,
      settings: `libx264 preset=${PRESET} crf=${CRF} tune=zerolatency`,
    },
    open: (width, height) => new FfmpegEncoder(binary, width, height),
    countPictures: (segment) => countPictures(binary, segment),
  };
}

class FfmpegEncoder implements VideoEncoder {
  readonly width: number;
  readonly height: number;
  readonly #binary: FfmpegBinary;
  readonly #frame: Uint8Array;
  readonly #planes: I420Planes;
  #run: FfmpegRun | null = null;
  #times: number[] = [];

  constructor(binary: FfmpegBinary, width: number, height: number) {
    if (paddedSize(width) !== width || paddedSize(height) !== height) throw new RangeError('odd size');
    this.#binary = binary;
    this.width = width;
    this.height = height;
    const lumaBytes = width * height;
    this.#frame = new Uint8Array((lumaBytes * 3) / 2);
    this.#frame.fill(16, 0, lumaBytes).fill(128, lumaBytes);
    this.#planes = {
      y: this.#frame.subarray(0, lumaBytes),
      u: this.#frame.subarray(lumaBytes, (lumaBytes * 5) / 4),
      v: this.#frame.subarray((lumaBytes * 5) / 4),
      yStride: width,
      uvStride: width / 2,
    };
  }

  paint(planes: I420Planes, areas: readonly Rectangle[]): void {
    copyRows(areas, planes, this.#planes, this.width);
  }

  async encode(options: FrameOptions): Promise<void> {
    this.#run ??= new FfmpegRun(this.#job());
    this.#times.push(options.ptsMs);
    await this.#run.write(this.#frame);
  }

  #job() {
    const colour = ['-color_range', 'tv', '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'];
    const input = ['-pixel_format', 'yuv420p', '-video_size', `${this.width}x${this.height}`];
    const rate = ['-framerate', `${FRAMES_PER_SECOND}`];
    const codec = ['-c:v', 'libx264', '-preset', PRESET, '-crf', `${CRF}`, '-tune', 'zerolatency'];
    const pictures = ['-bf', '0', '-g', '100000', '-aud', '1', '-threads', '1'];
    return {
      binary: this.#binary.path,
      inputFormat: 'rawvideo',
      inputOptions: [...input, ...rate],
      outputFormat: 'h264',
      // x264 would put keyframes where the scene changes; a segment has one, at its start.
      outputOptions: [...codec, ...pictures, '-sc_threshold', '0', ...colour],
    };
  }

  async finishSegment(): Promise<EncodedSegment> {
    const run = this.#run;
    const times = this.#times;
    this.#run = null;
    this.#times = [];
    if (run === null) throw new EncoderError('encoder-failed', 'the segment has no frames');
    const units = splitAccessUnits(await run.finish()).map(parseAccessUnit);
    if (units.length !== times.length) {
      throw new EncoderError('encoder-failed', `ffmpeg returned ${units.length} pictures for ${times.length} frames`);
    }
    if (units.some((unit, index) => unit.keyframe !== (index === 0))) {
      throw new EncoderError('encoder-failed', 'ffmpeg placed keyframes of its own');
    }
    const samples = units.map(({ data }, index) => ({ ptsMs: times[index] ?? 0, data }));
    return { parameterSets: parameterSetsOf(units[0]), samples };
  }

  async close(): Promise<void> {
    const run = this.#run;
    this.#run = null;
    this.#times = [];
    await run?.kill();
  }
}

function parameterSetsOf(unit: ReturnType<typeof parseAccessUnit> | undefined): ParameterSets {
  if (!unit?.sps || !unit.pps) throw new EncoderError('encoder-failed', 'ffmpeg gave no parameter sets');
  return { sps: unit.sps, pps: unit.pps };
}

async function countPictures(binary: FfmpegBinary, segment: EncodedSegment): Promise<number> {
  const run = new FfmpegRun({
    binary: binary.path,
    inputFormat: 'h264',
    inputOptions: ['-xerror', '-err_detect', 'explode'],
    outputFormat: 'framecrc',
    outputOptions: ['-map', '0:v', '-fps_mode', 'passthrough'],
  });
  try {
    for (const [index, sample] of segment.samples.entries()) {
      await run.write(toAnnexB(sample.data, index === 0 ? segment.parameterSets : null));
    }
    const lines = Buffer.from(await run.finish())
      .toString('latin1')
      .split('\n');
    return lines.filter((line) => line !== '' && !line.startsWith('#')).length;
  } catch (error) {
    if (error instanceof EncoderError) throw new EncoderError('decode-failed', error.message);
    throw error;
  }
}
