/** One connection to the demo desktop inside TLS: the connection sequence, input, and frames at most ten times a second. */
import type { TLSSocket } from 'node:tls';
import { decodeRefreshRect } from '../rdp/session/refresh-rect.js';
import { encodeSaveSessionInfo } from '../rdp/session/save-session-info.js';
import { decodeSuppressOutput } from '../rdp/session/suppress-output.js';
import { PduType2 } from '../rdp/session/share-data.js';
import type { ClientSettings } from '../rdp/server/client-settings.js';
import { endSession, reactivate, startServerSequence, stepServerSequence } from '../rdp/server/server-sequence.js';
import { dataFrame } from '../rdp/server/server-pdus.js';
import type {
  ServerDesktop,
  ServerOutput,
  ServerSession,
  ServerState,
  ServerStep,
} from '../rdp/server/server-state.js';
import { Reader } from '../rdp/wire/reader.js';
import { Framer } from '../rdp/wire/tpkt.js';
import { readFastPathInput, readSlowPathInput, type DesktopInput } from './desktop-input.js';
import { DisplayChannel } from './display-channel.js';
import { DesktopView } from './desktop-view.js';
import { WIDTH_MULTIPLE } from '../drawing/tiles.js';
import type { Raster } from '../drawing/raster.js';

export interface DesktopSize {
  readonly width: number;
  readonly height: number;
}

export interface DesktopSessionOptions {
  readonly socket: TLSSocket;
  readonly requestedProtocols: number;
  readonly maxSize: DesktopSize;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Called once, when the connection is over. */
  readonly onClose: () => void;
}

const FRAME_INTERVAL_MS = 100;
/** Below this the windows have no content. */
const MIN_SIZE: DesktopSize = { width: 200, height: 200 };
/** While more than this waits to be sent, frames are left out. */
const MAX_UNSENT_BYTES = 256 * 1024;
/** ERRINFO_LOGOFF_BY_USER. */
const LOGOFF_BY_USER = 0x0c;

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** The nearest size that the desktop can have. */
function fitSize({ width, height }: DesktopSize, max: DesktopSize): DesktopSize {
  const fitted = clamp(width, MIN_SIZE.width, max.width);
  return { width: fitted - (fitted % WIDTH_MULTIPLE), height: clamp(height, MIN_SIZE.height, max.height) };
}

export class DesktopSession {
  readonly #options: DesktopSessionOptions;
  readonly #framer = new Framer();
  #state: ServerState;
  #view: DesktopView | null = null;
  #isSuppressed = false;
  #lastFrameAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #userName = '';
  /** Null for a client without display control, and before the session is active. */
  #display: DisplayChannel | null = null;
  /** What the client asked for while the session was not active. */
  #wantedSize: DesktopSize | null = null;

