/** Soft-Sync Request, [MS-RDPEDYC] 2.2.5.1: the server moves channels to multitransport tunnels. */
import { MAX_DYNAMIC_CHANNELS } from '../wire/limits.js';
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { DvcCommand, dvcWriter } from './dvc-header.js';

/** Bits of flags. */
export const SOFT_SYNC_TCP_FLUSHED = 0x01;
export const SOFT_SYNC_CHANNEL_LIST_PRESENT = 0x02;

/** Bytes of Length, Flags and NumberOfTunnels, which Length counts. */
const FIXED_BYTES = 8;

/** DYNVC_SOFT_SYNC_CHANNEL_LIST, 2.2.5.1.1. */
export interface SoftSyncChannelList {
  readonly tunnelType: number;
  readonly channelIds: readonly number[];
}

export interface SoftSyncRequest {
  readonly flags: number;
  readonly numberOfTunnels: number;
  readonly channelLists: readonly SoftSyncChannelList[];
}

/** Reads what follows the header. */
export function decodeSoftSyncRequest(reader: Reader): SoftSyncRequest {
  reader.skip(1);
  const length = reader.u32();
  if (length < FIXED_BYTES) throw reader.error('invalid', 'Length');
  const body = reader.sub(length - 4, 'SoftSyncRequest');
  const flags = body.u16();
  const numberOfTunnels = body.u16();
  const channelLists: SoftSyncChannelList[] = [];
  if ((flags & SOFT_SYNC_CHANNEL_LIST_PRESENT) !== 0) {
    for (let index = 0; index < numberOfTunnels; index++) channelLists.push(readChannelList(body));
  }
  body.end();
  return { flags, numberOfTunnels, channelLists };
}

function readChannelList(reader: Reader): SoftSyncChannelList {
  const tunnelType = reader.u32();
  const numberOfDvcs = reader.u16();
  if (numberOfDvcs > MAX_DYNAMIC_CHANNELS) throw reader.error('limit', `${numberOfDvcs} channels`);
  reader.need(4 * numberOfDvcs);
  return { tunnelType, channelIds: Array.from({ length: numberOfDvcs }, () => reader.u32()) };
}

export function encodeSoftSyncRequest(value: SoftSyncRequest): Uint8Array {
  const lists = new Writer();
  for (const { tunnelType, channelIds } of value.channelLists) {
    lists.u32(tunnelType).u16(channelIds.length);
    for (const id of channelIds) lists.u32(id);
  }
  const writer = dvcWriter(DvcCommand.softSyncRequest)
    .u8(0)
    .u32(FIXED_BYTES + lists.length);
  return writer.u16(value.flags).u16(value.numberOfTunnels).bytes(lists.finish()).finish();
}
