/** Counts what came in and what became of it. */
import type { Coverage } from '../../src/contract/manifest.js';
import type { Applied } from './picture-source.js';

export class CoverageCount {
  #traceBytes = 0;
  #records = 0;
  #pdusReceived = 0;
  #pdusDropped = 0;
  #bytesReceived = 0;
  #bytesDropped = 0;

  record(): void {
    this.#records += 1;
  }

  applied({ pdus, bytes, drops }: Applied): void {
    this.#pdusReceived += pdus;
    this.#bytesReceived += bytes;
    for (const drop of drops) this.#dropped(drop.pdus, drop.bytes);
  }

  /** Bytes of a closed part. */
  part(traceBytes: number): void {
    this.#traceBytes += traceBytes;
  }

  /** Bytes that could not be read at all: they came in, and are dropped. */
  unreadable(bytes: number): void {
    this.#bytesReceived += bytes;
    this.#dropped(0, bytes);
  }

  #dropped(pdus: number, bytes: number): void {
    this.#pdusDropped += pdus;
    this.#bytesDropped += bytes;
  }

  /** The figures; received is decoded plus dropped, paced is encoded plus dropped. */
  summary(framesPaced: number, framesEncoded: number): Coverage {
    return {
      traceBytes: this.#traceBytes,
      records: this.#records,
      pdusReceived: this.#pdusReceived,
      pdusDecoded: this.#pdusReceived - this.#pdusDropped,
      pdusDropped: this.#pdusDropped,
      bytesReceived: this.#bytesReceived,
      bytesDecoded: this.#bytesReceived - this.#bytesDropped,
      bytesDropped: this.#bytesDropped,
      framesPaced,
      framesEncoded,
      framesDropped: framesPaced - framesEncoded,
    };
  }
}
