/**
 * H.264 through node-av, in this process. One thread, so that every access unit gives its picture at once. Planes are
 * native memory that the next picture overwrites: they are handed to a function and are gone when it returns.
 */
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import type { NativeCodecContext, NativeFrame, NativePacket, NodeAv } from '../../encoders/node-av-types.js';
import { iterateNalUnits, NalType, nalType } from '../../video/annexb.js';

const STRUCTURE = 'h264';
/** What a picture may be larger than its surface: both sides are multiples of 16. */
const PADDING = 32;

/** A decoded picture: a plane of luma, and two of chroma with half the width and half the height. */
export interface Yuv420Picture {
  readonly width: number;
  readonly height: number;
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  readonly yStride: number;
  readonly uvStride: number;
}

/** The decoder of one stream of pictures. */
export interface H264Decoder {
  /**
   * Decodes one access unit and lets `read` see its picture, whose planes must not be kept.
   * @throws DecodeError when it does not decode to one picture: nothing does then before the next IDR picture.
   */
  decode<T>(accessUnit: Uint8Array, read: (picture: Yuv420Picture) => T): T;
  /** A part of the stream is lost: nothing decodes before the next IDR picture. */
  poison(): void;
  close(): void;
}

export interface H264Engine {
  /** A decoder of pictures for a surface of the given size; larger pictures are refused. */
  open(width: number, height: number): H264Decoder;
}

interface DecoderContext extends NativeCodecContext {
  flushBuffers(): void;
}

interface DecoderConstants {
  readonly AV_PIX_FMT_YUVJ420P: number;
}

/** The engine; null where node-av cannot be loaded or has no H.264 decoder. */
export async function loadH264(): Promise<H264Engine | null> {
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
  if (av.lib.Codec.findDecoder(av.constants.AV_CODEC_ID_H264) === null) return null;
  return { open: (width, height) => new NodeAvH264Decoder(av, width, height) };
}

class NodeAvH264Decoder implements H264Decoder {
  readonly #av: NodeAv;
  readonly #context: DecoderContext;
  readonly #packet: NativePacket;
  readonly #frame: NativeFrame;
  /** For what must not come: a second picture of an access unit. */
  readonly #surplus: NativeFrame;
  #poisoned = true;
  #closed = false;

  constructor(av: NodeAv, width: number, height: number) {
    this.#av = av;
    this.#context = openContext(av, (width + PADDING) * (height + PADDING));
    this.#packet = new av.lib.Packet();
    this.#packet.alloc();
    this.#frame = new av.lib.Frame();
    this.#frame.alloc();
    this.#surplus = new av.lib.Frame();
    this.#surplus.alloc();
  }

  decode<T>(accessUnit: Uint8Array, read: (picture: Yuv420Picture) => T): T {
    if (this.#closed) throw new RangeError('the H.264 decoder is closed');
    if (this.#poisoned) {
      if (!hasIdr(accessUnit)) throw new DecodeError('invalid', STRUCTURE, 0, 'no IDR picture since a loss');
      this.#context.flushBuffers();
    }
    this.#poisoned = true;
    // The packet owns a copy: `data` is taken over by native code.
    this.#packet.data = Buffer.from(accessUnit);
    const sent = this.#context.sendPacketSync(this.#packet);
    this.#packet.unref();
    if (sent < 0) throw new DecodeError('invalid', STRUCTURE, 0, 'access unit');
    if (this.#context.receiveFrameSync(this.#frame) < 0) throw new DecodeError('invalid', STRUCTURE, 0, 'no picture');
    try {
      if (this.#context.receiveFrameSync(this.#surplus) >= 0) {
        this.#surplus.unref();
        throw new DecodeError('invalid', STRUCTURE, 0, 'two pictures');
      }
      const picture = this.#picture();
      this.#poisoned = false;
      return read(picture);
    } finally {
      this.#frame.unref();
    }
  }

  #picture(): Yuv420Picture {
    const { width, height, format, data, linesize } = this.#frame;
    const { AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P } = this.#av.constants as NodeAv['constants'] & DecoderConstants;
    const [y, u, v] = data ?? [];
    const [yStride, uvStride, vStride] = linesize;
    if (format !== AV_PIX_FMT_YUV420P && format !== AV_PIX_FMT_YUVJ420P) {
      throw new DecodeError('unsupported', STRUCTURE, 0, 'chroma format');
    }
    if (!y || !u || !v || !yStride || !uvStride || vStride !== uvStride) {
      throw new DecodeError('invalid', STRUCTURE, 0, 'planes');
    }
    return { width, height, y, u, v, yStride, uvStride };
  }

  poison(): void {
    this.#poisoned = true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#frame.free();
    this.#surplus.free();
    this.#packet.free();
    this.#context.freeContext();
  }
}

function openContext(av: NodeAv, maxPixels: number): DecoderContext {
  const { lib, constants } = av;
  const codec = lib.Codec.findDecoder(constants.AV_CODEC_ID_H264);
  const context = new lib.CodecContext() as DecoderContext;
  context.allocContext3(codec);
  context.threadCount = 1;
  const options = {
    // What does not decode is a gap, not a picture made up by error concealment.
    err_detect: 'explode',
    flags: '+low_delay',
    max_pixels: String(maxPixels),
  };
  for (const [name, value] of Object.entries(options)) {
    context.setOption(name, value, constants.AV_OPT_TYPE_STRING, constants.AV_OPT_SEARCH_CHILDREN);
  }
  if (context.open2Sync(codec, null) < 0) throw new Error('node-av could not open the H.264 decoder');
  return context;
}

function hasIdr(accessUnit: Uint8Array): boolean {
  for (const unit of iterateNalUnits(accessUnit)) if (nalType(unit) === NalType.idr) return true;
  return false;
}
