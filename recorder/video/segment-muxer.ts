/**
 * Segments as CMAF: an init section (ftyp, moov) once for each file, then one fragment (moof, mdat) for each segment. The
 * fragments of a file share one time line that starts at 0, in milliseconds. Media time plus the file's start is session
 * time. The same segment always gives the same bytes.
 */
import { EncodedPacket, EncodedVideoPacketSource, Mp4OutputFormat, NullTarget, Output } from 'mediabunny';
import type { EncodedSample, EncodedSegment } from '../encoders/video-encoder.js';
import { encodeAvcConfiguration, avcCodecString } from './avc-configuration.js';
import { findBox } from './boxes.js';

/** What a segment is in its file. */
export interface SegmentPlace {
  readonly width: number;
  readonly height: number;
  /** Session time at which the segment begins, that of its first sample, and ends. */
  readonly startMs: number;
  readonly endMs: number;
  /** Session time at which its file begins. */
  readonly fileStartMs: number;
  /** 1 for the file's first fragment. */
  readonly sequence: number;
}

/** The bytes of a segment, and of the init section that it goes with. */
export interface MuxedSegment {
  readonly init: Uint8Array;
  readonly fragment: Uint8Array;
  /** RFC 6381. */
  readonly codec: string;
}

/** Media time scale of all files. */
export const TICKS_PER_SECOND = 1000;
/** A box's version and flags. */
const FULL_BOX_BYTES = 4;

/** Muxes one segment. Sample n lasts until sample n + 1 begins, the last one until the segment ends. */
export async function muxSegment(segment: EncodedSegment, place: SegmentPlace): Promise<MuxedSegment> {
  const init: Uint8Array[] = [];
  const fragment: Uint8Array[] = [];
  const collect = (into: Uint8Array[]) => (data: Uint8Array) => void into.push(data.slice());
  const format = new Mp4OutputFormat({
    fastStart: 'fragmented',
    minimumFragmentDuration: Infinity,
    onFtyp: collect(init),
    onMoov: collect(init),
    onMoof: collect(fragment),
    onMdat: collect(fragment),
  });
  const output = new Output({ format, target: new NullTarget() });
  const source = new EncodedVideoPacketSource('avc');
  output.addVideoTrack(source, { frameRate: TICKS_PER_SECOND });
  await output.start();
  const codec = avcCodecString(segment.parameterSets.sps);
  const decoderConfig = {
    codec,
    codedWidth: place.width,
    codedHeight: place.height,
    description: encodeAvcConfiguration(segment.parameterSets),
    colorSpace: { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false },
  } as const;
  for (const packet of packets(segment.samples, place)) await source.add(packet, { decoderConfig });
  await output.finalize();
  if (fragment.length !== 2) throw new RangeError('a segment is one fragment');
  return { init: withoutDates(concat(init)), fragment: placed(concat(fragment), place), codec };
}

function* packets(samples: readonly EncodedSample[], { startMs, endMs }: SegmentPlace): Iterable<EncodedPacket> {
  for (const [index, { ptsMs, data }] of samples.entries()) {
    const nextMs = samples[index + 1]?.ptsMs ?? endMs;
    if (nextMs <= ptsMs || ptsMs < startMs) throw new RangeError('sample times do not increase');
    yield new EncodedPacket(data, index === 0 ? 'key' : 'delta', (ptsMs - startMs) / 1000, (nextMs - ptsMs) / 1000);
  }
}

function placed(fragment: Uint8Array, place: SegmentPlace): Uint8Array {
  const view = new DataView(fragment.buffer);
  const header = findBox(fragment, ['moof', 'mfhd']);
  const decodeTime = findBox(fragment, ['moof', 'traf', 'tfdt']);
  if (header === null || decodeTime === null) throw new RangeError('the fragment has no mfhd or tfdt');
  view.setUint32(header.content + FULL_BOX_BYTES, place.sequence);
  const at = decodeTime.content + FULL_BOX_BYTES;
  const mediaMs = place.startMs - place.fileStartMs;
  if (fragment[decodeTime.content] === 1) view.setBigUint64(at, BigInt(mediaMs));
  else view.setUint32(at, mediaMs);
  return fragment;
}

/** Creation and modification times would make two init sections of one stream differ. */
function withoutDates(init: Uint8Array): Uint8Array {
  const paths = [
    ['moov', 'mvhd'],
    ['moov', 'trak', 'tkhd'],
    ['moov', 'trak', 'mdia', 'mdhd'],
  ];
  for (const path of paths) {
    const box = findBox(init, path);
    if (box === null) continue;
    const dates = init[box.content] === 1 ? 16 : 8;
    init.fill(0, box.content + FULL_BOX_BYTES, box.content + FULL_BOX_BYTES + dates);
  }
  return init;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
