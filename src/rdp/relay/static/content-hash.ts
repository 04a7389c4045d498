/** SHA-256 of content that passes, piece by piece. The caller of the relay brings it: it is the one with a crypto library. */

export interface ContentHash {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal; the hash takes nothing more. */
  hex(): string;
}

export type CreateContentHash = () => ContentHash;

/** Content that passes in one direction, counted and hashed. */
export class PassingContent {
  readonly #hash: ContentHash;
  #sizeBytes = 0;
  #nextOffset = 0;
  #inOrder = true;

  constructor(createHash: CreateContentHash) {
    this.#hash = createHash();
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Offset behind the piece that came last. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  /** True when every piece began where the one before it ended, and the first at 0: the hash is that of a file's start. */
  get inOrder(): boolean {
    return this.#inOrder;
  }

  /** The next piece begins at `offset`. */
  seek(offset: number): void {
    if (offset !== this.#nextOffset) this.#inOrder = false;
    this.#nextOffset = offset;
  }

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#sizeBytes += bytes.length;
    this.#nextOffset += bytes.length;
  }

  /** SHA-256 of all pieces in the order in which they passed. */
  sha256(): string {
    return this.#hash.hex();
  }
}
