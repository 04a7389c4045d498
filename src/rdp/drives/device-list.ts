/** Client Device List Announce and Remove, [MS-RDPEFS] 2.2.2.9 and 2.2.3.2, behind the header. */
import { latin1FromBytes, untilNul } from '../connection/text.js';
import { MAX_REDIRECTED_DEVICES } from '../wire/limits.js';
import type { Reader } from '../wire/reader.js';
import { DevicePacket, RDPDR_CTYP_CORE, writeDeviceHeader } from './device-header.js';

/** DeviceType, 2.2.1.3. */
export const DeviceType = { serial: 0x01, parallel: 0x02, printer: 0x04, fileSystem: 0x08, smartCard: 0x20 } as const;

export interface AnnouncedDevice {
  readonly deviceType: number;
  readonly deviceId: number;
  /** The name as the client has it, such as `C:`; seven characters at most. */
  readonly preferredDosName: string;
  /** The whole announcement of this device, as it came. */
  readonly bytes: Uint8Array;
}

const DOS_NAME_BYTES = 8;

/** Throws DecodeError; "limit" for more devices than a client has. */
export function decodeDeviceList(reader: Reader): AnnouncedDevice[] {
  return Array.from({ length: decodeCount(reader) }, () => {
    const start = reader.offset;
    const deviceType = reader.u32();
    const deviceId = reader.u32();
    const preferredDosName = untilNul(latin1FromBytes(reader.bytes(DOS_NAME_BYTES)));
    reader.skip(reader.u32());
    return { deviceType, deviceId, preferredDosName, bytes: reader.data.subarray(start, reader.offset) };
  });
}

/** A whole message with these devices. */
export function encodeDeviceList(devices: readonly Pick<AnnouncedDevice, 'bytes'>[]): Uint8Array {
  const packetId = DevicePacket.deviceListAnnounce;
  const writer = writeDeviceHeader({ component: RDPDR_CTYP_CORE, packetId }).u32(devices.length);
  for (const { bytes } of devices) writer.bytes(bytes);
  return writer.finish();
}

/** Ids of the devices that are taken away. Throws DecodeError. */
export function decodeDeviceRemoval(reader: Reader): number[] {
  return Array.from({ length: decodeCount(reader) }, () => reader.u32());
}

export function encodeDeviceRemoval(deviceIds: readonly number[]): Uint8Array {
  const packetId = DevicePacket.deviceListRemove;
  const writer = writeDeviceHeader({ component: RDPDR_CTYP_CORE, packetId }).u32(deviceIds.length);
  for (const id of deviceIds) writer.u32(id);
  return writer.finish();
}

function decodeCount(reader: Reader): number {
  const count = reader.u32();
  if (count > MAX_REDIRECTED_DEVICES) throw reader.error('limit', `${count} devices`);
  return count;
}
