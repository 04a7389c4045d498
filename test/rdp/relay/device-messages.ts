/** Messages of the device channel as both sides send them, [MS-RDPEFS]. */
import { bytesFromLatin1, bytesFromUtf16 } from '../../../src/rdp/connection/text.js';
import { DevicePacket, RDPDR_CTYP_CORE, writeDeviceHeader } from '../../../src/rdp/drives/device-header.js';
import { DeviceType } from '../../../src/rdp/drives/device-list.js';
import { Writer } from '../../../src/rdp/wire/writer.js';

export type Device = readonly [type: number, id: number, name: string, data?: Uint8Array];

export function core(packetId: number): Writer {
  return writeDeviceHeader({ component: RDPDR_CTYP_CORE, packetId });
}

export function announce(devices: readonly Device[]): Uint8Array {
  const writer = core(DevicePacket.deviceListAnnounce).u32(devices.length);
  for (const [type, id, name, data = new Uint8Array(0)] of devices) {
    writer
      .u32(type)
      .u32(id)
      .bytes(bytesFromLatin1(name))
      .zeros(8 - name.length)
      .u32(data.length)
      .bytes(data);
  }
  return writer.finish();
}

export const remove = (ids: readonly number[]) =>
  ids.reduce((writer, id) => writer.u32(id), core(DevicePacket.deviceListRemove).u32(ids.length)).finish();

export function ask(
  deviceId: number,
  fileId: number,
  completionId: number,
  major: number,
  rest: Uint8Array = new Uint8Array(32),
) {
  return core(DevicePacket.ioRequest)
    .u32(deviceId)
    .u32(fileId)
    .u32(completionId)
    .u32(major)
    .u32(0)
    .bytes(rest)
    .finish();
}

export function answer(deviceId: number, completionId: number, rest: Uint8Array, ioStatus = 0): Uint8Array {
  return core(DevicePacket.ioCompletion).u32(deviceId).u32(completionId).u32(ioStatus).bytes(rest).finish();
}

export function create(path: string): Uint8Array {
  const name = bytesFromUtf16(`${path}\0`);
  return new Writer().zeros(28).u32(name.length).bytes(name).finish();
}

export const range = (length: number, offset: number, data: Uint8Array = new Uint8Array(0)) =>
  new Writer().u32(length).u32(offset).u32(0).zeros(20).bytes(data).finish();
export const read = (data: Uint8Array) => new Writer().u32(data.length).bytes(data).finish();
export const u32 = (value: number) => new Writer().u32(value).finish();

export const DRIVE: Device = [DeviceType.fileSystem, 1, 'share'];
export const PRINTER: Device = [DeviceType.printer, 2, 'PRN1', new Uint8Array(40)];
export const CARD: Device = [DeviceType.smartCard, 3, 'SCARD'];
export const SERIAL: Device = [DeviceType.serial, 4, 'COM1'];
export const PARALLEL: Device = [DeviceType.parallel, 5, 'LPT1'];
export const NOBODY: Device = [0x40, 6, 'WHAT'];
export const DEVICES = [DRIVE, PRINTER, CARD, SERIAL, PARALLEL, NOBODY];
