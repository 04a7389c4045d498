/** Shared Header of the device channel, [MS-RDPEFS] 2.2.1.1: what every message on it begins with. */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** Component. */
export const RDPDR_CTYP_CORE = 0x4472;
export const RDPDR_CTYP_PRN = 0x5052;

/** PacketId of the core component. */
export const DevicePacket = {
  serverAnnounce: 0x496e,
  clientIdConfirm: 0x4343,
  clientName: 0x434e,
  deviceListAnnounce: 0x4441,
  deviceReply: 0x6472,
  ioRequest: 0x4952,
  ioCompletion: 0x4943,
  serverCapability: 0x5350,
  clientCapability: 0x4350,
  deviceListRemove: 0x444d,
  userLoggedOn: 0x554c,
} as const;

export interface DeviceHeader {
  readonly component: number;
  readonly packetId: number;
}

export function decodeDeviceHeader(reader: Reader): DeviceHeader {
  return { component: reader.u16(), packetId: reader.u16() };
}

export function writeDeviceHeader({ component, packetId }: DeviceHeader): Writer {
  return new Writer().u16(component).u16(packetId);
}
