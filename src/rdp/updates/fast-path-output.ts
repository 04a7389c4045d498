/** Server Fast-Path Update PDU, [MS-RDPBCGR] 2.2.9.1.2: a PDU of its own, without TPKT and MCS, of several updates. */
import { decodeFastPathHeader, encodeFastPath } from '../session/fast-path-header.js';
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** The low four bits of updateHeader. */
export const FastPathUpdateCode = {
  orders: 0x0,
  bitmap: 0x1,
  palette: 0x2,
  synchronize: 0x3,
  surfaceCommands: 0x4,
  pointerNull: 0x5,
  pointerDefault: 0x6,
  pointerPosition: 0x8,
  colorPointer: 0x9,
  cachedPointer: 0xa,
  newPointer: 0xb,
  largePointer: 0xc,
} as const;
export type FastPathUpdateCode = (typeof FastPathUpdateCode)[keyof typeof FastPathUpdateCode];

/** Two bits of updateHeader: which part of an update the data is. */
export const Fragmentation = { single: 0, last: 1, first: 2, next: 3 } as const;
export type Fragmentation = (typeof Fragmentation)[keyof typeof Fragmentation];

/** The bit of the field compression that says that compressionFlags is there. */
const COMPRESSION_USED = 0x2;

const MAX_UPDATE_BYTES = 0xffff;

/** One update, or a fragment of one. */
export interface FastPathUpdate {
  /** `FastPathUpdateCode`, or a number that the specification does not name. */
  readonly updateCode: number;
  readonly fragmentation: Fragmentation;
  /** Compression package and `PACKET_` bits of session/share-data.ts; 0 where the sender leaves them out. */
  readonly compressionFlags: number;
  /** View; compressed when compressionFlags has `PACKET_COMPRESSED`. */
  readonly data: Uint8Array;
}

export interface FastPathOutput {
  /** Two bits that belong to Standard RDP Security; 0 under TLS. */
  readonly flags: number;
  readonly updates: readonly FastPathUpdate[];
}

function decodeUpdate(reader: Reader): FastPathUpdate {
  const updateHeader = reader.u8();
  const fragmentation = ((updateHeader >> 4) & 0x3) as Fragmentation;
  const compressionFlags = ((updateHeader >> 6) & COMPRESSION_USED) === 0 ? 0 : reader.u8();
  return { updateCode: updateHeader & 0xf, fragmentation, compressionFlags, data: reader.bytes(reader.u16()) };
}

/** Takes one whole PDU, its header byte included. Throws "unsupported" when Standard RDP Security encrypted it. */
export function decodeFastPathOutput(reader: Reader): FastPathOutput {
  const { flags, body } = decodeFastPathHeader(reader, 'FastPathOutput');
  const updates: FastPathUpdate[] = [];
  while (body.remaining > 0) updates.push(decodeUpdate(body));
  return { flags, updates };
}

function encodeUpdate(update: FastPathUpdate): Uint8Array {
  if (update.data.length > MAX_UPDATE_BYTES) throw new RangeError('FastPathUpdate: data');
  const compression = update.compressionFlags === 0 ? 0 : COMPRESSION_USED;
  const writer = new Writer().u8(update.updateCode | (update.fragmentation << 4) | (compression << 6));
  if (compression !== 0) writer.u8(update.compressionFlags);
  return writer.u16(update.data.length).bytes(update.data).finish();
}

/** A whole PDU, its header byte included. Throws RangeError when it does not fit; `splitUpdate` cuts what is too long. */
export function encodeFastPathOutput(value: FastPathOutput): Uint8Array {
  const body = new Writer();
  for (const update of value.updates) body.bytes(encodeUpdate(update));
  return encodeFastPath({ numEvents: 0, flags: value.flags }, body.finish());
}
