/**
 * Static channels that the relay looks into, as conversations: an input is a control byte, whose lowest bit says which leg
 * it comes from, and a chunk. What comes out has to be whole messages, and nothing that the policy withholds.
 */
import { ALL_CHANNEL_USES, type ChannelUse } from '../../../src/contract/channel-policy.js';
import { createContentHash } from '../../../src/gateway/relay/content-hash.js';
import { encodeDomainPdu } from '../../../src/rdp/connection/mcs/domain-pdu.js';
import { locateSendData, sendData } from '../../../src/rdp/connection/mcs/send-data.js';
import { encodeDataFrame } from '../../../src/rdp/connection/x224/data.js';
import { CREATION_STATUS_NOT_FOUND } from '../../../src/rdp/dvc/create-response.js';
import { decodeDvcServerPdu, encodeDvcPdu } from '../../../src/rdp/dvc/dvc-pdu.js';
import type { Leg, RelayOutput } from '../../../src/rdp/relay/output.js';
import { dynamicChannelUse } from '../../../src/rdp/relay/shaping/dynamic-channels.js';
import { channelFilter } from '../../../src/rdp/relay/static/channel-filters.js';
import { StaticChannelRelay } from '../../../src/rdp/relay/static/static-channel-relay.js';
import {
  CHANNEL_FLAG_RESUME,
  CHANNEL_FLAG_SUSPEND,
  decodeVirtualChannelChunk,
  encodeVirtualChannelChunk,
  splitVirtualChannelMessage,
} from '../../../src/rdp/session/virtual-channel-chunk.js';
import { VirtualChannelMessages } from '../../../src/rdp/session/virtual-channel-messages.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { joined } from '../../helpers/fixture-files.js';
import { BrokenPromise, type Step, subject, type Subject } from '../subject.js';

const CHANNEL = 1004;
const USER = 1008;
const SERVER = 1002;
const MAX_CHUNK_BYTES = 16_000;
/** Of a message that is put together here; the relay is bounded by limits of its own. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
/** Of an event's JSON: names are cut, and few of them listed. */
const MAX_EVENT_BYTES = 32 * 1024;

export interface Said {
  readonly from: Leg;
  readonly message: Uint8Array;
  readonly chunkBytes: number;
}

/** A message that the other side got. */
export interface Heard {
  readonly from: Leg;
  readonly message: Uint8Array;
}

function frame(from: Leg, chunk: Uint8Array): Uint8Array {
  const kind = from === 'client' ? 'send-data-request' : 'send-data-indication';
  return encodeDataFrame(encodeDomainPdu(sendData(kind, from === 'client' ? USER : SERVER, CHANNEL, chunk)));
}

/** Puts together what comes out for each side as its peer would, and gives whole messages to `heard`. */
class Ears {
  readonly #messages = {
    client: new VirtualChannelMessages(MAX_MESSAGE_BYTES),
    target: new VirtualChannelMessages(MAX_MESSAGE_BYTES),
  };
  readonly #heard: (heard: Heard) => void;

  constructor(heard: (heard: Heard) => void) {
    this.#heard = heard;
  }

  take(output: RelayOutput): void {
    if (output.type === 'event' && JSON.stringify(output.event).length > MAX_EVENT_BYTES) {
      throw new BrokenPromise('an event that is too long');
    }
    if (output.type !== 'send') return;
    const message = this.#push(output.to, output.bytes);
    if (message !== null) this.#heard({ from: output.to === 'client' ? 'target' : 'client', message });
  }

  #push(to: Leg, bytes: Uint8Array): Uint8Array | null {
    const location = locateSendData(bytes);
    if (location?.channelId !== CHANNEL) throw new BrokenPromise('a frame of another channel');
    const end = location.offset + location.sizeBytes;
    const chunk = decodeVirtualChannelChunk(new Reader(bytes, 'fuzz', location.offset, end));
    const paused = (chunk.flags & (CHANNEL_FLAG_SUSPEND | CHANNEL_FLAG_RESUME)) !== 0;
    if (chunk.data.length === 0 && (paused || chunk.length === 0)) return null;
    try {
      return this.#messages[to].push(chunk);
    } catch (error) {
      // A longer message than is put together here may pass; nothing else may that a peer cannot put together.
      if (error instanceof DecodeError && error.code === 'limit') return null;
      throw new BrokenPromise('chunks came out that make up no message');
    }
  }
}

