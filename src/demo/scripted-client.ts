/**
 * An RDP client without a screen that follows a script: connects, types, points, stays a while and leaves. What it
 * receives is handed to the caller as it came, for tests and measurements.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelDefinition } from '../rdp/connection/gcc/client-network-data.js';
import { PROTOCOL_SSL } from '../rdp/connection/security-protocols.js';
import type { ClientOptions } from '../rdp/client/client-options.js';
import { clientDataFrame } from '../rdp/client/client-pdus.js';
import type { ClientOutput, ClientShare, ClientState } from '../rdp/client/client-state.js';
import { encodeFastPathInput, type FastPathInputEvent } from '../rdp/session/fast-path-input.js';
import { encodeRefreshRect } from '../rdp/session/refresh-rect.js';
import { PduType2 } from '../rdp/session/share-data.js';
import { encodeSuppressOutput } from '../rdp/session/suppress-output.js';
import { ClientConnection, openTls } from './client-connection.js';
import type { DesktopSize } from './desktop-session.js';
import { clickEvents, keyEvents, moveEvent, type ScriptStep } from './script.js';

/** A graphics or pointer PDU. */
export interface ReceivedGraphics {
  /** `share-data` is a view from the Share Control Header on. */
  readonly kind: 'fast-path' | 'share-data';
  readonly pdu: Uint8Array;
  /** On the clock of `performance.now()`: when the bytes that completed it came out of TLS. */
  readonly receivedAtMs: number;
}

export interface ScriptedClientOptions {
  readonly host: string;
  readonly port: number;
  readonly size: DesktopSize;
  readonly colorDepth: ClientOptions['colorDepth'];
  readonly script: readonly ScriptStep[];
  /** Sent before TLS in place of the cookie. */
  readonly routingToken?: string;
  /** What to sign in with through NLA; TLS alone is asked for without. */
  readonly oneTime?: { readonly userName: string; readonly password: string } | null;
  /** SHA-256 of the server's certificate, colon-separated upper-case hexadecimal; every certificate is taken without. */
  readonly fingerprint?: string;
  readonly userName?: string;
  readonly password?: string;
  readonly domain?: string;
  readonly channels?: readonly ChannelDefinition[];
  /** PACKET_COMPR_TYPE_* that the server may use; none unless said. */
  readonly compressionType?: number;
  /** True unless said. */
  readonly fastPathOutput?: boolean;
  readonly skipChannelJoin?: boolean;
  /** Ends the run, which rejects then. */
  readonly signal?: AbortSignal;
  readonly onGraphics?: (graphics: ReceivedGraphics) => void;
  /** Every other output of the connection sequence, such as activations and channel data. */
  readonly onOutput?: (output: Exclude<ClientOutput, { type: 'send' }>) => void;
}

export interface ScriptedClientStatistics {
  readonly endReason: 'script-done' | 'server-ended';
  /** Code of a Set Error Info PDU other than 0; null when there was none. */
  readonly errorInfo: number | null;
  readonly graphicsPdus: number;
  readonly graphicsBytes: number;
  /** Inside TLS. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly activations: number;
  /** From the call to the first activation; null when there was none. */
  readonly activatedAfterMs: number | null;
  readonly durationMs: number;
}

export interface ScriptedClient {
  /** `connecting` until TLS is up, then the state of the connection sequence. */
  readonly state: 'connecting' | ClientState['name'];
  /** The share of the last activation; null before it. */
  readonly share: ClientShare | null;
  /** Resolves when the connection is over. Rejects when it fails, is aborted or the peer breaks the protocol. */
  readonly done: Promise<ScriptedClientStatistics>;
}

const CLIENT_NAME = 'WITNESS';
const KEY_INTERVAL_MS = 20;
const MOVE_INTERVAL_MS = 20;

/** Starts a client. */
export function runScriptedClient(options: ScriptedClientOptions): ScriptedClient {
  return new Run(options);
}

function clientOptions(options: ScriptedClientOptions): ClientOptions {
  return {
    desktopWidth: options.size.width,
    desktopHeight: options.size.height,
    colorDepth: options.colorDepth,
    selectedProtocol: PROTOCOL_SSL,
    userName: options.userName ?? '',
    password: options.password ?? '',
    domain: options.domain ?? '',
    clientName: CLIENT_NAME,
    channels: options.channels ?? [],
    compressionType: options.compressionType ?? null,
    bitmapCodecs: [],
    fastPathOutput: options.fastPathOutput ?? true,
    skipChannelJoin: options.skipChannelJoin ?? false,
  };
}

class Run implements ScriptedClient {
  readonly done: Promise<ScriptedClientStatistics>;
  readonly #options: ScriptedClientOptions;
  readonly #startedAtMs = performance.now();
  /** Aborted when the connection is over, so that the script stops waiting. */
  readonly #over = new AbortController();
  #connection: ClientConnection | null = null;
  #share: ClientShare | null = null;
  #activatedAtMs: number | null = null;
  #activations = 0;
  #graphicsPdus = 0;
  #graphicsBytes = 0;
  #errorInfo: number | null = null;
  #activeWaiters: (() => void)[] = [];

  constructor(options: ScriptedClientOptions) {
    this.#options = options;
    this.done = this.#run();
  }

  get state(): ScriptedClient['state'] {
    return this.#connection?.state.name ?? 'connecting';
  }

  get share(): ClientShare | null {
    return this.#share;
  }

