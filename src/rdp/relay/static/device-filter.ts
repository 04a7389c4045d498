/**
 * The channel of redirected devices, [MS-RDPEFS]: devices that policy withholds are taken out of the client's
 * announcement, and nothing passes to or from a device that was not announced. Files on drives and print jobs are counted
 * and hashed.
 */
import type { ChannelPolicy, ChannelUse } from '../../../contract/channel-policy.js';
import type { TraceEvent } from '../../../contract/trace.js';
import { decodeDeviceHeader, DevicePacket, RDPDR_CTYP_CORE, RDPDR_CTYP_PRN } from '../../drives/device-header.js';
import {
  decodeCreatePath,
  decodeDeviceCompletion,
  decodeDeviceRequest,
  decodeNameChange,
  decodeReadWrite,
  DeviceFunction,
  type DeviceRequest,
  READ_RESPONSE_HEADER_BYTES,
  WRITE_REQUEST_HEADER_BYTES,
} from '../../drives/device-io.js';
import {
  type AnnouncedDevice,
  decodeDeviceList,
  decodeDeviceRemoval,
  DeviceType,
  encodeDeviceList,
  encodeDeviceRemoval,
} from '../../drives/device-list.js';
import { DecodeError } from '../../wire/errors.js';
import { MAX_DEVICE_MESSAGE_BYTES, MAX_DEVICE_REQUESTS, MAX_REDIRECTED_DEVICES } from '../../wire/limits.js';
import { Reader } from '../../wire/reader.js';
import type { Leg } from '../output.js';
import { type ChannelFilter, PASS, type Treatment, type Verdict, WITHHOLD } from './channel-filter.js';
import type { CreateContentHash, PassingContent } from './content-hash.js';
import { DeviceFile, DeviceFiles, type RedirectedDevice } from './device-files.js';
import { eventName } from './event-text.js';

const KINDS: ReadonlyMap<number, { readonly kind: RedirectedDevice['kind']; readonly use: ChannelUse }> = new Map([
  [DeviceType.serial, { kind: 'port', use: 'ports' }],
  [DeviceType.parallel, { kind: 'port', use: 'ports' }],
  [DeviceType.printer, { kind: 'printer', use: 'printers' }],
  [DeviceType.fileSystem, { kind: 'drive', use: 'drives' }],
  [DeviceType.smartCard, { kind: 'smart-card', use: 'smart-cards' }],
] as const);

/** Messages that set the channel up and name no device. */
const SETTING_UP: { readonly [From in Leg]: ReadonlySet<number> } = {
  client: new Set([DevicePacket.clientIdConfirm, DevicePacket.clientName, DevicePacket.clientCapability]),
  target: new Set([
    DevicePacket.serverAnnounce,
    DevicePacket.serverCapability,
    DevicePacket.clientIdConfirm,
    DevicePacket.deviceReply,
    DevicePacket.userLoggedOn,
  ]),
};

const COLLECT: Treatment = { kind: 'collect', limitBytes: MAX_DEVICE_MESSAGE_BYTES };
const STATUS_SUCCESS = 0;

/** A request that the client has not answered. */
interface PendingRequest extends DeviceRequest {
  readonly path?: string;
  readonly offset?: number | null;
  readonly change?: ReturnType<typeof decodeNameChange>;
}

export class DeviceFilter implements ChannelFilter {
  readonly #channels: ChannelPolicy;
  readonly #createHash: CreateContentHash;
  readonly #devices = new Map<number, RedirectedDevice>();
  readonly #files = new DeviceFiles();
  readonly #pending = new Map<string, PendingRequest>();

  constructor(channels: ChannelPolicy, createHash: CreateContentHash) {
    this.#channels = channels;
    this.#createHash = createHash;
  }

  begin(from: Leg, head: Uint8Array): Treatment {
    const reader = new Reader(head, 'DeviceMessage');
    const { component, packetId } = decodeDeviceHeader(reader);
    if (component === RDPDR_CTYP_PRN) return this.#channels.has('printers') ? PASS : WITHHOLD;
    if (component !== RDPDR_CTYP_CORE) return WITHHOLD;
    if (SETTING_UP[from].has(packetId)) return PASS;
    if (from === 'target') return packetId === DevicePacket.ioRequest ? this.#request(reader) : WITHHOLD;
    if (packetId === DevicePacket.ioCompletion) return this.#completion(reader);
    return packetId === DevicePacket.deviceListAnnounce || packetId === DevicePacket.deviceListRemove
      ? COLLECT
      : WITHHOLD;
  }

  whole(_from: Leg, message: Uint8Array): Verdict {
    const reader = new Reader(message, 'DeviceMessage');
    const { packetId } = decodeDeviceHeader(reader);
    if (packetId === DevicePacket.deviceListAnnounce) return this.#announce(decodeDeviceList(reader));
    if (packetId === DevicePacket.deviceListRemove) return this.#remove(decodeDeviceRemoval(reader));
    const request = decodeDeviceRequest(reader);
    if (request.majorFunction === DeviceFunction.create) this.#await({ ...request, path: decodeCreatePath(reader) });
    else this.#await({ ...request, change: decodeNameChange(reader) });
    return { forward: 'unchanged' };
  }

  close(): readonly TraceEvent[] {
    return this.#files.closeAll();
  }

