/**
 * Work that is done one after the other, with few waiting. Hashing a password takes a thread of the pool that traces are
 * written by: one of them is what people who sign in may have, whoever else has to wait.
 */

/** Too many wait already. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}

export class OneAtATime {
  readonly #maxWaiting: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /** @throws BusyError when too many wait; otherwise whatever `work` throws */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= this.#maxWaiting) throw new BusyError('too many wait already');
    this.#waiting++;
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      this.#waiting--;
    }
  }
}
