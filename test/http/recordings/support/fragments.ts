/** CMAF fragments from encoded frames, with mediabunny: one init section, one moof + mdat a segment. */
import { EncodedPacket, EncodedVideoPacketSource, Mp4OutputFormat, NullTarget, Output } from 'mediabunny';
import type { EncodedFrames } from './numbered-frames.js';

export interface FragmentFrame {
  readonly data: Uint8Array;
  readonly startMs: number;
  readonly durationMs: number;
}

export interface VideoTrackShape {
  readonly width: number;
  readonly height: number;
  readonly sps: EncodedFrames['sps'];
  readonly pps: EncodedFrames['pps'];
}

export const codecOf = ({ sps }: VideoTrackShape): string =>
  `avc1.${Buffer.from(sps.subarray(1, 4)).toString('hex').toUpperCase()}`;

/** Muxes one segment; the first frame is a keyframe. */
export async function muxSegment(
  track: VideoTrackShape,
  frames: readonly FragmentFrame[],
  sequence: number,
): Promise<{ init: Uint8Array; fragment: Uint8Array }> {
  const boxes: { [name: string]: Uint8Array } = {};
  const keep =
    (name: string) =>
    (data: Uint8Array): void => {
      boxes[name] = data.slice();
    };
  const output = new Output({
    format: new Mp4OutputFormat({
      fastStart: 'fragmented',
      minimumFragmentDuration: 1e9,
      onFtyp: keep('ftyp'),
      onMoov: keep('moov'),
      onMoof: keep('moof'),
      onMdat: keep('mdat'),
    }),
    target: new NullTarget(),
  });
  const source = new EncodedVideoPacketSource('avc');
  output.addVideoTrack(source, { frameRate: 1000 });
  await output.start();
  const decoderConfig = {
    codec: codecOf(track),
    codedWidth: track.width,
    codedHeight: track.height,
    description: avcConfiguration(track),
  };
  for (const [index, frame] of frames.entries()) {
    const type = index === 0 ? 'key' : 'delta';
    const packet = new EncodedPacket(frame.data, type, frame.startMs / 1000, frame.durationMs / 1000);
    await source.add(packet, { decoderConfig });
  }
  await output.finalize();
  const { ftyp, moov, moof, mdat } = boxes;
  if (ftyp === undefined || moov === undefined || moof === undefined || mdat === undefined) throw new Error('no boxes');
  new DataView(moof.buffer, moof.byteOffset).setUint32(20, sequence);
  return { init: Buffer.concat([ftyp, moov]), fragment: Buffer.concat([moof, mdat]) };
}

/** AVCDecoderConfigurationRecord, ISO/IEC 14496-15, 5.3.3.1, of a baseline or main profile. */
function avcConfiguration({ sps, pps }: VideoTrackShape): Uint8Array {
  const head = [1, sps[1] ?? 0, sps[2] ?? 0, sps[3] ?? 0, 0xff, 0xe1, sps.length >> 8, sps.length & 0xff];
  return Uint8Array.from([...head, ...sps, 1, pps.length >> 8, pps.length & 0xff, ...pps]);
}
