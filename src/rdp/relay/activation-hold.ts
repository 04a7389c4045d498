/**
 * While a share is activated, the client is told of nothing else. A target may draw from the client's Font List on, before
 * it has answered with its Font Map ([MS-RDPBCGR] 1.3.1.1); IronRDP drops what is drawn until then, and gives up at
 * anything else. So what comes between waits for the Font Map.
 */
import { MAX_HELD_BYTES, MAX_HELD_PDUS } from '../wire/limits.js';
import type { RelayOutput } from './output.js';
import type { ShareState } from './share-state.js';

export class ActivationHold {
  readonly #share: Pick<ShareState, 'activating'>;
  #held: RelayOutput[] = [];
  #bytes = 0;

  constructor(share: Pick<ShareState, 'activating'>) {
    this.#share = share;
  }

  /** What is to be done now of what has just come up; the rest is given by a later call, in its order. */
  take(outputs: readonly RelayOutput[]): readonly RelayOutput[] {
    if (!this.#share.activating && this.#held.length === 0) return outputs;
    const now: RelayOutput[] = [];
    for (const output of outputs) {
      const toClient = output.type === 'send' && output.to === 'client';
      if (toClient && output.activation === undefined && this.#share.activating) this.#hold(output);
      else if (toClient && output.activation === 'step') now.push(output);
      else if (toClient || output.type === 'end') now.push(...this.#release(), output);
      else now.push(output);
    }
    // A target that draws without end gets no more memory for it.
    if (this.#bytes > MAX_HELD_BYTES || this.#held.length > MAX_HELD_PDUS) this.#share.activating = false;
    if (!this.#share.activating) now.push(...this.#release());
    return now;
  }

  #hold(output: Extract<RelayOutput, { type: 'send' }>): void {
    // A PDU is a view of all that was read with it.
    this.#held.push({ ...output, bytes: output.bytes.slice() });
    this.#bytes += output.bytes.length;
  }

  #release(): RelayOutput[] {
    const released = this.#held;
    this.#held = [];
    this.#bytes = 0;
    return released;
  }
}
