/** Client Network Data (TS_UD_CS_NET), [MS-RDPBCGR] 2.2.1.3.4: the static virtual channels that the client wants. */
import { MAX_STATIC_CHANNELS } from '../../wire/limits.js';
import type { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import { bytesFromLatin1, latin1FromBytes, untilNul } from '../text.js';

const NAME_BYTES = 8;

/** `options`. */
export const CHANNEL_OPTION_INITIALIZED = 0x8000_0000;
export const CHANNEL_OPTION_ENCRYPT_RDP = 0x4000_0000;
export const CHANNEL_OPTION_COMPRESS_RDP = 0x0080_0000;
export const CHANNEL_OPTION_COMPRESS = 0x0040_0000;
export const CHANNEL_OPTION_SHOW_PROTOCOL = 0x0020_0000;

/** CHANNEL_DEF, 2.2.1.3.4.1. */
export interface ChannelDefinition {
  /** At most 7 characters; what follows the terminator is not kept. */
  readonly name: string;
  /** CHANNEL_OPTION_*. */
  readonly options: number;
}

export interface ClientNetworkData {
  /** Their order is that of the ids in the server's answer. */
  readonly channels: readonly ChannelDefinition[];
}

/** Decodes the block's body. Throws "limit" above MAX_STATIC_CHANNELS, "invalid" for a name without terminator. */
export function decodeClientNetworkData(reader: Reader): ClientNetworkData {
  const channelCount = reader.u32();
  if (channelCount > MAX_STATIC_CHANNELS) throw reader.error('limit', `${channelCount} channels`);
  const channels: ChannelDefinition[] = [];
  for (let index = 0; index < channelCount; index++) {
    const field = latin1FromBytes(reader.bytes(NAME_BYTES));
    const name = untilNul(field);
    if (name.length === NAME_BYTES) throw reader.error('invalid', 'channel name without terminator');
    channels.push({ name, options: reader.u32() });
  }
  return { channels };
}

function encodeChannelDefinition(channel: ChannelDefinition): Uint8Array {
  const name = bytesFromLatin1(channel.name);
  if (name.length >= NAME_BYTES || name.includes(0)) throw new RangeError('channel name does not fit');
  const padding = NAME_BYTES - name.length;
  return new Writer().bytes(name).zeros(padding).u32(channel.options).finish();
}

/** Writes the block's body. Throws RangeError for too many channels and for names that do not fit. */
export function writeClientNetworkData(writer: Writer, value: ClientNetworkData): void {
  if (value.channels.length > MAX_STATIC_CHANNELS) throw new RangeError(`${value.channels.length} channels`);
  writer.u32(value.channels.length);
  for (const channel of value.channels) writer.bytes(encodeChannelDefinition(channel));
}
