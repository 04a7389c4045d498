/** The tokens of RDP 8.0 bulk compression, [MS-RDPEGFX] 3.1.9.1.2.4: a prefix, and for matches a value after it. */

/** A match: a prefix of `prefixBits`, then `valueBits` that are added to `base` for the distance. */
interface MatchToken {
  readonly prefixBits: number;
  readonly prefix: number;
  readonly valueBits: number;
  readonly base: number;
}

const MATCH_TOKENS: readonly MatchToken[] = [
  { prefixBits: 5, prefix: 0b10001, valueBits: 5, base: 0 },
  { prefixBits: 5, prefix: 0b10010, valueBits: 7, base: 32 },
  { prefixBits: 5, prefix: 0b10011, valueBits: 9, base: 160 },
  { prefixBits: 5, prefix: 0b10100, valueBits: 10, base: 672 },
  { prefixBits: 5, prefix: 0b10101, valueBits: 12, base: 1696 },
  { prefixBits: 6, prefix: 0b101100, valueBits: 14, base: 5792 },
  { prefixBits: 6, prefix: 0b101101, valueBits: 15, base: 22_176 },
  { prefixBits: 7, prefix: 0b1011100, valueBits: 18, base: 54_944 },
  { prefixBits: 7, prefix: 0b1011101, valueBits: 20, base: 317_088 },
  { prefixBits: 8, prefix: 0b10111100, valueBits: 20, base: 1_365_664 },
  { prefixBits: 8, prefix: 0b10111101, valueBits: 21, base: 2_414_240 },
];

/** Literals with a token of their own, in the order of their prefixes: the first prefix of each length. */
const SHORT_LITERALS: readonly { bits: number; first: number; literals: readonly number[] }[] = [
  { bits: 5, first: 0b11000, literals: [0x00, 0x01] },
  { bits: 6, first: 0b110100, literals: [0x02, 0x03, 0xff] },
  { bits: 7, first: 0b1101110, literals: [0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b] },
  { bits: 7, first: 0b1110110, literals: [0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x40, 0x80] },
  { bits: 8, first: 0b11111100, literals: [0x0c, 0x38, 0x39, 0x66] },
];

/** The longest token without the value of a match: a zero and the eight bits of a literal. */
export const TOKEN_BITS = 9;

/** A row of TOKENS is `length | literal << LENGTH_BITS`, or with MATCH set, `length | index << LENGTH_BITS`. */
export const LENGTH_BITS = 4;
export const MATCH = 0x8000;

/** For each value of the next nine bits, the token that they begin with; 0 for what is reserved. */
export const TOKENS = makeTokens();

/** By index of the match token: bits of the value, and what it is added to. */
export const DISTANCE_BITS = Uint8Array.from(MATCH_TOKENS, ({ valueBits }) => valueBits);
export const DISTANCE_BASES = Uint32Array.from(MATCH_TOKENS, ({ base }) => base);

function makeTokens(): Uint16Array {
  const table = new Uint16Array(1 << TOKEN_BITS);
  const add = (prefix: number, bits: number, row: number): void => {
    const spare = TOKEN_BITS - bits;
    table.fill(bits | row, prefix << spare, (prefix + 1) << spare);
  };
  for (let literal = 0; literal < 256; literal += 1) add(literal, TOKEN_BITS, literal << LENGTH_BITS);
  for (const { bits, first, literals } of SHORT_LITERALS) {
    literals.forEach((literal, i) => add(first + i, bits, literal << LENGTH_BITS));
  }
  MATCH_TOKENS.forEach(({ prefixBits, prefix }, i) => add(prefix, prefixBits, (i << LENGTH_BITS) | MATCH));
  return table;
}
