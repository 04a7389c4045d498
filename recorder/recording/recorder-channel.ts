/** The recorder's side of the channel to the gateway: one session, messages in and out. */
import type { Manifest, ManifestBody } from '../../src/contract/manifest.js';
import type { GfxOptionalCodec } from '../../src/contract/gfx-table.js';
import type { EncoderChoice, FromRecorder, ToRecorder } from '../../src/contract/recorder-protocol.js';
import { chooseEncoder } from '../encoders/choose-encoder.js';
import { BlobStorage } from '../storage/blob-storage.js';
import type { PictureSource } from './picture-source.js';
import { describeFailure } from './recorder-error.js';
import { SessionRecorder } from './session-recorder.js';
import { TraceFeed } from './trace-feed.js';

/** What this process decodes with. */
export interface PictureDecoders {
  readonly optionalCodecs: readonly GfxOptionalCodec[];
  createPicture(): PictureSource;
}

type Start = ToRecorder & { readonly type: 'start' };

/** Answers messages with messages. `handle` never throws: what goes wrong is sent as `failed`. */
export class RecorderChannel {
  readonly #send: (message: FromRecorder) => void;
  readonly #loadDecoders: (choice: EncoderChoice) => Promise<PictureDecoders>;
  readonly #ended: (succeeded: boolean) => void;
  #feed: TraceFeed | null = null;
  #sealed: ((manifest: Manifest) => void) | null = null;
  #over = false;

  /** @param ended Called once, after the last message. */
  constructor(
    send: (message: FromRecorder) => void,
    loadDecoders: (choice: EncoderChoice) => Promise<PictureDecoders>,
    ended: (succeeded: boolean) => void,
  ) {
    this.#send = send;
    this.#loadDecoders = loadDecoders;
    this.#ended = ended;
  }

  handle(message: ToRecorder): void {
    this.#dispatch(message).catch((error: unknown) => this.#fail(error));
  }

  async #dispatch(message: ToRecorder): Promise<void> {
    switch (message.type) {
      case 'probe': {
        const { description } = await chooseEncoder(message.encoder);
        const { optionalCodecs } = await this.#loadDecoders(message.encoder);
        this.#send({ type: 'ready', encoder: description, optionalCodecs });
        this.#finish(true);
        return;
      }
      case 'start':
        if (this.#feed === null) await this.#start(message);
        return;
      case 'trace-grew':
        this.#feed?.grew(message.part, message.sizeBytes);
        return;
      case 'part-closed':
        await this.#feed?.closePart(message.part, message.sizeBytes);
        return;
      case 'part-opened':
        this.#feed?.open(message.part);
        return;
      case 'session-ended':
        this.#feed?.end(message.outcome, message.unrecorded);
        return;
      case 'manifest-sealed':
        this.#sealed?.(message.manifest);
        return;
      default:
        // A newer gateway may say more; what matters here is known.
        return;
    }
  }

  async #start(start: Start): Promise<void> {
    // Before anything is awaited: messages that follow at once find the feed.
    const feed = new TraceFeed(Buffer.from(start.traceKey, 'base64'));
    this.#feed = feed;
    for (const part of start.parts) feed.open(part);
    if (!start.live) feed.end(start.outcome, start.unrecorded);
    const engine = await chooseEncoder(start.encoder);
    const decoders = await this.#loadDecoders(start.encoder);
    const storage = await BlobStorage.open(start.storage);
    this.#send({ type: 'ready', encoder: engine.description, optionalCodecs: decoders.optionalCodecs });
    const recorder = new SessionRecorder({
      sessionId: start.sessionId,
      feed,
      storage,
      engine,
      createPicture: () => decoders.createPicture(),
      send: this.#send,
      seal: (body) => this.#seal(body),
    });
    await recorder.run();
    this.#finish(true);
  }

  #seal(body: Omit<ManifestBody, 'audit'>): Promise<Manifest> {
    return new Promise((resolve) => {
      this.#sealed = resolve;
      this.#send({ type: 'seal-manifest', body });
    });
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#send({ type: 'failed', ...describeFailure(error) });
    this.#finish(false);
  }

  #finish(succeeded: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#ended(succeeded);
  }
}
