/**
 * Drives a relay between two streams, each TLS or a WebSocket. What the client is shown goes through the tap first: a chunk that holds
 * graphics is sent when the trace has it, and whatever follows it waits its turn. [invariant 2]
 */
import type { DesktopSize } from '../../contract/recorder-protocol.js';
import type { Duplex } from 'node:stream';
import type { TraceEvent } from '../../contract/trace.js';
import type { RelayEndReason, RelayMachine, RelayOutput } from '../../rdp/relay/output.js';
import { Framer } from '../../rdp/wire/tpkt.js';
import type { Tap } from '../recording/tap.js';

/** Records that wait for the disk before a peer is paused. */
const MAX_TRACE_BACKLOG_BYTES = 8 * 1024 * 1024;
/** While nothing arrives the trace says so this often. */
const TICK_MS = 500;

export type PumpEndReason =
  RelayEndReason | 'client-closed' | 'target-closed' | 'client-error' | 'target-error' | 'stopped';

export interface PumpCallbacks {
  readonly onEvent: (event: TraceEvent) => void;
  readonly onEntraSeen: (where: string) => void;
  /** The trace cannot be written: the session goes on unrecorded when this returns true, and ends when not. */
  readonly onTraceLost: (error: Error) => boolean;
}

export interface PumpCounters {
  clientBytes: number;
  targetBytes: number;
}

/** One running relay. `done` resolves once with the reason and never rejects; sockets are left to the caller then. */
export class RelayPump {
  readonly done: Promise<PumpEndReason>;
  readonly counters: PumpCounters = { clientBytes: 0, targetBytes: 0 };
  readonly #client: Duplex;
  readonly #target: Duplex;
  readonly #machine: RelayMachine;
  readonly #callbacks: PumpCallbacks;
  readonly #clientFramer = new Framer();
  readonly #targetFramer = new Framer();
  readonly #timer: NodeJS.Timeout;
  #tap: Tap | null;
  #recordedSinceTick = false;
  /** Sends to the client that wait for the trace, and the last of them. */
  #held = 0;
  #lastHeld: Promise<void> = Promise.resolve();
  /** True when the session ended because it cannot be recorded: the client is shown nothing more. */
  #silent = false;
  #ended = false;
  #detail: string | null = null;
  #resolve: (reason: PumpEndReason) => void = () => {};

  constructor(client: Duplex, target: Duplex, machine: RelayMachine, tap: Tap | null, callbacks: PumpCallbacks) {
    this.#client = client;
    this.#target = target;
    this.#machine = machine;
    this.#tap = tap;
    this.#callbacks = callbacks;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#listen();
  }

  /** What was wrong with a peer's PDU when that was the end; names structure and offset, never holds its bytes. */
  get detail(): string | null {
    return this.#detail;
  }

  /** Asks the target to draw its desktop of this size again; false when it cannot be asked. */
  redraw(desktop: DesktopSize): boolean {
    const frames = this.#ended ? [] : this.#machine.redraw(desktop);
    this.#sendToTarget(frames);
    return frames.length > 0;
  }

  /** Ends the relay from outside; what is already in the trace is still delivered by the caller closing gracefully. */
  stop(): void {
    this.#end('stopped');
  }

  /** Resolves when nothing that was handed to the trace waits any longer. */
  async settled(): Promise<void> {
    await this.#tap?.flush().catch(() => {});
    await this.#lastHeld;
  }

