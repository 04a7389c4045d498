/** Random numbers that a seed repeats: xorshift128 (Marsaglia, "Xorshift RNGs", 2003), its state filled by splitmix32. */

const FNV_OFFSET = 0x811c_9dc5;
const FNV_PRIME = 0x0100_0193;
const U32 = 0x1_0000_0000;

/** The seed of one part of a run: the same for the same run, name and number, and unlike that of the next number. */
export function seedOf(runSeed: number, name: string, number: number): number {
  let hash = FNV_OFFSET ^ runSeed;
  for (const character of `${name}/${number}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), FNV_PRIME);
  }
  return hash >>> 0;
}

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number) {
    let state = seed >>> 0;
    const next = (): number => {
      state = (state + 0x9e37_79b9) | 0;
      let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
      return mixed ^ (mixed >>> 15);
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    // A state of all zeros would stay one.
    this.#d = next() | 1;
  }

  /** 0 to 2^32 - 1. */
  u32(): number {
    const t = this.#a ^ (this.#a << 11);
    this.#a = this.#b;
    this.#b = this.#c;
    this.#c = this.#d;
    this.#d = this.#d ^ (this.#d >>> 19) ^ t ^ (t >>> 8);
    return this.#d >>> 0;
  }

  /** 0 to `limit - 1`; 0 when there is nothing to choose from. */
  below(limit: number): number {
    return limit <= 1 ? 0 : Math.floor((this.u32() / U32) * limit);
  }

  /** True with a probability of `share`. */
  chance(share: number): boolean {
    return this.u32() < share * U32;
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    // `below` stays within the list.
    return list[this.below(list.length)] as T;
  }
}
