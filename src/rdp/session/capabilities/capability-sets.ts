/**
 * Capability sets, [MS-RDPBCGR] 2.2.1.13.1.1.1 and 2.2.7: a list of typed blocks. What is not known here is kept as it
 * came. Padding inside known sets is not kept: it is zero when a set is encoded again.
 */
import { DecodeError } from '../../wire/errors.js';
import { MAX_CAPABILITY_SETS } from '../../wire/limits.js';
import { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import { CapabilityType } from './capability-type.js';
import { decodeActivationCapability, writeActivationCapability, type ActivationCapability } from './activation.js';
import { decodeBitmapCapability, writeBitmapCapability, type BitmapCapability } from './bitmap.js';
import { decodeBitmapCacheCapability, writeBitmapCacheCapability, type BitmapCacheCapability } from './bitmap-cache.js';
import {
  decodeBitmapCacheHostSupportCapability,
  writeBitmapCacheHostSupportCapability,
  type BitmapCacheHostSupportCapability,
} from './bitmap-cache-host-support.js';
import {
  decodeBitmapCacheRev2Capability,
  writeBitmapCacheRev2Capability,
  type BitmapCacheRev2Capability,
} from './bitmap-cache-rev2.js';
import {
  decodeBitmapCodecsCapability,
  writeBitmapCodecsCapability,
  type BitmapCodecsCapability,
} from './bitmap-codecs.js';
import { decodeBrushCapability, writeBrushCapability, type BrushCapability } from './brush.js';
import { decodeColorCacheCapability, writeColorCacheCapability, type ColorCacheCapability } from './color-cache.js';
import { decodeControlCapability, writeControlCapability, type ControlCapability } from './control.js';
import {
  decodeDesktopCompositionCapability,
  writeDesktopCompositionCapability,
  type DesktopCompositionCapability,
} from './desktop-composition.js';
import { decodeDrawGdiPlusCapability, writeDrawGdiPlusCapability, type DrawGdiPlusCapability } from './draw-gdiplus.js';
import {
  decodeDrawNineGridCapability,
  writeDrawNineGridCapability,
  type DrawNineGridCapability,
} from './draw-ninegrid.js';
import { decodeFontCapability, writeFontCapability, type FontCapability } from './font.js';
import {
  decodeFrameAcknowledgeCapability,
  writeFrameAcknowledgeCapability,
  type FrameAcknowledgeCapability,
} from './frame-acknowledge.js';
import { decodeGeneralCapability, writeGeneralCapability, type GeneralCapability } from './general.js';
import { decodeGlyphCacheCapability, writeGlyphCacheCapability, type GlyphCacheCapability } from './glyph-cache.js';
import { decodeInputCapability, writeInputCapability, type InputCapability } from './input.js';
import {
  decodeLargePointerCapability,
  writeLargePointerCapability,
  type LargePointerCapability,
} from './large-pointer.js';
import {
  decodeMultifragmentUpdateCapability,
  writeMultifragmentUpdateCapability,
  type MultifragmentUpdateCapability,
} from './multifragment-update.js';
import {
  decodeOffscreenCacheCapability,
  writeOffscreenCacheCapability,
  type OffscreenCacheCapability,
} from './offscreen-cache.js';
import { decodeOrderCapability, writeOrderCapability, type OrderCapability } from './order.js';
import { decodePointerCapability, writePointerCapability, type PointerCapability } from './pointer.js';
import { decodeRailCapability, writeRailCapability, type RailCapability } from './rail.js';
import { decodeShareCapability, writeShareCapability, type ShareCapability } from './share.js';
import { decodeSoundCapability, writeSoundCapability, type SoundCapability } from './sound.js';
import {
  decodeSurfaceCommandsCapability,
  writeSurfaceCommandsCapability,
  type SurfaceCommandsCapability,
} from './surface-commands.js';
import {
  decodeVirtualChannelCapability,
  writeVirtualChannelCapability,
  type VirtualChannelCapability,
} from './virtual-channel.js';
import { decodeWindowCapability, writeWindowCapability, type WindowCapability } from './window.js';

/** A set of a type that is not known here. */
export interface UnknownCapability {
  readonly kind: 'unknown';
  readonly type: number;
  readonly data: Uint8Array;
}

export type KnownCapability =
  | GeneralCapability
  | BitmapCapability
  | OrderCapability
  | BitmapCacheCapability
  | ControlCapability
  | ActivationCapability
  | PointerCapability
  | ShareCapability
  | ColorCacheCapability
  | SoundCapability
  | InputCapability
  | FontCapability
  | BrushCapability
  | GlyphCacheCapability
  | OffscreenCacheCapability
  | BitmapCacheHostSupportCapability
  | BitmapCacheRev2Capability
  | VirtualChannelCapability
  | DrawNineGridCapability
  | DrawGdiPlusCapability
  | RailCapability
  | WindowCapability
  | DesktopCompositionCapability
  | MultifragmentUpdateCapability
  | LargePointerCapability
  | SurfaceCommandsCapability
  | BitmapCodecsCapability
  | FrameAcknowledgeCapability;

export type CapabilitySet = KnownCapability | UnknownCapability;
export type CapabilityKind = CapabilitySet['kind'];

/** The set of one kind. */
export type CapabilityOf<K extends CapabilityKind> = Extract<CapabilitySet, { kind: K }>;

interface Codec<S> {
  readonly type: number;
  readonly decode: (reader: Reader) => S;
  readonly write: (writer: Writer, set: S) => void;
}

const CODECS: { readonly [K in KnownCapability['kind']]: Codec<CapabilityOf<K>> } = {
  general: { type: CapabilityType.general, decode: decodeGeneralCapability, write: writeGeneralCapability },
  bitmap: { type: CapabilityType.bitmap, decode: decodeBitmapCapability, write: writeBitmapCapability },
  order: { type: CapabilityType.order, decode: decodeOrderCapability, write: writeOrderCapability },
  'bitmap-cache': {
    type: CapabilityType.bitmapCache,
    decode: decodeBitmapCacheCapability,
    write: writeBitmapCacheCapability,
  },
  control: { type: CapabilityType.control, decode: decodeControlCapability, write: writeControlCapability },
  activation: { type: CapabilityType.activation, decode: decodeActivationCapability, write: writeActivationCapability },
  pointer: { type: CapabilityType.pointer, decode: decodePointerCapability, write: writePointerCapability },
  share: { type: CapabilityType.share, decode: decodeShareCapability, write: writeShareCapability },
  'color-cache': {
    type: CapabilityType.colorCache,
    decode: decodeColorCacheCapability,
    write: writeColorCacheCapability,
  },
  sound: { type: CapabilityType.sound, decode: decodeSoundCapability, write: writeSoundCapability },
  input: { type: CapabilityType.input, decode: decodeInputCapability, write: writeInputCapability },
  font: { type: CapabilityType.font, decode: decodeFontCapability, write: writeFontCapability },
  brush: { type: CapabilityType.brush, decode: decodeBrushCapability, write: writeBrushCapability },
  'glyph-cache': {
    type: CapabilityType.glyphCache,
    decode: decodeGlyphCacheCapability,
    write: writeGlyphCacheCapability,
  },
  'offscreen-cache': {
    type: CapabilityType.offscreenCache,
    decode: decodeOffscreenCacheCapability,
    write: writeOffscreenCacheCapability,
  },
  'bitmap-cache-host-support': {
    type: CapabilityType.bitmapCacheHostSupport,
    decode: decodeBitmapCacheHostSupportCapability,
    write: writeBitmapCacheHostSupportCapability,
  },
  'bitmap-cache-rev2': {
    type: CapabilityType.bitmapCacheRev2,
    decode: decodeBitmapCacheRev2Capability,
    write: writeBitmapCacheRev2Capability,
  },
  'virtual-channel': {
    type: CapabilityType.virtualChannel,
    decode: decodeVirtualChannelCapability,
    write: writeVirtualChannelCapability,
  },
  'draw-ninegrid': {
    type: CapabilityType.drawNineGrid,
    decode: decodeDrawNineGridCapability,
    write: writeDrawNineGridCapability,
  },
  'draw-gdiplus': {
    type: CapabilityType.drawGdiPlus,
    decode: decodeDrawGdiPlusCapability,
    write: writeDrawGdiPlusCapability,
  },
  rail: { type: CapabilityType.rail, decode: decodeRailCapability, write: writeRailCapability },
  window: { type: CapabilityType.window, decode: decodeWindowCapability, write: writeWindowCapability },
  'desktop-composition': {
    type: CapabilityType.desktopComposition,
    decode: decodeDesktopCompositionCapability,
    write: writeDesktopCompositionCapability,
  },
  'multifragment-update': {
    type: CapabilityType.multifragmentUpdate,
    decode: decodeMultifragmentUpdateCapability,
    write: writeMultifragmentUpdateCapability,
  },
  'large-pointer': {
    type: CapabilityType.largePointer,
    decode: decodeLargePointerCapability,
    write: writeLargePointerCapability,
  },
  'surface-commands': {
    type: CapabilityType.surfaceCommands,
    decode: decodeSurfaceCommandsCapability,
    write: writeSurfaceCommandsCapability,
  },
  'bitmap-codecs': {
    type: CapabilityType.bitmapCodecs,
    decode: decodeBitmapCodecsCapability,
    write: writeBitmapCodecsCapability,
  },
  'frame-acknowledge': {
    type: CapabilityType.frameAcknowledge,
    decode: decodeFrameAcknowledgeCapability,
    write: writeFrameAcknowledgeCapability,
  },
};

const DECODERS: ReadonlyMap<number, (reader: Reader) => KnownCapability> = new Map(
  Object.values(CODECS).map((codec) => [codec.type, codec.decode]),
);

const HEADER_BYTES = 4;
const MAX_SET_BYTES = 0xffff;

function decodeCapabilitySet(reader: Reader): CapabilitySet {
  const type = reader.u16();
  const lengthCapability = reader.u16();
  if (lengthCapability < HEADER_BYTES) throw reader.error('invalid', 'lengthCapability');
  const data = reader.sub(lengthCapability - HEADER_BYTES, `CapabilitySet ${type}`);
  const decode = DECODERS.get(type);
  if (decode === undefined) return { kind: 'unknown', type, data: data.rest() };
  const set = decode(data);
  return data.remaining === 0 ? set : { ...set, extra: data.rest() };
}

/**
 * Decodes the number of sets, their padding and the sets; what follows the last one stays in the reader. Throws "limit"
 * for more than `MAX_CAPABILITY_SETS`.
 */
export function decodeCapabilitySets(reader: Reader): CapabilitySet[] {
  const numberCapabilities = reader.u16();
  if (numberCapabilities > MAX_CAPABILITY_SETS) {
    throw new DecodeError('limit', reader.structure, reader.offset, 'numberCapabilities');
  }
  reader.skip(2);
  return Array.from({ length: numberCapabilities }, () => decodeCapabilitySet(reader));
}

function encodeCapabilityData(set: CapabilitySet): { readonly type: number; readonly data: Uint8Array } {
  if (set.kind === 'unknown') return set;
  const codec = CODECS[set.kind];
  const writer = new Writer();
  // The table pairs each kind with its own writer, which the compiler cannot follow through a union.
  (codec.write as (writer: Writer, set: KnownCapability) => void)(writer, set);
  if (set.extra !== undefined) writer.bytes(set.extra);
  return { type: codec.type, data: writer.finish() };
}

function encodeCapabilitySet(set: CapabilitySet): Uint8Array {
  const { type, data } = encodeCapabilityData(set);
  const lengthCapability = data.length + HEADER_BYTES;
  if (lengthCapability > MAX_SET_BYTES) throw new RangeError(`CapabilitySet ${type}: too long`);
  return new Writer().u16(type).u16(lengthCapability).bytes(data).finish();
}

/** Number of sets, padding, sets. Throws RangeError when a set is longer than its 16-bit length can say. */
export function encodeCapabilitySets(sets: readonly CapabilitySet[]): Uint8Array {
  const writer = new Writer().u16(sets.length).u16(0);
  for (const set of sets) writer.bytes(encodeCapabilitySet(set));
  return writer.finish();
}

/** The first set of a kind, or undefined. */
export function findCapability<K extends CapabilityKind>(
  sets: readonly CapabilitySet[],
  kind: K,
): CapabilityOf<K> | undefined {
  return sets.find((set): set is CapabilityOf<K> => set.kind === kind);
}

/** The list with `edit` applied to every set of a kind: a sender may repeat a set, and the last one could count. */
export function editCapability<K extends CapabilityKind>(
  sets: readonly CapabilitySet[],
  kind: K,
  edit: (set: CapabilityOf<K>) => CapabilityOf<K>,
): CapabilitySet[] {
  const isKind = (set: CapabilitySet): set is CapabilityOf<K> => set.kind === kind;
  return sets.map((set) => (isKind(set) ? edit(set) : set));
}

/** The list without the sets of some kinds; 'unknown' is a kind too. */
export function withoutCapabilities(sets: readonly CapabilitySet[], kinds: readonly CapabilityKind[]): CapabilitySet[] {
  return sets.filter((set) => !kinds.includes(set.kind));
}
