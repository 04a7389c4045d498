/**
 * Display control of the demo desktop, [MS-RDPEDISP], on a dynamic channel of its own ([MS-RDPEDYC]): what size the client
 * wants its desktop to have. Without I/O.
 */
import type { ChannelDefinition } from '../rdp/connection/gcc/client-network-data.js';
import { encodeDisplayControlCaps } from '../rdp/display-control/caps.js';
import { DISPLAY_CONTROL_CHANNEL } from '../rdp/display-control/display-control-header.js';
import { decodeDisplayMonitorLayout, DISPLAYCONTROL_MONITOR_PRIMARY } from '../rdp/display-control/monitor-layout.js';
import { encodeDvcMessage } from '../rdp/dvc/data.js';
import { decodeDvcClientPdu, type DvcClientPdu, encodeDvcPdu } from '../rdp/dvc/dvc-pdu.js';
import { DvcTracker } from '../rdp/dvc/dvc-tracker.js';
import { channelFrames } from '../rdp/server/server-pdus.js';
import { decodeVirtualChannelChunk } from '../rdp/session/virtual-channel-chunk.js';
import { VirtualChannelMessages } from '../rdp/session/virtual-channel-messages.js';
import { MAX_DVC_PDU_MESSAGE_BYTES } from '../rdp/wire/limits.js';
import { Reader } from '../rdp/wire/reader.js';
import type { DesktopSize } from './desktop-session.js';

/** The static channel that dynamic channels are in. */
const STATIC_CHANNEL = 'drdynvc';
const CHANNEL_ID = 1;
/** A layout of one monitor is 56 bytes long. */
const MAX_MESSAGE_BYTES = 1024;
/** Without priorities and compression. */
const CAPABILITIES = { sp: 0, version: 1, priorityCharges: null } as const;
const CREATE = { cbId: 0, pri: 0, channelId: CHANNEL_ID, channelName: DISPLAY_CONTROL_CHANNEL } as const;

/** What comes of a message of the client. */
export interface DisplayStep {
  /** Frames to send. */
  readonly frames: readonly Uint8Array[];
  /** What the client wants; null when it has not said so here. */
  readonly size: DesktopSize | null;
}

const NOTHING: DisplayStep = { frames: [], size: null };

export class DisplayChannel {
  readonly #staticChannelId: number;
  readonly #maxSize: DesktopSize;
  readonly #messages = new VirtualChannelMessages(MAX_DVC_PDU_MESSAGE_BYTES);
  readonly #open = new DvcTracker({ maxChannels: 1, maxMessageBytes: MAX_MESSAGE_BYTES });

  private constructor(staticChannelId: number, maxSize: DesktopSize) {
    this.#staticChannelId = staticChannelId;
    this.#maxSize = maxSize;
  }

  /** Null for a client without dynamic channels. @param channelIds of `channels`, in their order */
  static of(
    channels: readonly ChannelDefinition[],
    channelIds: readonly number[],
    maxSize: DesktopSize,
  ): DisplayChannel | null {
    const id = channelIds[channels.findIndex(({ name }) => name.toLowerCase() === STATIC_CHANNEL)];
    return id === undefined ? null : new DisplayChannel(id, maxSize);
  }

  /** What is sent first, once the session is active. */
  begin(): readonly Uint8Array[] {
    return this.#frames([encodeDvcPdu({ kind: 'capabilities-request', ...CAPABILITIES })]);
  }

  /** Takes user data of a static channel. Throws DecodeError for what [MS-RDPEDYC] or [MS-RDPEDISP] do not allow. */
  take(channelId: number, userData: Uint8Array): DisplayStep {
    if (channelId !== this.#staticChannelId) return NOTHING;
    const message = this.#messages.push(decodeVirtualChannelChunk(new Reader(userData, 'channelChunk')));
    return message === null ? NOTHING : this.#pdu(decodeDvcClientPdu(new Reader(message, 'DYNVC')));
  }

  #pdu(pdu: DvcClientPdu): DisplayStep {
    switch (pdu.kind) {
      case 'capabilities-response':
        return this.#say([encodeDvcPdu({ kind: 'create-request', ...CREATE, trailing: new Uint8Array(0) })]);
      case 'create-response':
        if (pdu.channelId !== CHANNEL_ID || pdu.creationStatus < 0) return NOTHING;
        this.#open.open(CHANNEL_ID, DISPLAY_CONTROL_CHANNEL);
        return this.#say(encodeDvcMessage(CHANNEL_ID, this.#caps()));
      case 'close':
        this.#open.close(pdu.channelId);
        return NOTHING;
      case 'data-first':
      case 'data':
        return { frames: [], size: sizeIn(this.#open.push(pdu)) };
      case 'soft-sync-response':
        return NOTHING;
    }
  }

  #caps(): Uint8Array {
    const { width, height } = this.#maxSize;
    return encodeDisplayControlCaps({ maxNumMonitors: 1, maxMonitorAreaFactorA: width, maxMonitorAreaFactorB: height });
  }

  #say(messages: readonly Uint8Array[]): DisplayStep {
    return { frames: this.#frames(messages), size: null };
  }

  #frames(messages: readonly Uint8Array[]): Uint8Array[] {
    return messages.flatMap((message) => channelFrames(this.#staticChannelId, message));
  }
}

/** Of the primary monitor; null when there is no whole message yet. */
function sizeIn(message: Uint8Array | null): DesktopSize | null {
  if (message === null) return null;
  const monitors = decodeDisplayMonitorLayout(new Reader(message, 'DISPLAYCONTROL'));
  const monitor = monitors.find(({ flags }) => (flags & DISPLAYCONTROL_MONITOR_PRIMARY) !== 0) ?? monitors[0];
  return monitor === undefined ? null : { width: monitor.width, height: monitor.height };
}
