/** Client Core Data (TS_UD_CS_CORE), [MS-RDPBCGR] 2.2.1.3.2. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import { OptionalReader, OptionalWriter } from '../optional-fields.js';

const CLIENT_NAME_BYTES = 32;
const IME_FILE_NAME_BYTES = 64;
const CLIENT_DIG_PRODUCT_ID_BYTES = 64;

/** `earlyCapabilityFlags`. */
export const RNS_UD_CS_SUPPORT_ERRINFO_PDU = 0x0001;
export const RNS_UD_CS_WANT_32BPP_SESSION = 0x0002;
export const RNS_UD_CS_SUPPORT_STATUSINFO_PDU = 0x0004;
export const RNS_UD_CS_STRONG_ASYMMETRIC_KEYS = 0x0008;
export const RNS_UD_CS_RELATIVE_MOUSE_INPUT = 0x0010;
export const RNS_UD_CS_VALID_CONNECTION_TYPE = 0x0020;
export const RNS_UD_CS_SUPPORT_MONITOR_LAYOUT_PDU = 0x0040;
export const RNS_UD_CS_SUPPORT_NETCHAR_AUTODETECT = 0x0080;
export const RNS_UD_CS_SUPPORT_DYNVC_GFX_PROTOCOL = 0x0100;
export const RNS_UD_CS_SUPPORT_DYNAMIC_TIME_ZONE = 0x0200;
export const RNS_UD_CS_SUPPORT_HEARTBEAT_PDU = 0x0400;
export const RNS_UD_CS_SUPPORT_SKIP_CHANNELJOIN = 0x0800;

/** From `postBeta2ColorDepth` on, null is a field that was not sent; then all that follow are null too. */
export interface ClientCoreData {
  /** Major version in the high 16 bits, minor in the low. */
  readonly version: number;
  readonly desktopWidth: number;
  readonly desktopHeight: number;
  readonly colorDepth: number;
  readonly sasSequence: number;
  readonly keyboardLayout: number;
  readonly clientBuild: number;
  /** 32 bytes of UTF-16LE with a terminator. */
  readonly clientName: Uint8Array;
  readonly keyboardType: number;
  readonly keyboardSubType: number;
  readonly keyboardFunctionKey: number;
  /** 64 bytes of UTF-16LE with a terminator. */
  readonly imeFileName: Uint8Array;
  readonly postBeta2ColorDepth: number | null;
  readonly clientProductId: number | null;
  readonly serialNumber: number | null;
  readonly highColorDepth: number | null;
  readonly supportedColorDepths: number | null;
  /** RNS_UD_CS_*. */
  readonly earlyCapabilityFlags: number | null;
  /** 64 bytes. */
  readonly clientDigProductId: Uint8Array | null;
  readonly connectionType: number | null;
  readonly pad1octet: number | null;
  /** What the server selected in the negotiation of this leg: one of PROTOCOL_*. */
  readonly serverSelectedProtocol: number | null;
  readonly desktopPhysicalWidth: number | null;
  readonly desktopPhysicalHeight: number | null;
  readonly desktopOrientation: number | null;
  readonly desktopScaleFactor: number | null;
  readonly deviceScaleFactor: number | null;
}

/** Decodes the block's body; fields that later versions append are left in `reader`. */
export function decodeClientCoreData(reader: Reader): ClientCoreData {
  const optional = new OptionalReader(reader);
  return {
    version: reader.u32(),
    desktopWidth: reader.u16(),
    desktopHeight: reader.u16(),
    colorDepth: reader.u16(),
    sasSequence: reader.u16(),
    keyboardLayout: reader.u32(),
    clientBuild: reader.u32(),
    clientName: reader.bytes(CLIENT_NAME_BYTES),
    keyboardType: reader.u32(),
    keyboardSubType: reader.u32(),
    keyboardFunctionKey: reader.u32(),
    imeFileName: reader.bytes(IME_FILE_NAME_BYTES),
    postBeta2ColorDepth: optional.u16(),
    clientProductId: optional.u16(),
    serialNumber: optional.u32(),
    highColorDepth: optional.u16(),
    supportedColorDepths: optional.u16(),
    earlyCapabilityFlags: optional.u16(),
    clientDigProductId: optional.bytes(CLIENT_DIG_PRODUCT_ID_BYTES),
    connectionType: optional.u8(),
    pad1octet: optional.u8(),
    serverSelectedProtocol: optional.u32(),
    desktopPhysicalWidth: optional.u32(),
    desktopPhysicalHeight: optional.u32(),
    desktopOrientation: optional.u16(),
    desktopScaleFactor: optional.u32(),
    deviceScaleFactor: optional.u32(),
  };
}

function writeOptionalFields(writer: Writer, core: ClientCoreData): void {
  new OptionalWriter(writer, 'TS_UD_CS_CORE')
    .u16(core.postBeta2ColorDepth)
    .u16(core.clientProductId)
    .u32(core.serialNumber)
    .u16(core.highColorDepth)
    .u16(core.supportedColorDepths)
    .u16(core.earlyCapabilityFlags)
    .bytes(core.clientDigProductId, CLIENT_DIG_PRODUCT_ID_BYTES)
    .u8(core.connectionType)
    .u8(core.pad1octet)
    .u32(core.serverSelectedProtocol)
    .u32(core.desktopPhysicalWidth)
    .u32(core.desktopPhysicalHeight)
    .u16(core.desktopOrientation)
    .u32(core.desktopScaleFactor)
    .u32(core.deviceScaleFactor);
}

/** Writes the block's body. Throws RangeError for a field behind a missing one, or a fixed field of another size. */
export function writeClientCoreData(writer: Writer, core: ClientCoreData): void {
  if (core.clientName.length !== CLIENT_NAME_BYTES || core.imeFileName.length !== IME_FILE_NAME_BYTES) {
    throw new RangeError('TS_UD_CS_CORE: size of clientName or imeFileName');
  }
  writer.u32(core.version).u16(core.desktopWidth).u16(core.desktopHeight).u16(core.colorDepth).u16(core.sasSequence);
  writer.u32(core.keyboardLayout).u32(core.clientBuild).bytes(core.clientName);
  writer.u32(core.keyboardType).u32(core.keyboardSubType).u32(core.keyboardFunctionKey).bytes(core.imeFileName);
  writeOptionalFields(writer, core);
}