  constructor(options: DesktopSessionOptions) {
    this.#options = options;
    this.#state = startServerSequence({
      requestedProtocols: options.requestedProtocols,
      chooseDesktop: (settings) => this.#chooseDesktop(settings),
    });
    const { socket } = options;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#receive(chunk));
    // The connection is over either way; what a client did wrong is nobody's business here.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#timer !== null) clearTimeout(this.#timer);
      options.onClose();
    });
  }

  /** State of the connection sequence. */
  get state(): ServerState['name'] {
    return this.#state.name;
  }

  /** Name that the client signed in with; empty before that. */
  get userName(): string {
    return this.#userName;
  }

  /** Size and depth of the active desktop; null before the session is active. */
  get desktop(): ServerDesktop | null {
    return this.#state.name === 'active' ? this.#state.session.desktop : null;
  }

  /** What the client has typed. */
  get notes(): string {
    return this.#view?.notes ?? '';
  }

  /** The picture as it was sent last; null before the session is active. */
  get raster(): Raster | null {
    return this.#view?.raster ?? null;
  }

  /** Bytes that wait until the client reads; frames are left out while they are many. */
  get unsentBytes(): number {
    return this.#options.socket.writableLength;
  }

  /** Deactivates the session and offers a desktop of another size, at once or when the session is active. */
  resize(size: DesktopSize): void {
    if (this.#state.name !== 'active') {
      this.#wantedSize = size;
      return;
    }
    const { width, height } = fitSize(size, this.#options.maxSize);
    const { desktopWidth, desktopHeight, colorDepth } = this.#state.session.desktop;
    if (width === desktopWidth && height === desktopHeight) return;
    this.#take(reactivate(this.#state, { desktopWidth: width, desktopHeight: height, colorDepth }));
  }

  /** Ends the connection; an active client is told that the session was logged off. */
  close(): void {
    if (this.#state.name === 'active') this.#take(endSession(this.#state, LOGOFF_BY_USER));
    this.#options.socket.end();
  }

  /** Ends the connection at once. */
  destroy(): void {
    this.#options.socket.destroy();
  }

  #chooseDesktop({ desktopWidth, desktopHeight, colorDepth }: ClientSettings): ServerDesktop {
    const { width, height } = fitSize({ width: desktopWidth, height: desktopHeight }, this.#options.maxSize);
    return { desktopWidth: width, desktopHeight: height, colorDepth };
  }

  #receive(chunk: Uint8Array): void {
    try {
      for (const pdu of this.#framer.push(chunk)) this.#take(stepServerSequence(this.#state, pdu));
    } catch {
      // A peer that breaks the protocol is not answered.
      this.#options.socket.destroy();
    }
  }

  #take({ state, outputs }: ServerStep): void {
    this.#state = state;
    for (const output of outputs) this.#output(output);
  }

  #output(output: ServerOutput): void {
    switch (output.type) {
      case 'send':
        this.#options.socket.write(output.bytes);
        return;
      case 'client-info':
        this.#userName = output.info.userName;
        return;
      case 'active':
        if (this.#view === null) this.#begin(output.session);
        this.#view = new DesktopView(output.session, output.capabilities, this.notes);
        this.#isSuppressed = false;
        this.#frameSoon();
        this.#resizeAsWanted();
        return;
      case 'fast-path-input':
        this.#input(readFastPathInput(output.pdu));
        return;
      case 'share-data':
        this.#shareData(output.pduType2, new Reader(output.payload, 'Data PDU'));
        return;
      case 'channel-data':
        this.#channelData(output.channelId, output.data);
        return;
      case 'end':
        this.#options.socket.end();
    }
  }

  /** Nobody is asked for a password here: whoever connects is logged on under the name that they gave. */
  #begin(session: ServerSession): void {
    const { socket, maxSize } = this.#options;
    this.#display = DisplayChannel.of(session.settings.channels, session.channelIds, maxSize);
    for (const frame of this.#display?.begin() ?? []) socket.write(frame);
    const info = { kind: 'logon-long', domain: 'DEMO', userName: this.#userName, sessionId: 1 } as const;
    socket.write(dataFrame(session, PduType2.saveSessionInfo, encodeSaveSessionInfo(info)));
  }

  #channelData(channelId: number, data: Uint8Array): void {
    const step = this.#display?.take(channelId, data);
    for (const frame of step?.frames ?? []) this.#options.socket.write(frame);
    if (step?.size) this.resize(step.size);
  }

  #resizeAsWanted(): void {
    const size = this.#wantedSize;
    this.#wantedSize = null;
    if (size !== null) this.resize(size);
  }

  #shareData(pduType2: number, reader: Reader): void {
    switch (pduType2) {
      case PduType2.input:
        this.#input(readSlowPathInput(reader.rest()));
        return;
      case PduType2.refreshRect:
        for (const { left, top, right, bottom } of decodeRefreshRect(reader)) {
          this.#view?.refresh({ x: left, y: top, width: right - left + 1, height: bottom - top + 1 });
        }
        this.#frameSoon();
        return;
      case PduType2.suppressOutput:
        this.#suppressOutput(decodeSuppressOutput(reader).desktopRect === null);
        return;
      case PduType2.shutdownRequest:
        this.close();
    }
  }

  #suppressOutput(isSuppressed: boolean): void {
    if (this.#isSuppressed && !isSuppressed) this.#view?.refresh();
    this.#isSuppressed = isSuppressed;
    this.#frameSoon();
  }

  #input(events: readonly DesktopInput[]): void {
    for (const event of events) this.#view?.input(event);
    if (events.length > 0) this.#frameSoon();
  }

  /** A frame at once, or when the one before it is old enough. */
  #frameSoon(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const waitMs = this.#lastFrameAtMs + FRAME_INTERVAL_MS - performance.now();
    this.#timer = setTimeout(() => this.#frame(), Math.max(0, waitMs));
  }

  #frame(): void {
    const { socket, clock } = this.#options;
    this.#lastFrameAtMs = performance.now();
    this.#frameSoon();
    if (this.#view === null || this.#state.name !== 'active' || this.#isSuppressed) return;
    if (socket.writableLength > MAX_UNSENT_BYTES) {
      this.#view.skipFrame(clock());
      return;
    }
    // In one piece: a client that draws as it reads shows no half of it.
    socket.cork();
    for (const pdu of this.#view.frame(clock())) socket.write(pdu);
    socket.uncork();
  }
}
