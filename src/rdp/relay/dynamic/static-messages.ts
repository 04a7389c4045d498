/** One direction of drdynvc: messages with the frames that they came in, and frames of the gateway's own. */
import { encodeDomainPdu } from '../../connection/mcs/domain-pdu.js';
import { sendData, type SendDataLocation } from '../../connection/mcs/send-data.js';
import { encodeDataFrame } from '../../connection/x224/data.js';
import {
  CHANNEL_FLAG_RESUME,
  CHANNEL_FLAG_SHOW_PROTOCOL,
  CHANNEL_FLAG_SUSPEND,
  decodeVirtualChannelChunk,
  encodeVirtualChannelChunk,
  splitVirtualChannelMessage,
} from '../../session/virtual-channel-chunk.js';
import { VirtualChannelMessages } from '../../session/virtual-channel-messages.js';
import { MAX_DVC_PDU_MESSAGE_BYTES } from '../../wire/limits.js';
import { Reader } from '../../wire/reader.js';

/** A whole message, and all frames that it came in. */
export interface StaticMessage {
  readonly message: Uint8Array;
  readonly frames: readonly Uint8Array[];
}

export class StaticMessages {
  readonly #messages = new VirtualChannelMessages(MAX_DVC_PDU_MESSAGE_BYTES);
  #frames: Uint8Array[] = [];
  #showProtocol = 0;

  /**
   * Takes one frame. Null while a message is not complete, and for flow control: the gateway sends messages of its own and
   * holds others back, so neither side can steer the other through it. Throws DecodeError for chunks that do not make up
   * a message.
   */
  push(frame: Uint8Array, location: SendDataLocation): StaticMessage | null {
    const end = location.offset + location.sizeBytes;
    const chunk = decodeVirtualChannelChunk(new Reader(frame, 'channelChunk', location.offset, end));
    const flow = (chunk.flags & (CHANNEL_FLAG_SUSPEND | CHANNEL_FLAG_RESUME)) !== 0;
    if (flow && chunk.data.length === 0) return null;
    this.#showProtocol = chunk.flags & CHANNEL_FLAG_SHOW_PROTOCOL;
    const message = this.#messages.push(chunk);
    if (message === null) {
      // The frame is a view of a larger buffer, which is not to be kept for it.
      this.#frames.push(frame.slice());
      return null;
    }
    const frames = [...this.#frames, frame];
    this.#frames = [];
    return { message, frames };
  }

  /** Frames of a message of the gateway's, for the side that receives this direction. */
  frames(message: Uint8Array, kind: SendDataLocation['kind'], initiator: number, channelId: number): Uint8Array[] {
    return splitVirtualChannelMessage(message).map((chunk) => {
      const userData = encodeVirtualChannelChunk({ ...chunk, flags: chunk.flags | this.#showProtocol });
      return encodeDataFrame(encodeDomainPdu(sendData(kind, initiator, channelId, userData)));
    });
  }
}
