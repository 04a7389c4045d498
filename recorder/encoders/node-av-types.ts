/**
 * The part of node-av that is used, as types of our own: node-av is an optional dependency, and the project has to compile
 * where it cannot be installed.
 */

/** A plane or packet in native memory. Reading it after its owner was freed crashes the process. */
type NativeBytes = Uint8Array;

export interface NativeFrame {
  format: number;
  width: number;
  height: number;
  pts: bigint;
  pictType: number;
  readonly linesize: readonly number[];
  readonly data: readonly NativeBytes[] | null;
  alloc(): void;
  free(): void;
  unref(): void;
  getBuffer(align?: number): number;
  makeWritable(): number;
  newSideData(type: number, size: number): NativeBytes;
  removeSideData(type: number): void;
}

export interface NativePacket {
  pts: bigint;
  data: NativeBytes | null;
  alloc(): void;
  free(): void;
  unref(): void;
}

export interface NativeCodecContext {
  width: number;
  height: number;
  pixelFormat: number;
  timeBase: unknown;
  framerate: unknown;
  gopSize: number;
  maxBFrames: number;
  threadCount: number;
  colorRange: number;
  colorSpace: number;
  colorPrimaries: number;
  colorTrc: number;
  readonly extraData: NativeBytes | null;
  allocContext3(codec: unknown): void;
  freeContext(): void;
  setFlags(flags: number): void;
  setOption(name: string, value: string, type: number, searchFlags: number): number;
  open2Sync(codec: unknown, options: null): number;
  sendFrameSync(frame: NativeFrame | null): number;
  receivePacketSync(packet: NativePacket): number;
  sendPacketSync(packet: NativePacket | null): number;
  receiveFrameSync(frame: NativeFrame): number;
}

/** Module `node-av/lib`. */
export interface NodeAvLibrary {
  readonly CodecContext: new () => NativeCodecContext;
  readonly Frame: new () => NativeFrame;
  readonly Packet: new () => NativePacket;
  readonly Rational: new (numerator: number, denominator: number) => unknown;
  readonly Codec: { findEncoderByName(name: string): unknown; findDecoder(id: number): unknown };
  readonly Log: { setLevel(level: number): void };
  getFFmpegInfo(): { readonly version: string };
}

/** Module `node-av/constants`. */
export interface NodeAvConstants {
  readonly AV_PIX_FMT_YUV420P: number;
  readonly AV_PICTURE_TYPE_I: number;
  readonly AV_PICTURE_TYPE_NONE: number;
  readonly AV_CODEC_FLAG_GLOBAL_HEADER: number;
  readonly AV_CODEC_ID_H264: number;
  readonly AV_FRAME_DATA_REGIONS_OF_INTEREST: number;
  readonly AV_LOG_FATAL: number;
  readonly AV_OPT_TYPE_STRING: number;
  readonly AV_OPT_SEARCH_CHILDREN: number;
  readonly AVCOL_RANGE_MPEG: number;
  readonly AVCOL_SPC_BT709: number;
  readonly AVCOL_PRI_BT709: number;
  readonly AVCOL_TRC_BT709: number;
}

/** Both modules. */
export interface NodeAv {
  readonly lib: NodeAvLibrary;
  readonly constants: NodeAvConstants;
}
