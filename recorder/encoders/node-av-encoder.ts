/**
 * The encoder of choice: libx264 through node-av, in this process. Its planes are native memory that rows are copied into, and a refinement spends bits where the picture settled. Options are set one by one with `setOption`: `open2`
 * frees the entries of a dictionary that node-av frees again.
 */
import { copyRows } from './copy-rows.js';
import { paddedSize, PLANE_ALIGNMENT, type I420Planes, type Rectangle } from './i420.js';
import { parseAccessUnit, toAnnexB, type ParameterSets } from '../video/annexb.js';
import type { NativeCodecContext, NativeFrame, NativePacket, NodeAv } from './node-av-types.js';
import {
  EncoderError,
  type EncodedSample,
  type EncodedSegment,
  type EncoderEngine,
  type FrameOptions,
  type VideoEncoder,
} from './video-encoder.js';

/** Coarse while moving: settled areas get `REFINE_QP` fewer quantiser steps. */
const OPTIONS = {
  preset: 'veryfast',
  crf: '34',
  tune: 'zerolatency',
  'forced-idr': '1',
  'aq-mode': '1',
  // Nothing fades on a desktop: looking for it takes a tenth of the time.
  weightp: '0',
  // No keyframes where the scene changes: a segment has one, at its start.
  sc_threshold: '0',
} as const;
const REFINE_QP = 14;
/** AVRegionOfInterest: size, top, bottom, left, right, and the quantiser offset as a rational, 32 bits each. */
const REGION_BYTES = 28;
const MAX_REGIONS = 64;
/** Keyframes come when asked for, never on the encoder's own account. */
const GOP_FRAMES = 100_000;
/** The highest rate of frames; it decides the H.264 level. */
const FRAMES_PER_SECOND = 10;

/** The engine; null when node-av cannot be loaded here. */
export async function loadNodeAv(): Promise<EncoderEngine | null> {
  // Names in variables: node-av is optional, and the compiler is not to look for it.
  const modules = ['node-av/lib', 'node-av/constants'] as const;
  let av: NodeAv;
  try {
    const [lib, constants] = await Promise.all(modules.map((name: string) => import(name) as Promise<unknown>));
    av = { lib: lib as NodeAv['lib'], constants: constants as NodeAv['constants'] };
  } catch {
    return null;
  }
  av.lib.Log.setLevel(av.constants.AV_LOG_FATAL);
  if (av.lib.Codec.findEncoderByName('libx264') === null) return null;
  const settings = `libx264 preset=${OPTIONS.preset} crf=${OPTIONS.crf} tune=${OPTIONS.tune} refine=-${REFINE_QP}`;
  return {
    description: { name: 'node-av', version: `FFmpeg ${av.lib.getFFmpegInfo().version}`, settings },
    open: (width, height) => new NodeAvEncoder(av, width, height),
    countPictures: (segment) => Promise.resolve().then(() => countPictures(av, segment)),
  };
}

class NodeAvEncoder implements VideoEncoder {
  readonly width: number;
  readonly height: number;
  readonly #av: NodeAv;
  readonly #context: NativeCodecContext;
  readonly #frame: NativeFrame;
  readonly #packet: NativePacket;
  readonly #parameterSets: ParameterSets;
  #samples: EncodedSample[] = [];
  #closed = false;