function opening(name: string, uses: readonly ChannelUse[], watching: () => (heard: Heard) => void): () => Step {
  const begin = () => {
    const filter = channelFilter(name, { channels: new Set(uses), createHash: createContentHash });
    if (filter === null) throw new Error(`${name} is not looked into`);
    return { relay: new StaticChannelRelay(CHANNEL, USER, filter), ears: new Ears(watching()) };
  };
  return () => {
    let { relay, ears } = begin();
    return (input) => {
      const from = ((input[0] ?? 0) & 1) === 0 ? 'client' : 'target';
      const bytes = frame(from, input.subarray(1, 1 + MAX_CHUNK_BYTES));
      const location = locateSendData(bytes);
      if (location === null) throw new Error('no frame');
      try {
        for (const output of relay.push(from, bytes, location)) ears.take(output);
        return 'decoded';
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        for (const output of relay.close()) ears.take(output);
        ({ relay, ears } = begin());
        return 'refused';
      }
    };
  };
}

/** A message's chunks as inputs. */
function inputs({ from, message, chunkBytes }: Said): Uint8Array[] {
  const control = Uint8Array.of(from === 'client' ? 0 : 1);
  return splitVirtualChannelMessage(message, chunkBytes).map((chunk) =>
    joined(control, encodeVirtualChannelChunk(chunk)),
  );
}

/** The same inputs with each leg's in their order, but in turns: messages of both legs are on their way at once. */
function interleaved(stream: readonly Uint8Array[]): Uint8Array[] {
  const of = (leg: number) => stream.filter((input) => input[0] === leg);
  const [client, target] = [of(0), of(1)];
  const turns = Math.max(client.length, target.length);
  return Array.from({ length: turns }, (_, turn) => [
    ...client.slice(turn, turn + 1),
    ...target.slice(turn, turn + 1),
  ]).flat();
}

/** The same inputs, but the last chunk of a message comes after the other leg's next message. */
function overtaken(conversation: readonly Said[]): Uint8Array[] {
  const stream: Uint8Array[] = [];
  let late: Uint8Array[] = [];
  for (const [index, said] of conversation.entries()) {
    const chunks = inputs(said);
    const waits = late.length === 0 && chunks.length > 1 && conversation[index + 1]?.from !== said.from;
    stream.push(...(waits ? chunks.slice(0, -1) : chunks), ...late);
    late = waits ? chunks.slice(-1) : [];
  }
  return [...stream, ...late];
}

/** Conversations on channel `name` of a session that allows `uses`; `watching` is begun for each, and told what is heard. */
export function channelSubject(
  name: string,
  channelName: string,
  uses: readonly ChannelUse[],
  conversations: readonly (readonly Said[])[],
  watching: () => (heard: Heard) => void,
): Subject {
  const streams = conversations.map((conversation) => conversation.flatMap(inputs));
  return subject({
    name,
    refusals: [],
    batchInputs: 96,
    mutatedShare: 0.03,
    streams: [...streams, ...streams.map(interleaved), ...conversations.map(overtaken)],
    open: opening(channelName, uses, watching),
  });
}

/** Dynamic channels of a session that is not recorded: the client is not asked for those that are withheld. */
export function staticChannelSubjects(): Subject[] {
  const create = { kind: 'create-request', cbId: 0, pri: 0, trailing: new Uint8Array(0) } as const;
  const asked = [
    'AUDIO_PLAYBACK_DVC',
    'AUDIO_INPUT',
    'Microsoft::Windows::RDS::Graphics',
    'ECHO',
    'FileRedirector',
  ].map((channelName, index) => encodeDvcPdu({ ...create, channelId: index + 1, channelName }));
  const answer = { kind: 'create-response', cbId: 0, sp: 0, creationStatus: CREATION_STATUS_NOT_FOUND } as const;
  const conversation = (chunkBytes: number): Said[] =>
    asked.flatMap((message, index): Said[] => [
      { from: 'target', message, chunkBytes },
      { from: 'client', message: encodeDvcPdu({ ...answer, channelId: index + 1 }), chunkBytes },
    ]);
  const uses: readonly ChannelUse[] = ALL_CHANNEL_USES.filter((use) => use !== 'other' && use !== 'audio-input');
  const withheld =
    () =>
    ({ from, message }: Heard) => {
      if (from === 'client' || (message[0] ?? 0) >> 4 !== 1) return;
      const pdu = decodeDvcServerPdu(new Reader(message, 'fuzz'));
      const use = pdu.kind === 'create-request' ? dynamicChannelUse(pdu.channelName) : null;
      if (use !== null && !uses.includes(use)) throw new BrokenPromise('a dynamic channel that is withheld');
    };
  const conversations = [1600, 11].map(conversation);
  return [channelSubject('dynamic-names-channel', 'drdynvc', uses, conversations, withheld)];
}
