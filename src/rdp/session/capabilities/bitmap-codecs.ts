/** Bitmap Codecs Capability Set, [MS-RDPBCGR] 2.2.7.2.10: codecs of surface commands, each with its properties. */
import type { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

/** Values of codecGuid, 2.2.7.2.10.1.1. */
export const CodecGuid = {
  nsCodec: 'ca8d1bb9-000f-154f-589f-ae2d1a87e2d6',
  remoteFx: '76772f12-bd72-4463-afb3-b73c9c6f7886',
  imageRemoteFx: '2744ccd4-9d8a-4e74-803c-0ecbeea19c54',
  ignore: '9c4351a6-3535-42ae-910c-cdfce5760b58',
} as const;

/** The codecId of NSCodec, which no other codec may have. */
export const NSCODEC_ID = 1;

const MAX_CODECS = 255;
const MAX_PROPERTIES_BYTES = 0xffff;

/** One codec. */
export interface BitmapCodecEntry {
  /** In registry form, lower case: `CodecGuid` or another. */
  readonly codecGuid: string;
  /** What surface commands name the codec by; the client's choice. */
  readonly codecId: number;
  readonly codecProperties: Uint8Array;
}

export interface BitmapCodecsCapability extends CapabilityTail {
  readonly kind: 'bitmap-codecs';
  readonly codecs: readonly BitmapCodecEntry[];
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function decodeGuid(reader: Reader): string {
  const first = `${hex(reader.u32(), 8)}-${hex(reader.u16(), 4)}-${hex(reader.u16(), 4)}`;
  return `${first}-${hex(reader.u16be(), 4)}-${hex(reader.u16be(), 4)}${hex(reader.u32be(), 8)}`;
}

const GUID_FORM = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})([0-9a-f]{8})$/;

function writeGuid(writer: Writer, guid: string): void {
  const parts = GUID_FORM.exec(guid);
  if (parts === null) throw new RangeError('BitmapCodecs: codecGuid');
  const part = (index: number): number => Number.parseInt(parts[index] ?? '', 16);
  writer.u32(part(1)).u16(part(2)).u16(part(3)).u16be(part(4)).u16be(part(5)).u32be(part(6));
}

function encodeCodec(codec: BitmapCodecEntry): Uint8Array {
  if (codec.codecProperties.length > MAX_PROPERTIES_BYTES) throw new RangeError('BitmapCodecs: codecProperties');
  const writer = new Writer();
  writeGuid(writer, codec.codecGuid);
  return writer.u8(codec.codecId).u16(codec.codecProperties.length).bytes(codec.codecProperties).finish();
}

function decodeCodec(reader: Reader): BitmapCodecEntry {
  const codecGuid = decodeGuid(reader);
  const codecId = reader.u8();
  return { codecGuid, codecId, codecProperties: reader.bytes(reader.u16()) };
}

export function decodeBitmapCodecsCapability(reader: Reader): BitmapCodecsCapability {
  const count = reader.u8();
  return { kind: 'bitmap-codecs', codecs: Array.from({ length: count }, () => decodeCodec(reader)) };
}

/** Throws RangeError for more than 255 codecs, properties of more than 65,535 bytes, and a malformed GUID. */
export function writeBitmapCodecsCapability(writer: Writer, set: BitmapCodecsCapability): void {
  if (set.codecs.length > MAX_CODECS) throw new RangeError('BitmapCodecs: too many codecs');
  writer.u8(set.codecs.length);
  for (const codec of set.codecs) writer.bytes(encodeCodec(codec));
}

/** The set with those codecs alone whose GUID is in `allowed`, in their order. */
export function filterBitmapCodecs(set: BitmapCodecsCapability, allowed: ReadonlySet<string>): BitmapCodecsCapability {
  return { ...set, codecs: set.codecs.filter((codec) => allowed.has(codec.codecGuid)) };
}

/** The codec that a client gave `codecId`, or undefined. */
export function findBitmapCodec(set: BitmapCodecsCapability, codecId: number): BitmapCodecEntry | undefined {
  return set.codecs.find((codec) => codec.codecId === codecId);
}
