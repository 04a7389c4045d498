/** Bounds how many videos are sent at the same time, in all and to one person. */

export class StreamSlots {
  readonly #total: number;
  readonly #perKey: number;
  readonly #used = new Map<string, number>();
  #inUse = 0;

  constructor(total: number, perKey: number) {
    this.#total = total;
    this.#perKey = perKey;
  }

  /** A function that gives the slot back, to be called once or more; null when none is free. */
  take(key: string): (() => void) | null {
    const used = this.#used.get(key) ?? 0;
    if (this.#inUse >= this.#total || used >= this.#perKey) return null;
    this.#inUse++;
    this.#used.set(key, used + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#give(key);
    };
  }

  #give(key: string): void {
    this.#inUse--;
    const left = (this.#used.get(key) ?? 1) - 1;
    if (left === 0) this.#used.delete(key);
    else this.#used.set(key, left);
  }
}
