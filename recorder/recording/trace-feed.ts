/** The session's parts as the gateway tells of them, and a way to wait for more. */
import { TraceReader } from '../trace/trace-reader.js';
import type { Gap, ManifestBody } from '../../src/contract/manifest.js';
import type { TracePart } from '../../src/contract/recorder-protocol.js';

/** One part: its number, its reader, and whether the gateway itself closed it. */
export interface FedPart {
  readonly part: number;
  readonly reader: TraceReader;
  /** False when the file simply ends where its gateway died. */
  closedByGateway: boolean;
}

export class TraceFeed {
  readonly #key: Uint8Array;
  readonly #parts: FedPart[] = [];
  #outcome: ManifestBody['outcome'] | null = null;
  #unrecorded: readonly Gap[] = [];
  #version = 0;
  #waiting: (() => void)[] = [];

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** What the gateway said of the session's end; null while it is alive. */
  get outcome(): ManifestBody['outcome'] | null {
    return this.#outcome;
  }

  /** Spans of the session that went on without a trace, as the gateway told of them at the session's end. */
  get unrecorded(): readonly Gap[] {
    return this.#unrecorded;
  }

  /** A part has begun; the one before it does not grow any more. */
  open({ part, path }: TracePart): void {
    if (this.#parts.some((known) => known.part === part)) return;
    this.#parts.push({ part, reader: new TraceReader(part, path, this.#key), closedByGateway: false });
    this.#parts.sort((a, b) => a.part - b.part);
    this.#wake();
  }

  grew(part: number, sizeBytes: number): void {
    this.#find(part)?.reader.grew(sizeBytes);
    this.#wake();
  }

  async closePart(part: number, sizeBytes: number): Promise<void> {
    const found = this.#find(part);
    if (found === undefined) return;
    await found.reader.closePart(sizeBytes);
    found.closedByGateway = true;
    this.#wake();
  }

  /** No more will come. */
  end(outcome: ManifestBody['outcome'], unrecorded: readonly Gap[]): void {
    this.#outcome = outcome;
    this.#unrecorded = unrecorded;
    this.#wake();
  }

  /** The part at `index` in order; waits for it; null when the session has ended without it. */
  async part(index: number): Promise<FedPart | null> {
    for (;;) {
      const found = this.#parts[index];
      if (found !== undefined) return found;
      if (this.#outcome !== null) return null;
      await this.newsSince(this.#version);
    }
  }

  /** True when the part at `index` cannot grow: a further part has begun, or the session has ended. */
  isFinal(index: number): boolean {
    return this.#outcome !== null || index < this.#parts.length - 1;
  }

  /** Counts what the gateway has told. */
  get version(): number {
    return this.#version;
  }

  /** Resolves when more has been told than at `version`. */
  async newsSince(version: number): Promise<void> {
    if (this.#version !== version) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.map(({ reader }) => reader.close()));
  }

  #find(part: number): FedPart | undefined {
    return this.#parts.find((known) => known.part === part);
  }

  #wake(): void {
    this.#version += 1;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