  #listen(): void {
    this.#client.on('data', (chunk: Buffer) => this.#fromClient(chunk));
    this.#target.on('data', (chunk: Buffer) => this.#fromTarget(chunk));
    this.#client.on('drain', () => this.#resumeTarget());
    this.#target.on('drain', () => this.#resumeClient());
    this.#client.on('close', () => this.#end('client-closed'));
    this.#target.on('close', () => this.#end('target-closed'));
    this.#client.on('end', () => this.#end('client-closed'));
    this.#target.on('end', () => this.#end('target-closed'));
    this.#client.on('error', () => this.#end('client-error'));
    this.#target.on('error', () => this.#end('target-error'));
    // A socket that is gone already says so to nobody again.
    if (this.#client.destroyed) this.#end('client-closed');
    if (this.#target.destroyed) this.#end('target-closed');
    if (this.#ended) return;
    // Both were paused by the handshakes, and a listener alone does not undo that.
    this.#client.resume();
    this.#target.resume();
  }

  #fromClient(chunk: Buffer): void {
    if (this.#ended) return;
    this.counters.clientBytes += chunk.length;
    this.#step(chunk, this.#clientFramer, (pdu) => this.#machine.fromClient(pdu), 'client-protocol-error');
    if (!this.#behind()) return;
    this.#client.pause();
    this.#tap?.flush().then(
      () => this.#resumeClient(),
      (error: unknown) => this.#loseTrace(error),
    );
  }

  #fromTarget(chunk: Buffer): void {
    if (this.#ended) return;
    this.counters.targetBytes += chunk.length;
    this.#step(chunk, this.#targetFramer, (pdu) => this.#machine.fromTarget(pdu), 'target-protocol-error');
  }

  #step(
    chunk: Buffer,
    framer: Framer,
    machine: (pdu: Uint8Array) => readonly RelayOutput[],
    errorReason: RelayEndReason,
  ): void {
    const toClient: Uint8Array[] = [];
    const toTarget: Uint8Array[] = [];
    let end: PumpEndReason | null = null;
    try {
      for (const pdu of framer.push(chunk)) {
        for (const output of machine(pdu)) {
          if (this.#ended) break;
          if (output.type === 'send') {
            (output.to === 'client' ? toClient : toTarget).push(output.bytes);
            if (output.last === true) this.#sendToClient(toClient.splice(0));
          } else if (output.type === 'end') {
            end ??= output.reason;
            this.#detail ??= output.detail ?? null;
          } else this.#take(output);
        }
        if (end !== null || this.#ended) break;
      }
    } catch (error) {
      // Whatever a peer's bytes set off ends its own connection, never the process with everybody else's.
      end = errorReason;
      this.#detail = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
    }
    this.#sendToTarget(toTarget);
    this.#sendToClient(toClient);
    if (end !== null) this.#end(end);
  }

  #take(output: Exclude<RelayOutput, { type: 'send' | 'end' }>): void {
    switch (output.type) {
      case 'record':
        this.#record((tap) => tap.graphics(output.kind, output.pdu));
        return;
      case 'pointer':
        this.#record((tap) => tap.clientPointer(output.x, output.y));
        return;
      case 'activation':
        this.#record((tap) => tap.activation(output.activation));
        return;
      case 'event':
        this.#record((tap) => tap.event(output.event));
        this.#callbacks.onEvent(output.event);
        return;
      case 'entra-seen':
        this.#callbacks.onEntraSeen(output.where);
        return;
    }
  }

  #record(write: (tap: Tap) => void): void {
    if (this.#tap === null) return;
    try {
      write(this.#tap);
      this.#recordedSinceTick = true;
    } catch (error) {
      this.#loseTrace(error);
    }
  }

  #sendToTarget(pieces: readonly Uint8Array[]): void {
    if (pieces.length === 0 || this.#target.destroyed) return;
    if (!this.#target.write(joined(pieces))) this.#client.pause();
  }

  #sendToClient(pieces: readonly Uint8Array[]): void {
    if (pieces.length === 0) return;
    const bytes = joined(pieces);
    const tap = this.#tap;
    if (this.#held === 0 && (tap === null || tap.settled)) {
      this.#writeToClient(bytes);
      return;
    }
    this.#held += 1;
    if (this.#behind()) this.#target.pause();
    const written = tap?.flush().catch((error: unknown) => this.#loseTrace(error));
    this.#lastHeld = this.#lastHeld.then(() => written).then(() => this.#release(bytes));
  }

  #release(bytes: Uint8Array): void {
    this.#held -= 1;
    this.#writeToClient(bytes);
    this.#resumeTarget();
  }

  #writeToClient(bytes: Uint8Array): void {
    if (this.#silent || this.#client.destroyed) return;
    if (!this.#client.write(bytes)) this.#target.pause();
  }

  /** True while more waits for the disk than may. */
  #behind(): boolean {
    return this.#tap !== null && this.#tap.pendingBytes > MAX_TRACE_BACKLOG_BYTES;
  }

  #resumeTarget(): void {
    if (this.#ended || this.#client.writableNeedDrain || this.#behind()) return;
    this.#target.resume();
  }

  #resumeClient(): void {
    if (this.#ended || this.#target.writableNeedDrain || this.#behind()) return;
    this.#client.resume();
  }

  #loseTrace(error: unknown): void {
    if (this.#tap === null) return;
    this.#tap = null;
    const cause = error instanceof Error ? error : new Error('the trace was lost');
    if (this.#callbacks.onTraceLost(cause)) {
      this.#resumeClient();
      return;
    }
    this.#silent = true;
    this.#end('stopped');
  }

  #tick(): void {
    if (!this.#recordedSinceTick) this.#record((tap) => tap.tick());
    this.#recordedSinceTick = false;
  }

  #end(reason: PumpEndReason): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const output of this.#machine.close()) if (output.type === 'event') this.#take(output);
    clearInterval(this.#timer);
    this.#client.pause();
    this.#target.pause();
    this.#resolve(reason);
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const only = pieces.length === 1 ? pieces[0] : undefined;
  return only ?? Buffer.concat(pieces);
}
