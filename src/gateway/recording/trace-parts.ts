/** The parts of a session's trace as its recorder is told of them: how far each is written, and when it is complete. */
import type { ToRecorder, TracePart } from '../../contract/recorder-protocol.js';

interface PartState extends TracePart {
  sizeBytes: number;
  closed: boolean;
}

const GROWTH_INTERVAL_MS = 200;

export class TraceParts {
  readonly #send: (message: ToRecorder) => void;
  readonly #parts: PartState[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** @param send to the recorder that runs; does nothing while there is none */
  constructor(send: (message: ToRecorder) => void) {
    this.#send = send;
  }

  get count(): number {
    return this.#parts.length;
  }

  list(): readonly TracePart[] {
    return this.#parts.map(({ part, path }) => ({ part, path }));
  }

  open(part: TracePart, sizeBytes: number): void {
    this.#parts.push({ ...part, sizeBytes, closed: false });
  }

  /** The newest part has grown; told on at most five times a second. */
  grew(sizeBytes: number): void {
    const part = this.#parts.at(-1);
    if (part === undefined || part.closed) return;
    part.sizeBytes = sizeBytes;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.announceGrowth();
    }, GROWTH_INTERVAL_MS);
  }

  close(sizeBytes: number): void {
    const part = this.#parts.at(-1);
    if (part === undefined || part.closed) return;
    part.sizeBytes = sizeBytes;
    part.closed = true;
    this.#send({ type: 'part-closed', part: part.part, sizeBytes });
  }

  announceGrowth(): void {
    const part = this.#parts.at(-1);
    if (part === undefined || part.closed) return;
    this.#send({ type: 'trace-grew', part: part.part, sizeBytes: part.sizeBytes });
  }

  /** To a recorder that begins anew. */
  announceAll(): void {
    for (const { part, sizeBytes, closed } of this.#parts) {
      this.#send({ type: closed ? 'part-closed' : 'trace-grew', part, sizeBytes });
    }
  }

  /** Nothing is told of growth any more. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
