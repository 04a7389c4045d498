/**
 * The graphics channel of a trace: dynamic channel PDUs in, commands out. A message in parts is accounted for by the record
 * that completes it.
 */
import { decodeDvcServerPdu, type DvcDataPdu, type DvcServerPdu } from '../../src/rdp/dvc/dvc-pdu.js';
import { DvcTracker } from '../../src/rdp/dvc/dvc-tracker.js';
import { Reader } from '../../src/rdp/wire/reader.js';
import { type Applied, type Context, reasonOf, Tally } from '../picture/applied.js';
import { ZgfxDecompressor } from '../zgfx/zgfx.js';
import { type GfxOutput, GraphicsPipeline } from './graphics-pipeline.js';
import { GFX_DECODERS } from './registry.js';
import type { GfxDecoders } from './surface-bitmaps.js';

const CODEC = 'graphics channel';

/** What a record has brought, before any of it is carried out. */
interface Received {
  readonly tally: Tally;
  /** The message that it completes; null when it completes none. */
  readonly commands: Uint8Array | null;
  readonly pdus: number;
  readonly bytes: number;
}

export class GraphicsChannel {
  readonly #output: GfxOutput;
  readonly #decoders: GfxDecoders;
  readonly #zgfx = new ZgfxDecompressor();
  #tracker = new DvcTracker();
  #pipeline: GraphicsPipeline;
  /** PDUs of a message that is not complete, and their bytes. */
  #pendingPdus = 0;
  #pendingBytes = 0;
  /** The record that `resizes` has looked at. */
  #received: Received | null = null;

  /** `decoders` are those of the registry but in tests of codecs that are not offered. */
  constructor(output: GfxOutput, decoders: GfxDecoders = GFX_DECODERS) {
    this.#output = output;
    this.#decoders = decoders;
    this.#pipeline = new GraphicsPipeline(output, decoders);
  }

  /** Adds the contexts that are broken. */
  addBroken(broken: Set<Context>): void {
    if (this.#zgfx.poisoned) broken.add('zgfx');
    this.#pipeline.addBroken(broken);
  }

  /** True when a record begins a desktop of another size; `apply` of the same record is to be next. */
  resizes(payload: Uint8Array): boolean {
    this.#received = this.#receive(payload);
    const { commands } = this.#received;
    return commands !== null && this.#pipeline.resizes(commands);
  }

  /** Applies a record; what it changes on the desktop is the output's to say. */
  apply(payload: Uint8Array): Applied {
    const { tally, commands, pdus, bytes } = this.#received ?? this.#receive(payload);
    this.#received = null;
    if (commands !== null) this.#pipeline.message(commands, tally);
    return tally.result(pdus, bytes);
  }

  #receive(payload: Uint8Array): Received {
    const tally = new Tally();
    const before = { pdus: this.#pendingPdus, bytes: this.#pendingBytes };
    let commands: Uint8Array | null = null;
    try {
      const pdu = decodeDvcServerPdu(new Reader(payload, 'DvcServerPdu'));
      if (pdu.kind === 'data' || pdu.kind === 'data-first') commands = this.#data(pdu, payload.length, tally);
      else this.#control(pdu, payload.length, tally);
    } catch (error) {
      // A message, or a part of one, has not come through: the history lacks it.
      this.#zgfx.poison();
      this.#pipeline.messageLost();
      this.#lose(reasonOf(error), payload.length, 'zgfx', tally);
    }
    const pdus = 1 + before.pdus - this.#pendingPdus;
    return { tally, commands, pdus, bytes: payload.length + before.bytes - this.#pendingBytes };
  }

  /** The part is over: gives what a message that has not ended by now, and never will, was made of. */
  end(): { readonly pdus: number; readonly bytes: number } {
    const unfinished = { pdus: this.#pendingPdus, bytes: this.#pendingBytes };
    this.#forgetPending();
    this.#pipeline.close();
    return unfinished;
  }

  /** As `GraphicsPipeline.outputReplaced`. */
  outputReplaced(): void {
    this.#pipeline.outputReplaced();
  }

  #control(pdu: Exclude<DvcServerPdu, DvcDataPdu>, bytes: number, tally: Tally): void {
    switch (pdu.kind) {
      case 'create-request':
        this.#losePending(tally);
        this.#tracker = new DvcTracker();
        this.#tracker.open(pdu.channelId, pdu.channelName);
        this.#zgfx.reset();
        this.#pipeline.close();
        this.#pipeline = new GraphicsPipeline(this.#output, this.#decoders);
        return;
      case 'close':
        this.#losePending(tally);
        this.#tracker.close(pdu.channelId);
        this.#pipeline.close();
        return;
      default:
        this.#lose('invalid: not a PDU of the channel', bytes, null, tally);
    }
  }

  /** Gives the message that is complete with this PDU, and begins its tally. */
  #data(pdu: DvcDataPdu, bytes: number, tally: Tally): Uint8Array | null {
    const message = this.#tracker.push(pdu);
    if (message === null) {
      this.#pendingPdus += 1;
      this.#pendingBytes += bytes;
      return null;
    }
    const wireBytes = this.#pendingBytes + bytes;
    const wirePdus = this.#pendingPdus + 1;
    this.#forgetPending();
    try {
      const commands = this.#zgfx.decompress(message);
      tally.begin(wireBytes, wirePdus, commands.length);
      return commands;
    } catch (error) {
      this.#pipeline.messageLost();
      tally.begin(wireBytes, wirePdus);
      tally.drop({ codec: 'zgfx', area: null, reason: reasonOf(error), context: 'zgfx' });
      return null;
    }
  }

  #lose(reason: string, bytes: number, context: Context | null, tally: Tally): void {
    tally.begin(this.#pendingBytes + bytes, this.#pendingPdus + 1);
    tally.drop({ codec: CODEC, area: null, reason, context });
    this.#forgetPending();
  }

  #losePending(tally: Tally): void {
    if (this.#pendingPdus === 0) return;
    tally.begin(this.#pendingBytes, this.#pendingPdus);
    tally.drop({ codec: CODEC, area: null, reason: 'truncated: message' });
    this.#forgetPending();
  }

  #forgetPending(): void {
    this.#pendingPdus = 0;
    this.#pendingBytes = 0;
  }
}
