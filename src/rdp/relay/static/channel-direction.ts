/** One direction of a static channel that is looked into: from chunks to treated messages. */
import type { TraceEvent } from '../../../contract/trace.js';
import type { SendDataLocation } from '../../connection/mcs/send-data.js';
import {
  CHANNEL_FLAG_RESUME,
  CHANNEL_FLAG_SHOW_PROTOCOL,
  CHANNEL_FLAG_SUSPEND,
  decodeVirtualChannelChunk,
} from '../../session/virtual-channel-chunk.js';
import { DecodeError } from '../../wire/errors.js';
import { MAX_COLLECTED_CHUNKS } from '../../wire/limits.js';
import { Reader } from '../../wire/reader.js';
import type { Leg } from '../output.js';
import { type ChannelFilter, MESSAGE_HEAD_BYTES, type Treatment } from './channel-filter.js';
import { ChunkSequence } from './chunk-sequence.js';

/** What one frame comes to. */
export interface DirectionStep {
  /** Frames for the other side, as they came. */
  readonly frames: readonly Uint8Array[];
  /** A message that takes the place of what was held back. */
  readonly message?: Uint8Array;
  readonly answer?: Uint8Array;
  readonly events: readonly TraceEvent[];
}

const NOTHING: DirectionStep = { frames: [], events: [] };

interface Held {
  readonly frame: Uint8Array;
  readonly data: Uint8Array;
}

export class ChannelDirection {
  readonly #from: Leg;
  readonly #filter: ChannelFilter;
  readonly #sequence = new ChunkSequence();
  /** Frames of a message that is not decided on yet, or is being collected. */
  #held: Held[] = [];
  #heldBytes = 0;
  #treatment: Treatment | null = null;
  /** Bytes that a watched message still has before what is read along. */
  #skip = 0;
  #showProtocol = 0;

  constructor(from: Leg, filter: ChannelFilter) {
    this.#from = from;
    this.#filter = filter;
  }

  /** True while the other side has got some chunks of a message and not all. */
  get midway(): boolean {
    const kind = this.#treatment?.kind;
    return this.#sequence.pending && (kind === 'pass' || kind === 'watch');
  }

  /** Flag that this side's chunks have, for messages of the gateway's own in their place. */
  get showProtocol(): number {
    return this.#showProtocol;
  }

  /** Throws DecodeError for chunks that make up no message, and for messages that cannot be read. */
  push(frame: Uint8Array, location: SendDataLocation): DirectionStep {
    const { flags, data } = chunkOf(frame, location);
    if ((flags & (CHANNEL_FLAG_SUSPEND | CHANNEL_FLAG_RESUME)) !== 0 && data.length === 0) {
      return { frames: [frame], events: [] };
    }
    this.#showProtocol = flags & CHANNEL_FLAG_SHOW_PROTOCOL;
    const chunk = chunkOf(frame, location);
    const { first, last } = this.#sequence.take(chunk);
    if (first) this.#treatment = null;
    const step =
      this.#treatment === null || this.#treatment.kind === 'collect'
        ? this.#hold(frame, location, chunk.length, last)
        : this.#follow(this.#treatment, { frame, data }, last);
    if (last) this.#treatment = null;
    return step;
  }

  /** The frame waits for the decision, or for the rest of its message. */
  #hold(frame: Uint8Array, location: SendDataLocation, sizeBytes: number, last: boolean): DirectionStep {
    // Each costs far more than a byte: a message in chunks of one byte would be kept in hundreds of times its size.
    if (this.#held.length === MAX_COLLECTED_CHUNKS) throw new DecodeError('limit', 'ChannelMessage', 0, 'chunks');
    // The frame is a view of a larger buffer, which is not to be kept for it.
    const kept = last ? frame : frame.slice();
    const { data } = chunkOf(kept, location);
    this.#held.push({ frame: kept, data });
    this.#heldBytes += data.length;
    if (this.#treatment === null) {
      if (this.#heldBytes < Math.min(sizeBytes, MESSAGE_HEAD_BYTES)) return NOTHING;
      this.#treatment = this.#filter.begin(this.#from, this.#bytes(MESSAGE_HEAD_BYTES), sizeBytes);
      return this.#begun(this.#treatment, sizeBytes, last);
    }
    return last ? this.#collected() : NOTHING;
  }

  #begun(treatment: Treatment, sizeBytes: number, last: boolean): DirectionStep {
    if (treatment.kind === 'collect') {
      if (sizeBytes > treatment.limitBytes) {
        throw new DecodeError('limit', 'ChannelMessage', 0, `message of ${sizeBytes} bytes`);
      }
      return last ? this.#collected() : NOTHING;
    }
    if (treatment.kind === 'watch') this.#skip = treatment.skipBytes;
    const held = this.#take();
    const frames: Uint8Array[] = [];
    const events: TraceEvent[] = 'events' in treatment ? [...(treatment.events ?? [])] : [];
    for (const [index, part] of held.entries()) {
      const step = this.#follow(treatment, part, last && index === held.length - 1);
      frames.push(...step.frames);
      events.push(...step.events);
    }
    return { frames, events };
  }

  /** A further chunk of a message that passes or is withheld. */
  #follow(treatment: Exclude<Treatment, { kind: 'collect' }>, { frame, data }: Held, last: boolean): DirectionStep {
    if (treatment.kind === 'withhold') return NOTHING;
    if (treatment.kind === 'pass') return { frames: [frame], events: [] };
    const skipped = Math.min(this.#skip, data.length);
    this.#skip -= skipped;
    if (data.length > skipped) treatment.data(data.subarray(skipped));
    return { frames: [frame], events: last ? treatment.done() : [] };
  }

  #collected(): DirectionStep {
    const message = this.#bytes(this.#heldBytes);
    const frames = this.#take().map(({ frame }) => frame);
    const { forward, answer, events = [] } = this.#filter.whole(this.#from, message);
    return {
      frames: forward === 'unchanged' ? frames : [],
      ...(forward !== 'unchanged' && forward !== null && { message: forward }),
      ...(answer !== undefined && { answer }),
      events,
    };
  }

  #take(): Held[] {
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    return held;
  }

  /** The first bytes of what is held. */
  #bytes(most: number): Uint8Array {
    const [only, another] = this.#held;
    if (only !== undefined && another === undefined) return only.data.subarray(0, most);
    const bytes = new Uint8Array(Math.min(most, this.#heldBytes));
    let at = 0;
    for (const { data } of this.#held) {
      const part = data.subarray(0, bytes.length - at);
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

function chunkOf(frame: Uint8Array, { offset, sizeBytes }: SendDataLocation) {
  return decodeVirtualChannelChunk(new Reader(frame, 'channelChunk', offset, offset + sizeBytes));
}
