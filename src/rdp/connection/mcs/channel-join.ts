/** MCS Channel Join Request and Confirm, ITU-T T.125 sections 11.21 and 11.22, [MS-RDPBCGR] 2.2.1.8 and 2.2.1.9. */
import type { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import { CHANNEL_JOIN_CONFIRM, CHANNEL_JOIN_REQUEST, choiceByte, packResult, unpackResult } from './choice.js';
import { readUserId, writeUserId } from './per.js';

export interface ChannelJoinRequest {
  readonly kind: 'channel-join-request';
  readonly initiator: number;
  readonly channelId: number;
}

export interface ChannelJoinConfirm {
  readonly kind: 'channel-join-confirm';
  /** RT_SUCCESSFUL or the reason of the refusal (T.125 Result). */
  readonly result: number;
  readonly initiator: number;
  /** The channel that was asked for. */
  readonly requested: number;
  /** The channel that was joined; null when refused. */
  readonly channelId: number | null;
}

/** Decodes what follows the first byte. */
export function decodeChannelJoinRequest(reader: Reader): ChannelJoinRequest {
  return { kind: 'channel-join-request', initiator: readUserId(reader), channelId: reader.u16be() };
}

export function encodeChannelJoinRequest(value: ChannelJoinRequest): Uint8Array {
  const writer = new Writer().u8(choiceByte(CHANNEL_JOIN_REQUEST));
  writeUserId(writer, value.initiator);
  return writer.u16be(value.channelId).finish();
}

/** Decodes what follows the first byte. */
export function decodeChannelJoinConfirm(first: number, reader: Reader): ChannelJoinConfirm {
  const { result, option } = unpackResult(first, reader.u8());
  const initiator = readUserId(reader);
  const requested = reader.u16be();
  const channelId = option ? reader.u16be() : null;
  return { kind: 'channel-join-confirm', result, initiator, requested, channelId };
}

export function encodeChannelJoinConfirm(value: ChannelJoinConfirm): Uint8Array {
  const [first, second] = packResult(CHANNEL_JOIN_CONFIRM, value.result, value.channelId !== null);
  const writer = new Writer().u8(first).u8(second);
  writeUserId(writer, value.initiator);
  writer.u16be(value.requested);
  if (value.channelId !== null) writer.u16be(value.channelId);
  return writer.finish();
}
