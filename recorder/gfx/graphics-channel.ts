/**
 * The graphics channel of a trace: dynamic channel PDUs in, commands out. A message in parts is accounted for by the record
 * that completes it.
 */
import { decodeDvcServerPdu, type DvcDataPdu, type DvcServerPdu } from '../../src/rdp/dvc/dvc-pdu.js';
import { DvcTracker } from '../../src/rdp/dvc/dvc-tracker.js';
import { Reader } from '../../src/rdp/wire/reader.js';
import { reasonOf, Tally, type Applied } from '../picture/applied.js';
import { ZgfxDecompressor } from '../zgfx/zgfx.js';
import { type GfxOutput, GraphicsPipeline } from './graphics-pipeline.js';
import { GFX_DECODERS } from './registry.js';
import type { GfxDecoders } from './surface-bitmaps.js';

const CODEC = 'graphics channel';

export class GraphicsChannel {
  readonly #output: GfxOutput;
  readonly #decoders: GfxDecoders;
  readonly #zgfx = new ZgfxDecompressor();
  #tracker = new DvcTracker();
  #pipeline: GraphicsPipeline;
  /** PDUs of a message that is not complete, and their bytes. */
  #pendingPdus = 0;
  #pendingBytes = 0;

  /** `decoders` are those of the registry but in tests of codecs that are not offered. */
  constructor(output: GfxOutput, decoders: GfxDecoders = GFX_DECODERS) {
    this.#output = output;
    this.#decoders = decoders;
    this.#pipeline = new GraphicsPipeline(output, decoders);
  }

  /** Applies a record; what it changes on the desktop is the output's to say. */
  apply(payload: Uint8Array): Applied {
    const tally = new Tally();
    const before = { pdus: this.#pendingPdus, bytes: this.#pendingBytes };
    let pdu: DvcServerPdu;
    try {
      pdu = decodeDvcServerPdu(new Reader(payload, 'DvcServerPdu'));
      if (pdu.kind === 'data' || pdu.kind === 'data-first') this.#data(pdu, payload.length, tally);
      else this.#control(pdu, payload.length, tally);
    } catch (error) {
      // A message, or a part of one, has not come through: the history lacks it.
      this.#zgfx.poison();
      this.#pipeline.messageLost();
      this.#lose(reasonOf(error), payload.length, true, tally);
    }
    const pdus = 1 + before.pdus - this.#pendingPdus;
    return tally.result(pdus, payload.length + before.bytes - this.#pendingBytes);
  }

  /** The part is over: a message that has not ended by now never will. */
  end(): Applied {
    const { pdus, bytes } = { pdus: this.#pendingPdus, bytes: this.#pendingBytes };
    const tally = new Tally();
    this.#losePending(tally);
    this.#pipeline.close();
    return tally.result(pdus, bytes);
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
        this.#lose('invalid: not a PDU of the channel', bytes, false, tally);
    }
  }

  #data(pdu: DvcDataPdu, bytes: number, tally: Tally): void {
    const message = this.#tracker.push(pdu);
    if (message === null) {
      this.#pendingPdus += 1;
      this.#pendingBytes += bytes;
      return;
    }
    const wireBytes = this.#pendingBytes + bytes;
    const wirePdus = this.#pendingPdus + 1;
    this.#forgetPending();
    let commands: Uint8Array;
    try {
      commands = this.#zgfx.decompress(message);
    } catch (error) {
      this.#pipeline.messageLost();
      tally.begin(wireBytes, wirePdus);
      tally.drop({ codec: 'zgfx', area: null, reason: reasonOf(error), untilReset: this.#zgfx.poisoned });
      return;
    }
    tally.begin(wireBytes, wirePdus, commands.length);
    this.#pipeline.message(commands, tally);
  }

  #lose(reason: string, bytes: number, untilReset: boolean, tally: Tally): void {
    tally.begin(this.#pendingBytes + bytes, this.#pendingPdus + 1);
    tally.drop({ codec: CODEC, area: null, reason, untilReset });
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
