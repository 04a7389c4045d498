/** General Capability Set, [MS-RDPBCGR] 2.2.7.1.1. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

/** Bits of extraFlags. */
export const FASTPATH_OUTPUT_SUPPORTED = 0x0001;
export const LONG_CREDENTIALS_SUPPORTED = 0x0004;
export const AUTORECONNECT_SUPPORTED = 0x0008;
export const ENC_SALTED_CHECKSUM = 0x0010;
/** The flag of this name in bitmap updates is in updates/bitmap-update.ts and has the same value. */
export const EXTRA_NO_BITMAP_COMPRESSION_HDR = 0x0400;

/** The only protocolVersion there is. */
export const TS_CAPS_PROTOCOLVERSION = 0x0200;

export interface GeneralCapability extends CapabilityTail {
  readonly kind: 'general';
  readonly osMajorType: number;
  readonly osMinorType: number;
  readonly protocolVersion: number;
  readonly compressionTypes: number;
  readonly extraFlags: number;
  readonly updateCapabilityFlag: number;
  readonly remoteUnshareFlag: number;
  readonly compressionLevel: number;
  /** 1 when the server takes Refresh Rect PDUs. */
  readonly refreshRectSupport: number;
  /** 1 when the server takes Suppress Output PDUs. */
  readonly suppressOutputSupport: number;
}

export function decodeGeneralCapability(reader: Reader): GeneralCapability {
  const osMajorType = reader.u16();
  const osMinorType = reader.u16();
  const protocolVersion = reader.u16();
  reader.skip(2);
  return {
    kind: 'general',
    osMajorType,
    osMinorType,
    protocolVersion,
    compressionTypes: reader.u16(),
    extraFlags: reader.u16(),
    updateCapabilityFlag: reader.u16(),
    remoteUnshareFlag: reader.u16(),
    compressionLevel: reader.u16(),
    refreshRectSupport: reader.u8(),
    suppressOutputSupport: reader.u8(),
  };
}

export function writeGeneralCapability(writer: Writer, set: GeneralCapability): void {
  writer.u16(set.osMajorType).u16(set.osMinorType).u16(set.protocolVersion).u16(0);
  writer.u16(set.compressionTypes).u16(set.extraFlags).u16(set.updateCapabilityFlag).u16(set.remoteUnshareFlag);
  writer.u16(set.compressionLevel).u8(set.refreshRectSupport).u8(set.suppressOutputSupport);
}