  #announce(devices: readonly AnnouncedDevice[]): Verdict {
    const events: TraceEvent[] = [];
    const kept = devices.filter((device) => {
      const known = KINDS.get(device.deviceType);
      const allowed = known !== undefined && this.#channels.has(known.use);
      const kind = known?.kind ?? 'unknown';
      const action = allowed ? 'redirected' : 'withheld';
      const name = eventName(device.preferredDosName);
      events.push({ kind: 'drive', data: { action, device: kind, name } });
      if (allowed) this.#devices.set(device.deviceId, { kind: known.kind, name: device.preferredDosName });
      return allowed;
    });
    if (this.#devices.size > MAX_REDIRECTED_DEVICES) throw new DecodeError('limit', 'DeviceListAnnounce', 4, 'devices');
    return { forward: kept.length === devices.length ? 'unchanged' : encodeDeviceList(kept), events };
  }

  #remove(deviceIds: readonly number[]): Verdict {
    const known = deviceIds.filter((id) => this.#devices.delete(id));
    if (known.length === deviceIds.length) return { forward: 'unchanged' };
    return { forward: known.length === 0 ? null : encodeDeviceRemoval(known) };
  }

  /** The target asks for nothing that it was not told of. */
  #request(reader: Reader): Treatment {
    const request = decodeDeviceRequest(reader);
    const device = this.#devices.get(request.deviceId);
    if (device === undefined) return WITHHOLD;
    if (device.kind !== 'drive' && device.kind !== 'printer') return PASS;
    switch (request.majorFunction) {
      case DeviceFunction.create:
      case DeviceFunction.setInformation:
        return COLLECT;
      case DeviceFunction.read:
        this.#await({ ...request, offset: decodeReadWrite(reader).offset });
        return PASS;
      case DeviceFunction.write:
        return this.#write(device, request, reader);
      case DeviceFunction.close:
        this.#await(request);
        return PASS;
      default:
        return PASS;
    }
  }

  #write(device: RedirectedDevice, request: DeviceRequest, reader: Reader): Treatment {
    const { length, offset } = decodeReadWrite(reader);
    if (length === 0) return PASS;
    const { file, events } = this.#fileOf(device, request);
    const content = this.#files.beginWrite(file, offset);
    return watch(WRITE_REQUEST_HEADER_BYTES, length, content, events, () => this.#files.endWrite());
  }

  /** Also of a file that is closed, or was opened in a way that nobody has seen: what passes through it is on record. */
  #fileOf(device: RedirectedDevice, { deviceId, fileId }: DeviceRequest): { file: DeviceFile; events: TraceEvent[] } {
    const open = this.#files.get(deviceId, fileId);
    if (open !== undefined) return { file: open, events: [] };
    const file = new DeviceFile(device, null, this.#createHash);
    return { file, events: this.#files.open(deviceId, fileId, file) };
  }

  #completion(reader: Reader): Treatment {
    const completion = decodeDeviceCompletion(reader);
    const { deviceId, completionId } = completion;
    const device = this.#devices.get(deviceId);
    if (device === undefined) return WITHHOLD;
    const request = this.#pending.get(key(deviceId, completionId));
    this.#pending.delete(key(deviceId, completionId));
    if (request === undefined || completion.ioStatus !== STATUS_SUCCESS) return PASS;
    switch (request.majorFunction) {
      case DeviceFunction.create: {
        const opened = new DeviceFile(device, request.path ?? '', this.#createHash);
        return { kind: 'pass', events: this.#files.open(deviceId, reader.u32(), opened) };
      }
      case DeviceFunction.read: {
        const length = reader.u32();
        if (length === 0) return PASS;
        const { file, events } = this.#fileOf(device, request);
        return watch(READ_RESPONSE_HEADER_BYTES, length, file.read(request.offset ?? 0), events);
      }
      case DeviceFunction.close:
        return { kind: 'pass', events: this.#files.close(deviceId, request.fileId) };
      default:
        return this.#changed(device, request);
    }
  }

  #changed(device: RedirectedDevice, request: PendingRequest): Treatment {
    const { change = null } = request;
    if (change === null) return PASS;
    const { file, events } = this.#fileOf(device, request);
    if (change === 'deleted') file.deleted();
    else file.renamed(change.renamedTo);
    return { kind: 'pass', events };
  }

  /** Throws DecodeError "limit" when the client answers nothing. */
  #await(request: PendingRequest): void {
    this.#pending.set(key(request.deviceId, request.completionId), request);
    if (this.#pending.size > MAX_DEVICE_REQUESTS) {
      throw new DecodeError('limit', 'DeviceIoRequest', 0, 'requests without an answer');
    }
  }
}

/** Reads along `sizeBytes` bytes from `skipBytes` on. */
function watch(
  skipBytes: number,
  sizeBytes: number,
  content: PassingContent,
  events: readonly TraceEvent[],
  done: () => readonly TraceEvent[] = () => [],
): Treatment {
  let left = sizeBytes;
  const within = (bytes: Uint8Array): void => {
    const part = bytes.subarray(0, left);
    left -= part.length;
    if (part.length > 0) content.add(part);
  };
  return { kind: 'watch', skipBytes, data: within, done, events };
}

function key(deviceId: number, completionId: number): string {
  return `${deviceId}:${completionId}`;
}
