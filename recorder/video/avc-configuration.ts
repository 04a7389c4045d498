/** AVCDecoderConfigurationRecord ("avcC"), ISO/IEC 14496-15 5.3.3.1, and the codec string of RFC 6381. */
import type { ParameterSets } from './annexb.js';

/** profile_idc values that carry chroma format and bit depths in the record. */
const HIGH_PROFILES: ReadonlySet<number> = new Set([100, 110, 122, 144]);

/** The record for streams of one SPS and one PPS with lengths of 4 bytes, 4:2:0, 8 bits. */
export function encodeAvcConfiguration({ sps, pps }: ParameterSets): Uint8Array {
  const profile = sps[1] ?? 0;
  const tail = HIGH_PROFILES.has(profile) ? [0xfc | 1, 0xf8, 0xf8, 0] : [];
  return Uint8Array.from([
    1, // configurationVersion
    profile,
    sps[2] ?? 0, // profile_compatibility
    sps[3] ?? 0, // AVCLevelIndication
    0xfc | 3, // lengthSizeMinusOne
    0xe0 | 1, // numOfSequenceParameterSets
    sps.length >> 8,
    sps.length & 0xff,
    ...sps,
    1, // numOfPictureParameterSets
    pps.length >> 8,
    pps.length & 0xff,
    ...pps,
    ...tail,
  ]);
}

/** The parameter sets of a record that `encodeAvcConfiguration` wrote; null for any other. */
export function decodeAvcConfiguration(record: Uint8Array): ParameterSets | null {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  if (record.length < 8 || record[0] !== 1 || record[5] !== 0xe1) return null;
  const spsEnd = 8 + view.getUint16(6);
  if (record.length < spsEnd + 3 || record[spsEnd] !== 1) return null;
  const ppsEnd = spsEnd + 3 + view.getUint16(spsEnd + 1);
  if (record.length < ppsEnd) return null;
  return { sps: new Uint8Array(record.subarray(8, spsEnd)), pps: new Uint8Array(record.subarray(spsEnd + 3, ppsEnd)) };
}

/** `avc1.` and six hexadecimal digits: profile, constraints, level. */
export function avcCodecString(sps: Uint8Array): string {
  return `avc1.${Buffer.from(sps.subarray(1, 4)).toString('hex')}`;
}
