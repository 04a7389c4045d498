/** Server Network Data (TS_UD_SC_NET), [MS-RDPBCGR] 2.2.1.4.4: ids for the channels that the client asked for. */
import { MAX_STATIC_CHANNELS } from '../../wire/limits.js';
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';

const PAD_BYTES = 2;

export interface ServerNetworkData {
  /** The I/O channel. */
  readonly mcsChannelId: number;
  /** In the order of the client's channel definitions; 0 for one that was not allocated. */
  readonly channelIds: readonly number[];
}

/** Decodes the block's body, with the padding of an odd number of channels. */
export function decodeServerNetworkData(reader: Reader): ServerNetworkData {
  const mcsChannelId = reader.u16();
  const channelCount = reader.u16();
  if (channelCount > MAX_STATIC_CHANNELS) throw reader.error('limit', `${channelCount} channels`);
  const channelIds: number[] = [];
  for (let index = 0; index < channelCount; index++) channelIds.push(reader.u16());
  if (channelCount % 2 === 1 && reader.remaining >= PAD_BYTES) reader.skip(PAD_BYTES);
  return { mcsChannelId, channelIds };
}

/** Writes the block's body, padded to a multiple of four. */
export function writeServerNetworkData(writer: Writer, value: ServerNetworkData): void {
  if (value.channelIds.length > MAX_STATIC_CHANNELS) throw new RangeError(`${value.channelIds.length} channels`);
  writer.u16(value.mcsChannelId).u16(value.channelIds.length);
  for (const channelId of value.channelIds) writer.u16(channelId);
  if (value.channelIds.length % 2 === 1) writer.zeros(PAD_BYTES);
}
