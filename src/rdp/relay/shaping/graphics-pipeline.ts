/**
 * Shapes what a client says on the graphics channel, [MS-RDPEGFX] 2.2.2: its capabilities, and what it has kept of earlier
 * sessions. Acknowledgements pass; anything else is withheld. [invariant 2]
 */
import {
  GFX_AVC_CODECS,
  GFX_CODECS,
  GFX_OPTIONAL_CODECS,
  GFX_PIPELINE_OFFERED,
  GFX_VERSIONS,
  type GfxCodec,
  type GfxOptionalCodec,
  type GfxVersionName,
} from '../../../contract/gfx-table.js';
import {
  GFX_CAPS_FLAG_AVC420_ENABLED,
  GFX_CAPS_FLAG_AVC_DISABLED,
  GFX_CAPS_FLAG_AVC_THINCLIENT,
  GFX_CAPS_FLAG_SCALEDMAP_DISABLE,
  GFX_CAPS_FLAG_SMALL_CACHE,
  GFX_CAPS_FLAG_THINCLIENT,
  type GfxCapabilitySet,
  GfxVersion,
} from '../../gfx/gfx-capability-set.js';
import { GfxCommand, gfxFrames } from '../../gfx/gfx-header.js';
import { decodeGfxPdu, encodeGfxPdu } from '../../gfx/gfx-pdu.js';
import { DecodeError } from '../../wire/errors.js';

/** Codecs that a target may draw with. The table has no others, so one that is not decoded cannot be among them. */
export type GfxCodecs = ReadonlySet<GfxCodec | GfxOptionalCodec>;

/** What is offered; null: the pipeline is withheld. */
export type GfxOffer = GfxCodecs | null;

/** What the capability table says for a recorder that decodes these beside what every recorder does. */
export function gfxOfferOf(decoded: readonly GfxOptionalCodec[]): GfxOffer {
  const optional = GFX_OPTIONAL_CODECS.filter((codec) => decoded.includes(codec));
  return GFX_PIPELINE_OFFERED ? new Set([...GFX_CODECS, ...optional]) : null;
}

/** What the table says for every recorder. */
export const GFX_OFFER: GfxOffer = gfxOfferOf([]);

/** Flags of each version, 2.2.3; 10.1 has none. AVC is forbidden by a flag of its own, which is never taken away here. */
const VERSION_FLAGS: { readonly [Version in Exclude<GfxVersionName, '10.1'>]: number } = {
  '8.0': GFX_CAPS_FLAG_THINCLIENT | GFX_CAPS_FLAG_SMALL_CACHE,
  '8.1': GFX_CAPS_FLAG_THINCLIENT | GFX_CAPS_FLAG_SMALL_CACHE | GFX_CAPS_FLAG_AVC420_ENABLED,
  '10.0': GFX_CAPS_FLAG_SMALL_CACHE | GFX_CAPS_FLAG_AVC_DISABLED,
  '10.2': GFX_CAPS_FLAG_SMALL_CACHE | GFX_CAPS_FLAG_AVC_DISABLED,
  '10.3': GFX_CAPS_FLAG_AVC_DISABLED | GFX_CAPS_FLAG_AVC_THINCLIENT,
  '10.4': GFX_CAPS_FLAG_SMALL_CACHE | GFX_CAPS_FLAG_AVC_DISABLED | GFX_CAPS_FLAG_AVC_THINCLIENT,
  '10.5': GFX_CAPS_FLAG_SMALL_CACHE | GFX_CAPS_FLAG_AVC_DISABLED | GFX_CAPS_FLAG_AVC_THINCLIENT,
  '10.6': GFX_CAPS_FLAG_SMALL_CACHE | GFX_CAPS_FLAG_AVC_DISABLED | GFX_CAPS_FLAG_AVC_THINCLIENT,
  '10.7':
    GFX_CAPS_FLAG_SMALL_CACHE |
    GFX_CAPS_FLAG_AVC_DISABLED |
    GFX_CAPS_FLAG_AVC_THINCLIENT |
    GFX_CAPS_FLAG_SCALEDMAP_DISABLE,
};

/** Versions that the recorder follows, by their number. */
const VERSIONS: ReadonlyMap<number, keyof typeof VERSION_FLAGS> = new Map(
  GFX_VERSIONS.flatMap((name) => (name === '10.1' ? [] : [[GfxVersion[name], name]])),
);

function flagsOf(version: keyof typeof VERSION_FLAGS, flags: number, codecs: GfxCodecs): number {
  const known = flags & VERSION_FLAGS[version];
  switch (version) {
    case '8.0':
      return known;
    case '8.1': {
      if (codecs.has('avc420') || (known & GFX_CAPS_FLAG_AVC420_ENABLED) === 0) return known;
      // Together these two flags stand only beside the one that goes; each says that the cache is small.
      return (known & GFX_CAPS_FLAG_THINCLIENT) !== 0 ? GFX_CAPS_FLAG_THINCLIENT : GFX_CAPS_FLAG_SMALL_CACHE;
    }
    default:
      if (allAvc(codecs)) return known;
      return (known & ~GFX_CAPS_FLAG_AVC_THINCLIENT) | GFX_CAPS_FLAG_AVC_DISABLED;
  }
}

/** From version 10 on AVC is allowed in all its modes or in none. */
function allAvc(codecs: GfxCodecs): boolean {
  return GFX_AVC_CODECS.every((codec) => codecs.has(codec));
}

/** What of a client's capability sets a target may choose from. */
export function shapeGfxCapabilities(sets: readonly GfxCapabilitySet[], codecs: GfxCodecs): GfxCapabilitySet[] {
  return sets.flatMap((set): GfxCapabilitySet[] => {
    if (set.kind === 'version-101') return allAvc(codecs) ? [set] : [];
    const version = VERSIONS.get(set.kind === 'flags' ? set.version : 0);
    if (set.kind !== 'flags' || version === undefined) return [];
    return [{ ...set, flags: flagsOf(version, set.flags, codecs) }];
  });
}

/** Commands of a client that pass as they are. */
const PASSED: ReadonlySet<number> = new Set([GfxCommand.frameAcknowledge, GfxCommand.qoeFrameAcknowledge]);

/**
 * A client's message as the target gets it: the same bytes when nothing was edited, and none when nothing is left. A cache
 * import offer is dropped, and the client is not answered: whatever is put between a target's messages would become part
 * of its compression history on one side only.
 * @throws DecodeError when it is malformed or no version is left to choose from.
 */
export function shapeGraphicsMessage(message: Uint8Array, codecs: GfxCodecs): Uint8Array {
  const kept: Uint8Array[] = [];
  for (const frame of gfxFrames(message)) {
    if (PASSED.has(frame.cmdId)) kept.push(frame.bytes);
    else if (frame.cmdId === GfxCommand.capsAdvertise) {
      const pdu = decodeGfxPdu(frame);
      if (pdu.kind !== 'capsAdvertise') continue;
      const capsSets = shapeGfxCapabilities(pdu.capsSets, codecs);
      if (capsSets.length === 0) throw new DecodeError('unsupported', 'capsAdvertise', 0, 'no version in common');
      kept.push(encodeGfxPdu({ kind: 'capsAdvertise', capsSets }));
    }
  }
  return joined(kept);
}

function joined(pdus: readonly Uint8Array[]): Uint8Array {
  const message = new Uint8Array(pdus.reduce((sum, pdu) => sum + pdu.length, 0));
  let at = 0;
  for (const pdu of pdus) {
    message.set(pdu, at);
    at += pdu.length;
  }
  return message;
}
