/** UTF-8 without the platform's encoder, which the pure folders do not have. Lone surrogates become U+FFFD. */

const REPLACEMENT = 0xfffd;

/** Bytes of `text` in UTF-8. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    let code = character.codePointAt(0) ?? REPLACEMENT;
    if (code >= 0xd800 && code <= 0xdfff) code = REPLACEMENT;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else {
      bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    }
  }
  return Uint8Array.from(bytes);
}

/** Text of UTF-8 bytes; null when they are not well-formed UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  const units: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at] ?? 0);
    const code = length === 0 ? null : codePointAt(bytes, at, length);
    if (code === null) return null;
    units.push(String.fromCodePoint(code));
    at += length;
  }
  return units.join('');
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

const LEAD_MASK = [0, 0x7f, 0x1f, 0x0f, 0x07];
const SMALLEST = [0, 0, 0x80, 0x800, 0x10000];

function codePointAt(bytes: Uint8Array, at: number, length: number): number | null {
  let code = (bytes[at] ?? 0) & (LEAD_MASK[length] ?? 0);
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined || (byte & 0xc0) !== 0x80) return null;
    code = (code << 6) | (byte & 0x3f);
  }
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return code < (SMALLEST[length] ?? 0) || code > 0x10ffff || isSurrogate ? null : code;
}
