/** Puts a captured session through the tap, at the capture's times, as the gateway would have. */
import type { TraceEvent } from '../contract/trace.js';
import type { Gap } from '../contract/manifest.js';
import type { Tap } from '../gateway/recording/tap.js';
import type { CaptureOutput } from '../rdp/capture/capture-output.js';
import { CapturedGaps } from './captured-gaps.js';
import { followConnection, type Followed, type FollowOptions } from './follow-connection.js';
import { readerOf, stepReader, type Survey } from './survey.js';

/** Records that wait for the disk before tshark is made to wait. */
const MAX_TRACE_BACKLOG_BYTES = 8 * 1024 * 1024;
/** What a server still sends when a session is over, such as TLS alerts, is no more than this. */
const MAX_FAREWELL_BYTES = 512;

/** The time that the tap takes for now: that of the packet in hand. Milliseconds since 1970. */
export class CaptureClock {
  nowMs: number;

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  readonly now = (): number => this.nowMs;
}

export interface WrittenCapture {
  /** Why the session ended; `capture-ended` when the capture did before it. */
  readonly endReason: string;
  readonly gaps: readonly Gap[];
}

export interface CaptureOutputs {
  readonly tap: Tap;
  readonly clock: CaptureClock;
  /** Hears of what belongs into the audit log as well. */
  readonly onEvent: (event: TraceEvent) => Promise<void>;
  /** Asked now and then; throws what ends the import. */
  readonly check: () => void;
}

/**
 * Writes the session that `survey` found. Rejects with ImportError, `TraceFullError`, `TraceWriteError`, or what `check`
 * throws.
 */
export async function writeCapture(
  options: FollowOptions,
  { connection }: Survey,
  { tap, clock, onEvent, check }: CaptureOutputs,
): Promise<WrittenCapture> {
  const startMs = connection.confirmedAtMs;
  const reader = readerOf(connection);
  const writer = new OutputWriter(tap);
  let udpSinceMs: number | null = null;
  const followed = await followConnection(options, connection, async (decrypted) => {
    check();
    clock.nowMs = Math.max(clock.nowMs, decrypted.timeMs);
    for (const output of stepReader(reader, decrypted)) {
      const event = writer.write(output, clock.nowMs - startMs);
      if (event !== null) await onEvent(event);
      if (output.type === 'udp-agreed') udpSinceMs ??= clock.nowMs - startMs;
    }
    if (tap.pendingBytes > MAX_TRACE_BACKLOG_BYTES) await tap.flush();
  });
  // A graphics pipeline that was never opened here may have been opened over UDP.
  if (udpSinceMs !== null && !reader.graphicsSeen) {
    writer.gaps.add(
      { codec: 'graphics channel', reason: 'unsupported: may have gone on over UDP', bytes: 0 },
      udpSinceMs,
    );
  }
  if (writer.endReason === null) {
    addUndecrypted(followed, clock.nowMs - startMs, writer.gaps);
    // Until the connection ended the picture stood still.
    clock.nowMs = Math.max(clock.nowMs, followed.lastPacketMs);
  }
  return { endReason: writer.endReason ?? 'capture-ended', gaps: writer.gaps.gaps(clock.nowMs - startMs) };
}

/** The session went on although nothing more of it could be decrypted: packets are missing, or secrets. */
function addUndecrypted({ undecryptedBytes: bytes }: Followed, mediaMs: number, gaps: CapturedGaps): void {
  if (bytes <= MAX_FAREWELL_BYTES) return;
  gaps.add({ codec: 'tls', reason: 'packets or TLS secrets are missing', bytes }, mediaMs);
}

class OutputWriter {
  readonly gaps = new CapturedGaps();
  readonly #tap: Tap;
  #endReason: string | null = null;

  constructor(tap: Tap) {
    this.#tap = tap;
  }

  get endReason(): string | null {
    return this.#endReason;
  }

  /** Gives the event when it was one. */
  write(output: CaptureOutput, mediaMs: number): TraceEvent | null {
    switch (output.type) {
      case 'record':
        this.#tap.graphics(output.kind, output.pdu);
        return null;
      case 'pointer':
        this.#tap.clientPointer(output.x, output.y);
        return null;
      case 'activation':
        this.#tap.activation(output.activation);
        return null;
      case 'event':
        this.#tap.event(output.event);
        return output.event;
      case 'lost':
        this.gaps.add(output, mediaMs);
        return null;
      case 'end':
        this.#endReason = output.reason;
        return null;
      // The survey has seen it, and policy decided on it.
      case 'entra-seen':
      case 'udp-agreed':
        return null;
    }
  }
}
