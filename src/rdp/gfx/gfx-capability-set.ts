/** RDPGFX_CAPSET, [MS-RDPEGFX] 2.2.1.6 and 2.2.3. What is not known here is kept as it came. */
import type { Reader } from '../wire/reader.js';
import type { Writer } from '../wire/writer.js';

/** Versions whose set is one field of flags. */
export const GfxVersion = {
  '8.0': 0x0008_0004,
  '8.1': 0x0008_0105,
  '10.0': 0x000a_0002,
  '10.2': 0x000a_0200,
  '10.3': 0x000a_0301,
  '10.4': 0x000a_0400,
  '10.5': 0x000a_0502,
  '10.6': 0x000a_0600,
  '10.7': 0x000a_0701,
} as const;

/** RDPGFX_CAPSET_VERSION101, 2.2.3.4: it has no flags, only reserved bytes. */
export const GFX_VERSION_101 = 0x000a_0100;
const VERSION_101_RESERVED_BYTES = 16;
const FLAGS_BYTES = 4;

/** Bits of flags; which of them a version has is in its section of 2.2.3. */
export const GFX_CAPS_FLAG_THINCLIENT = 0x01;
export const GFX_CAPS_FLAG_SMALL_CACHE = 0x02;
export const GFX_CAPS_FLAG_AVC420_ENABLED = 0x10;
export const GFX_CAPS_FLAG_AVC_DISABLED = 0x20;
export const GFX_CAPS_FLAG_AVC_THINCLIENT = 0x40;
export const GFX_CAPS_FLAG_SCALEDMAP_DISABLE = 0x80;

export type GfxCapabilitySet =
  | { readonly kind: 'flags'; readonly version: number; readonly flags: number }
  | { readonly kind: 'version-101' }
  | { readonly kind: 'unknown'; readonly version: number; readonly capsData: Uint8Array };

const VERSIONS: ReadonlySet<number> = new Set(Object.values(GfxVersion));

/** A known version whose data is not of the length that it has to be is unknown too. */
export function decodeGfxCapabilitySet(reader: Reader): GfxCapabilitySet {
  const version = reader.u32();
  const capsDataLength = reader.u32();
  const data = reader.sub(capsDataLength, 'RDPGFX_CAPSET');
  if (VERSIONS.has(version) && capsDataLength === FLAGS_BYTES) return { kind: 'flags', version, flags: data.u32() };
  const capsData = data.rest();
  const reserved = version === GFX_VERSION_101 && capsDataLength === VERSION_101_RESERVED_BYTES;
  if (reserved && capsData.every((byte) => byte === 0)) return { kind: 'version-101' };
  return { kind: 'unknown', version, capsData };
}

export function writeGfxCapabilitySet(writer: Writer, set: GfxCapabilitySet): void {
  switch (set.kind) {
    case 'flags':
      writer.u32(set.version).u32(FLAGS_BYTES).u32(set.flags);
      return;
    case 'version-101':
      writer.u32(GFX_VERSION_101).u32(VERSION_101_RESERVED_BYTES).zeros(VERSION_101_RESERVED_BYTES);
      return;
    case 'unknown':
      writer.u32(set.version).u32(set.capsData.length).bytes(set.capsData);
      return;
  }
}
