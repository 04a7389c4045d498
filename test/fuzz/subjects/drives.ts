/** The device channel: its messages one by one, and conversations through the relay that may pass some devices only. */
import { ALL_CHANNEL_USES, type ChannelUse } from '../../../src/contract/channel-policy.js';
import {
  decodeDeviceHeader,
  DevicePacket,
  RDPDR_CTYP_CORE,
  RDPDR_CTYP_PRN,
} from '../../../src/rdp/drives/device-header.js';
import {
  decodeCreatePath,
  decodeDeviceCompletion,
  decodeDeviceRequest,
  decodeNameChange,
  decodeReadWrite,
  DeviceFunction,
} from '../../../src/rdp/drives/device-io.js';
import { decodeDeviceList, decodeDeviceRemoval, DeviceType } from '../../../src/rdp/drives/device-list.js';
import { bytesFromUtf16 } from '../../../src/rdp/connection/text.js';
import { DEVICE_CHANNEL } from '../../../src/rdp/relay/shaping/static-channels.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { Writer } from '../../../src/rdp/wire/writer.js';
import * as says from '../../rdp/relay/device-messages.js';
import { BrokenPromise, stateless, type Subject } from '../subject.js';
import { channelSubject, type Heard, type Said } from './static-channels.js';

const USES: ReadonlyMap<number, ChannelUse> = new Map([
  [DeviceType.serial, 'ports'],
  [DeviceType.parallel, 'ports'],
  [DeviceType.printer, 'printers'],
  [DeviceType.fileSystem, 'drives'],
  [DeviceType.smartCard, 'smart-cards'],
]);

const { create, close, read, write, setInformation } = DeviceFunction;

/** FILE_RENAME_INFORMATION. */
function renaming(to: string): Uint8Array {
  const name = bytesFromUtf16(to);
  return new Writer()
    .u32(0x0a)
    .u32(6 + name.length)
    .zeros(24)
    .u16(0)
    .u32(name.length)
    .bytes(name)
    .finish();
}

/** A file on the drive is read, written, renamed and closed, and a printer printed on while it is closed. */
function messages(): Omit<Said, 'chunkBytes'>[] {
  const content = Uint8Array.from({ length: 200 }, (_, at) => at);
  const [opened, length] = [new Writer().u32(7).u8(1).finish(), says.u32(200)];
  const target = (message: Uint8Array) => ({ from: 'target', message }) as const;
  const client = (message: Uint8Array) => ({ from: 'client', message }) as const;
  return [
    client(says.announce(says.DEVICES)),
    target(says.ask(1, 0, 1, create, says.create('\\folder\\plan.txt'))),
    client(says.answer(1, 1, opened)),
    target(says.ask(1, 7, 2, read, says.range(200, 0))),
    client(says.answer(1, 2, says.read(content))),
    target(says.ask(1, 7, 3, write, says.range(200, 0, content))),
    client(says.answer(1, 3, length)),
    target(says.ask(1, 7, 4, setInformation, renaming('\\new.txt'))),
    client(says.answer(1, 4, length)),
    target(says.ask(1, 7, 5, close)),
    client(says.answer(1, 5, new Uint8Array(4))),
    target(says.ask(2, 0, 6, create, says.create(''))),
    client(says.answer(2, 6, opened)),
    target(says.ask(2, 7, 7, close)),
    target(says.ask(2, 7, 8, write, says.range(200, 0, content))),
    client(says.answer(2, 7, new Uint8Array(4))),
    target(says.ask(3, 0, 9, 0x0e, new Uint8Array(60))),
    client(says.remove([1, 3])),
  ];
}

/** The target hears of devices that are allowed, and the client is asked for those that the target has heard of. */
function watching(uses: readonly ChannelUse[]): (heard: Heard) => void {
  const known = new Set<number>();
  return ({ from, message }) => {
    const reader = new Reader(message, 'fuzz');
    const { component, packetId } = decodeDeviceHeader(reader);
    if (component === RDPDR_CTYP_PRN && !uses.includes('printers')) throw new BrokenPromise('a printer is withheld');
    if (component !== RDPDR_CTYP_CORE) return;
    if (from === 'client' && packetId === DevicePacket.deviceListAnnounce) {
      for (const { deviceType, deviceId } of decodeDeviceList(reader)) {
        const use = USES.get(deviceType);
        if (use === undefined || !uses.includes(use)) throw new BrokenPromise('a device that is withheld');
        known.add(deviceId);
      }
    }
    const speaksOf = packetId === DevicePacket.ioRequest || packetId === DevicePacket.ioCompletion;
    if (speaksOf && !known.has(reader.u32())) throw new BrokenPromise('a request for a device that is withheld');
  };
}

function channel(name: string, uses: readonly ChannelUse[]): Subject {
  const conversations = [1600, 60, 9].map((chunkBytes) => messages().map((said) => ({ ...said, chunkBytes })));
  return channelSubject(`device-channel-${name}`, DEVICE_CHANNEL, uses, conversations, () => watching(uses));
}

function message(input: Uint8Array): unknown {
  const reader = new Reader(input, 'fuzz');
  const { packetId } = decodeDeviceHeader(reader);
  switch (packetId) {
    case DevicePacket.deviceListAnnounce:
      return decodeDeviceList(reader);
    case DevicePacket.deviceListRemove:
      return decodeDeviceRemoval(reader);
    case DevicePacket.ioCompletion:
      return decodeDeviceCompletion(reader);
    default: {
      const { majorFunction } = decodeDeviceRequest(reader);
      if (majorFunction === create) return decodeCreatePath(reader);
      return majorFunction === setInformation ? decodeNameChange(reader) : decodeReadWrite(reader);
    }
  }
}

export function driveSubjects(): Subject[] {
  return [
    stateless(
      'device-messages',
      messages().map((said) => said.message),
      message,
    ),
    channel('all', ALL_CHANNEL_USES),
    channel('drives', ['drives']),
    channel('printers', ['printers']),
  ];
}
