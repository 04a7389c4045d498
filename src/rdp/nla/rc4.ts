/**
 * RC4, as NTLM seals with it ([MS-NLMP] 6, RC4Init and RC4). OpenSSL 3 does not offer it any more. It is no protection by
 * itself: everything that it seals here travels inside TLS.
 */

const STATES = 256;

export class Rc4 {
  readonly #state: Uint8Array;
  #i = 0;
  #j = 0;

  constructor(key: Uint8Array) {
    this.#state = Uint8Array.from({ length: STATES }, (_unused, index) => index);
    for (let i = 0, j = 0; i < STATES; i++) {
      j = (j + this.#at(i) + (key[i % key.length] ?? 0)) & 0xff;
      this.#swap(i, j);
    }
  }

  #at(index: number): number {
    return this.#state[index] ?? 0;
  }

  #swap(i: number, j: number): void {
    const held = this.#at(i);
    this.#state[i] = this.#at(j);
    this.#state[j] = held;
  }

  /** Encrypts or decrypts the stream's next bytes; the result is new memory. */
  update(data: Uint8Array): Uint8Array {
    const result = new Uint8Array(data.length);
    for (const [at, byte] of data.entries()) {
      this.#i = (this.#i + 1) & 0xff;
      this.#j = (this.#j + this.#at(this.#i)) & 0xff;
      this.#swap(this.#i, this.#j);
      result[at] = byte ^ this.#at((this.#at(this.#i) + this.#at(this.#j)) & 0xff);
    }
    return result;
  }
}

/** RC4K of [MS-NLMP] 6: one message under a key of its own. */
export function rc4k(key: Uint8Array, data: Uint8Array): Uint8Array {
  return new Rc4(key).update(data);
}
