/** The beginning of a text that passes through the clipboard, kept where a setting asks for it. */
import { readUtf16, untilNul } from '../../connection/text.js';
import { Reader } from '../../wire/reader.js';

/** CF_UNICODETEXT, [MS-RDPECLIP] 1.3.1.1.3: UTF-16LE with a zero at the end. */
const TEXT_FORMAT = 'CF_UNICODETEXT';
/** Enough to see what was copied; audit rows and event tracks stay small. */
const MAX_KEPT_BYTES = 4096;
/** Control characters but line breaks and tabs, and marks that turn the direction of text. */
const UNFIT = /[^\P{Cc}\n\r\t]|[\p{Cf}\p{Cs}]/gu;

export class CopiedText {
  readonly #bytes = new Uint8Array(MAX_KEPT_BYTES);
  #sizeBytes = 0;
  #isCut = false;

  /** Null for a format that is not text. */
  static of(label: string): CopiedText | null {
    return label === TEXT_FORMAT ? new CopiedText() : null;
  }

  add(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, MAX_KEPT_BYTES - this.#sizeBytes);
    this.#bytes.set(kept, this.#sizeBytes);
    this.#sizeBytes += kept.length;
    this.#isCut ||= kept.length < bytes.length;
  }

  /** What was kept, with an ellipsis where more passed. */
  text(): string {
    const wholeBytes = this.#sizeBytes - (this.#sizeBytes % 2);
    const reader = new Reader(this.#bytes, 'CF_UNICODETEXT', 0, wholeBytes);
    const text = untilNul(readUtf16(reader, wholeBytes)).replace(UNFIT, '\u{fffd}');
    return this.#isCut ? `${text}…` : text;
  }
}