  async #run(): Promise<ScriptedClientStatistics> {
    const { host, port, routingToken, fingerprint, userName } = this.#options;
    const signal = this.#options.signal ?? new AbortController().signal;
    const routing =
      routingToken !== undefined
        ? ({ kind: 'token', token: routingToken } as const)
        : ({ kind: 'cookie', mstshash: userName ?? CLIENT_NAME } as const);
    const credential = this.#options.oneTime ?? null;
    const socket = await openTls({ host, port, routing, fingerprint: fingerprint ?? null, credential, signal });
    const closed = new Promise<void>((resolve, reject) => {
      this.#connection = new ClientConnection(socket, clientOptions(this.#options), {
        onOutput: (output, receivedAtMs) => this.#receive(output, receivedAtMs),
        onClose: (error) => {
          this.#over.abort();
          if (error === null) resolve();
          else reject(error);
        },
      });
    });
    const abort = (): void => this.#connection?.destroy(new Error('the client was told to stop'));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const [, isScriptDone] = await Promise.all([closed, this.#followScript()]);
    signal.removeEventListener('abort', abort);
    return this.#statistics(isScriptDone ? 'script-done' : 'server-ended');
  }

  #statistics(endReason: ScriptedClientStatistics['endReason']): ScriptedClientStatistics {
    return {
      endReason,
      errorInfo: this.#errorInfo,
      graphicsPdus: this.#graphicsPdus,
      graphicsBytes: this.#graphicsBytes,
      receivedBytes: this.#connection?.bytesRead ?? 0,
      sentBytes: this.#connection?.bytesWritten ?? 0,
      activations: this.#activations,
      activatedAfterMs: this.#activatedAtMs === null ? null : this.#activatedAtMs - this.#startedAtMs,
      durationMs: performance.now() - this.#startedAtMs,
    };
  }

  #receive(output: Exclude<ClientOutput, { type: 'send' }>, receivedAtMs: number): void {
    switch (output.type) {
      case 'fast-path':
        this.#graphics({ kind: 'fast-path', pdu: output.pdu, receivedAtMs });
        return;
      case 'share-data':
        if (output.pduType2 === PduType2.update || output.pduType2 === PduType2.pointer) {
          this.#graphics({ kind: 'share-data', pdu: output.pdu, receivedAtMs });
          return;
        }
        break;
      case 'active':
        this.#share = output.share;
        this.#activations += 1;
        this.#activatedAtMs ??= receivedAtMs;
        for (const resume of this.#activeWaiters.splice(0)) resume();
        break;
      case 'error-info':
        if (output.errorInfo !== 0) this.#errorInfo = output.errorInfo;
        break;
      default:
        break;
    }
    this.#options.onOutput?.(output);
  }

  #graphics(graphics: ReceivedGraphics): void {
    this.#graphicsPdus += 1;
    this.#graphicsBytes += graphics.pdu.length;
    this.#options.onGraphics?.(graphics);
  }

  /** True when the script was followed to its end, false when the connection was over before that. */
  async #followScript(): Promise<boolean> {
    try {
      for (const step of this.#options.script) await this.#step(step);
      if (this.#options.script.length === 0) await this.#whenActive();
    } catch (error) {
      if (this.#over.signal.aborted) return false;
      // A script that no PDU can carry: the connection ends with that error.
      this.#connection?.destroy(error instanceof Error ? error : new Error('the script failed'));
      return false;
    }
    this.#connection?.disconnect();
    return true;
  }

  async #step(step: ScriptStep): Promise<void> {
    switch (step.type) {
      case 'type':
        for (const character of step.text) {
          await this.#input(keyEvents(character));
          await this.#pause(step.intervalMs ?? KEY_INTERVAL_MS);
        }
        return;
      case 'move':
        for (const { x, y } of step.path) {
          await this.#input([moveEvent(x, y)]);
          await this.#pause(step.intervalMs ?? MOVE_INTERVAL_MS);
        }
        return;
      case 'click':
        for (const event of clickEvents(step.x, step.y)) {
          await this.#input([event]);
          await this.#pause(KEY_INTERVAL_MS);
        }
        return;
      case 'wait':
        await this.#whenActive();
        await this.#pause(step.durationMs);
        return;
      case 'refresh':
        await this.#data(PduType2.refreshRect, encodeRefreshRect([this.#wholeDesktop()]));
        return;
      case 'suppress-output': {
        const desktopRect = step.suppress ? null : this.#wholeDesktop();
        await this.#data(PduType2.suppressOutput, encodeSuppressOutput({ desktopRect }));
      }
    }
  }

  #wholeDesktop(): { left: number; top: number; right: number; bottom: number } {
    const { desktopWidth, desktopHeight } = this.#share?.desktop ?? { desktopWidth: 1, desktopHeight: 1 };
    return { left: 0, top: 0, right: desktopWidth - 1, bottom: desktopHeight - 1 };
  }

  async #pause(durationMs: number): Promise<void> {
    await sleep(durationMs, undefined, { signal: this.#over.signal });
  }

  /** Rejects when the connection is over. */
  async #whenActive(): Promise<void> {
    const { signal } = this.#over;
    signal.throwIfAborted();
    if (this.state === 'active') return;
    await new Promise<void>((resolve, reject) => {
      const ended = (): void => reject(new Error('the connection is over'));
      signal.addEventListener('abort', ended, { once: true });
      this.#activeWaiters.push(() => {
        signal.removeEventListener('abort', ended);
        resolve();
      });
    });
  }

  async #input(events: readonly FastPathInputEvent[]): Promise<void> {
    await this.#whenActive();
    this.#connection?.send(encodeFastPathInput({ flags: 0, events }));
  }

  async #data(pduType2: number, payload: Uint8Array): Promise<void> {
    await this.#whenActive();
    const state = this.#connection?.state;
    if (state?.name === 'active') this.#connection?.send(clientDataFrame(state, pduType2, payload));
  }
}
