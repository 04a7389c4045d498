/**
 * Shapes the capability exchange of a recorded session: what may carry pixels is an allow-list. Each edit is one small
 * function; a set that is not named here is withheld. [invariant 2]
 */
import type { SurfaceCodec } from '../../../contract/capability-table.js';
import type { TraceActivation } from '../../../contract/trace.js';
import { CodecGuid } from '../../session/capabilities/bitmap-codecs.js';
import type { CapabilityKind, CapabilityOf, CapabilitySet } from '../../session/capabilities/capability-sets.js';
import { INPUT_FLAG_MOUSE_RELATIVE } from '../../session/capabilities/input.js';
import { VCCAPS_NO_COMPR } from '../../session/capabilities/virtual-channel.js';
import {
  withBoundedCaches,
  withDecodedBrushes,
  withDecodedGlyphs,
  withDecodedOrders,
  withoutPersistentCaches,
} from './drawing-orders.js';

type Edit<K extends CapabilityKind> = (set: CapabilityOf<K>) => CapabilityOf<K>;
type EditTable = { readonly [K in CapabilityKind]?: Edit<K> };

const keep = <S>(set: S): S => set;

/** Virtual channels are compressed in neither direction, so that they can be filtered and audited; 2.2.7.1.10. */
const withoutChannelCompression: Edit<'virtual-channel'> = (set) => ({ ...set, flags: VCCAPS_NO_COMPR });

/** A client that may suppress output could blank the recording while its input goes on; 2.2.7.1.1. */
const withoutSuppressOutput: Edit<'general'> = (set) => ({ ...set, suppressOutputSupport: 0 });

const withoutOffscreen: Edit<'offscreen-cache'> = (set) => ({
  ...set,
  offscreenSupportLevel: 0,
  offscreenCacheSize: 0,
  offscreenCacheEntries: 0,
});

/** Relative movements do not say where the pointer is, which the recording draws; 2.2.7.1.6. */
const withoutRelativeMouse: Edit<'input'> = (set) => ({
  ...set,
  inputFlags: set.inputFlags & ~INPUT_FLAG_MOUSE_RELATIVE,
});

/**
 * GUIDs of the codecs that the recorder decodes, 2.2.7.2.10.1.1; "none" is raw bits and needs no entry. RemoteFX has one
 * for each of its modes. Properties are left as the client sent them: its decoder is to cope with them as well.
 */
const CODEC_GUIDS: { readonly [Codec in SurfaceCodec]: readonly string[] } = {
  none: [],
  nscodec: [CodecGuid.nsCodec],
  remotefx: [CodecGuid.remoteFx, CodecGuid.imageRemoteFx],
};
const DECODED_GUIDS: ReadonlyMap<string, string> = new Map(
  Object.entries(CODEC_GUIDS).flatMap(([codec, guids]) => guids.map((guid) => [guid, codec])),
);

const withDecodedCodecs: Edit<'bitmap-codecs'> = (set) => ({
  ...set,
  codecs: set.codecs.filter((codec) => DECODED_GUIDS.has(codec.codecGuid)),
});

/** The numbers that a client's capability sets give to the codecs that the recorder decodes. */
export function surfaceCodecs(sets: readonly CapabilitySet[]): TraceActivation['surfaceCodecs'] {
  return sets.flatMap((set) => {
    if (set.kind !== 'bitmap-codecs') return [];
    return set.codecs.flatMap(({ codecGuid, codecId: id }) => {
      const codec = DECODED_GUIDS.get(codecGuid);
      return codec === undefined ? [] : [{ id, codec }];
    });
  });
}

/** What a target may learn of the client. */
const CLIENT_TABLE: EditTable = {
  general: withoutSuppressOutput,
  bitmap: keep,
  order: withDecodedOrders,
  'bitmap-cache': withBoundedCaches,
  'bitmap-cache-rev2': withoutPersistentCaches,
  control: keep,
  activation: keep,
  pointer: keep,
  share: keep,
  'color-cache': keep,
  sound: keep,
  input: withoutRelativeMouse,
  font: keep,
  brush: withDecodedBrushes,
  'glyph-cache': withDecodedGlyphs,
  'offscreen-cache': withoutOffscreen,
  'virtual-channel': withoutChannelCompression,
  'multifragment-update': keep,
  'large-pointer': keep,
  'surface-commands': keep,
  'bitmap-codecs': withDecodedCodecs,
  'frame-acknowledge': keep,
};

/** What a client may learn of the target; persistent caches, RAIL and composition are not offered to it. */
const TARGET_TABLE: EditTable = {
  general: withoutSuppressOutput,
  bitmap: keep,
  order: withDecodedOrders,
  control: keep,
  activation: keep,
  pointer: keep,
  share: keep,
  'color-cache': keep,
  sound: keep,
  input: withoutRelativeMouse,
  font: keep,
  'virtual-channel': withoutChannelCompression,
  'multifragment-update': keep,
  'large-pointer': keep,
  'surface-commands': keep,
  'bitmap-codecs': withDecodedCodecs,
  'frame-acknowledge': keep,
};

function shape(table: EditTable, sets: readonly CapabilitySet[]): CapabilitySet[] {
  return sets.flatMap((set) => {
    // The table pairs each kind with an edit of its own set, which the compiler cannot follow through a union.
    const edit = table[set.kind] as ((set: CapabilitySet) => CapabilitySet) | undefined;
    return edit === undefined ? [] : [edit(set)];
  });
}

/** Capability sets of a session that is not recorded, whose channels are looked into as well; null for no change. */
export function shapeUnrecordedCapabilities(sets: readonly CapabilitySet[]): CapabilitySet[] | null {
  const compresses = sets.some((set) => set.kind === 'virtual-channel' && set.flags !== VCCAPS_NO_COMPR);
  return compresses ? sets.map((set) => (set.kind === 'virtual-channel' ? withoutChannelCompression(set) : set)) : null;
}

/** Capability sets of a recorded session's Confirm Active, as the target gets them. */
export function shapeClientCapabilities(sets: readonly CapabilitySet[]): CapabilitySet[] {
  return shape(CLIENT_TABLE, sets);
}

/** Capability sets of a recorded session's Demand Active, as the client gets them. */
export function shapeTargetCapabilities(sets: readonly CapabilitySet[]): CapabilitySet[] {
  return shape(TARGET_TABLE, sets);
}