  constructor(av: NodeAv, width: number, height: number) {
    if (paddedSize(width) !== width || paddedSize(height) !== height) throw new RangeError('odd size');
    this.#av = av;
    this.width = width;
    this.height = height;
    this.#context = openContext(av, width, height);
    this.#frame = allocateFrame(av, width, height);
    this.#packet = new av.lib.Packet();
    this.#packet.alloc();
    const { sps, pps } = parseAccessUnit(this.#context.extraData ?? new Uint8Array(0));
    if (sps === null || pps === null) throw new EncoderError('encoder-failed', 'libx264 gave no parameter sets');
    this.#parameterSets = { sps, pps };
  }

  paint(planes: I420Planes, areas: readonly Rectangle[]): void {
    this.#assertOpen();
    check(this.#frame.makeWritable(), 'make the frame writable');
    const [y, u, v] = this.#frame.data ?? [];
    const [yStride, uvStride] = this.#frame.linesize;
    if (!y || !u || !v || !yStride || !uvStride) throw new EncoderError('encoder-failed', 'the frame has no planes');
    copyRows(areas, planes, { y, u, v, yStride, uvStride }, this.width);
  }

  encode(options: FrameOptions): Promise<void> {
    return Promise.resolve().then(() => this.#encode(options));
  }

  #encode(options: FrameOptions): void {
    this.#assertOpen();
    const { constants } = this.#av;
    const frame = this.#frame;
    const keyframe = this.#samples.length === 0;
    frame.pts = BigInt(options.ptsMs);
    frame.pictType = keyframe ? constants.AV_PICTURE_TYPE_I : constants.AV_PICTURE_TYPE_NONE;
    if (options.refine.length > 0) this.#attachRegions(options.refine);
    const sent = this.#context.sendFrameSync(frame);
    if (options.refine.length > 0) frame.removeSideData(constants.AV_FRAME_DATA_REGIONS_OF_INTEREST);
    check(sent, 'encode a frame');
    check(this.#context.receivePacketSync(this.#packet), 'receive a packet');
    const unit = parseAccessUnit(this.#packet.data ?? new Uint8Array(0));
    this.#packet.unref();
    if (unit.keyframe !== keyframe || unit.data.length === 0) {
      throw new EncoderError('encoder-failed', 'libx264 returned another kind of picture than was asked for');
    }
    this.#samples.push({ ptsMs: options.ptsMs, data: unit.data });
  }

  #attachRegions(areas: readonly Rectangle[]): void {
    const regions = areas.length > MAX_REGIONS ? [boundingBox(areas)] : areas;
    const type = this.#av.constants.AV_FRAME_DATA_REGIONS_OF_INTEREST;
    const bytes = this.#frame.newSideData(type, REGION_BYTES * regions.length);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (const [index, { x, y, width, height }] of regions.entries()) {
      const fields = [y, y + height, x, x + width, -REFINE_QP, 51];
      view.setUint32(index * REGION_BYTES, REGION_BYTES, true);
      for (const [field, value] of fields.entries()) view.setInt32(index * REGION_BYTES + 4 + field * 4, value, true);
    }
  }

  finishSegment(): Promise<EncodedSegment> {
    const samples = this.#samples;
    this.#samples = [];
    return Promise.resolve({ parameterSets: this.#parameterSets, samples });
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#packet.free();
      this.#frame.free();
      this.#context.freeContext();
    }
    return Promise.resolve();
  }

  #assertOpen(): void {
    if (this.#closed) throw new EncoderError('encoder-failed', 'the encoder is closed');
  }
}

function openContext(av: NodeAv, width: number, height: number): NativeCodecContext {
  const { lib, constants } = av;
  const codec = lib.Codec.findEncoderByName('libx264');
  const context = new lib.CodecContext();
  context.allocContext3(codec);
  context.width = width;
  context.height = height;
  context.pixelFormat = constants.AV_PIX_FMT_YUV420P;
  context.timeBase = new lib.Rational(1, 1000);
  context.framerate = new lib.Rational(FRAMES_PER_SECOND, 1);
  context.gopSize = GOP_FRAMES;
  context.maxBFrames = 0;
  context.threadCount = 1;
  context.colorRange = constants.AVCOL_RANGE_MPEG;
  context.colorSpace = constants.AVCOL_SPC_BT709;
  context.colorPrimaries = constants.AVCOL_PRI_BT709;
  context.colorTrc = constants.AVCOL_TRC_BT709;
  context.setFlags(constants.AV_CODEC_FLAG_GLOBAL_HEADER);
  for (const [name, value] of Object.entries(OPTIONS)) {
    check(context.setOption(name, value, constants.AV_OPT_TYPE_STRING, constants.AV_OPT_SEARCH_CHILDREN), name);
  }
  check(context.open2Sync(codec, null), 'open libx264');
  return context;
}

function allocateFrame(av: NodeAv, width: number, height: number): NativeFrame {
  const frame = new av.lib.Frame();
  frame.alloc();
  frame.format = av.constants.AV_PIX_FMT_YUV420P;
  frame.width = width;
  frame.height = height;
  check(frame.getBuffer(PLANE_ALIGNMENT), 'allocate a frame');
  const [y, u, v] = frame.data ?? [];
  y?.fill(16);
  u?.fill(128);
  v?.fill(128);
  return frame;
}

function boundingBox(areas: readonly Rectangle[]): Rectangle {
  const x = Math.min(...areas.map((area) => area.x));
  const y = Math.min(...areas.map((area) => area.y));
  const right = Math.max(...areas.map((area) => area.x + area.width));
  const bottom = Math.max(...areas.map((area) => area.y + area.height));
  return { x, y, width: right - x, height: bottom - y };
}

function check(result: number, what: string): void {
  if (result < 0) throw new EncoderError('encoder-failed', `node-av could not ${what} (error ${result})`);
}

/** Decodes with one thread: every access unit gives its picture at once. */
function countPictures(av: NodeAv, segment: EncodedSegment): number {
  const { lib, constants } = av;
  const context = new lib.CodecContext();
  const packet = new lib.Packet();
  const frame = new lib.Frame();
  try {
    const codec = lib.Codec.findDecoder(constants.AV_CODEC_ID_H264);
    context.allocContext3(codec);
    context.threadCount = 1;
    // Smoothed or not, a picture is one: the filter can only succeed.
    check(context.setOption('skip_loop_filter', 'all', constants.AV_OPT_TYPE_STRING, 0), 'skip_loop_filter');
    check(context.open2Sync(codec, null), 'open the H.264 decoder');
    packet.alloc();
    frame.alloc();
    let pictures = 0;
    for (const [index, sample] of segment.samples.entries()) {
      packet.data = Buffer.from(toAnnexB(sample.data, index === 0 ? segment.parameterSets : null));
      if (context.sendPacketSync(packet) < 0)
        throw new EncoderError('decode-failed', `sample ${index} does not decode`);
      packet.unref();
      pictures += receiveAll(context, frame);
    }
    context.sendPacketSync(null);
    return pictures + receiveAll(context, frame);
  } finally {
    frame.free();
    packet.free();
    context.freeContext();
  }
}

function receiveAll(context: NativeCodecContext, frame: NativeFrame): number {
  let pictures = 0;
  while (context.receiveFrameSync(frame) >= 0) {
    frame.unref();
    pictures += 1;
  }
  return pictures;
}
