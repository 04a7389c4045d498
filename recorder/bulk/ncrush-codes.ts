/**
 * The static codes of RDP 6.0 bulk compression, [MS-RDPEGDI] 3.1.8.1.4.1 and 3.1.8.1.4.2. Both code books are canonical
 * Huffman codes, so the lengths of the codes say all; the stream begins with a code's most significant bit, and bytes are
 * filled from their least significant bit.
 */

/** Bits of a LiteralOrEosOrCopyOffset code, index by index in hexadecimal digits: table 1 (HuffLengthLEC). */
const LITERAL_OR_OFFSET_LENGTHS =
  '66677777777888888898999988999999899a9999999a9aaa99a9a9a999aa9a99' +
  '89999aaa99aaaaaa99aaaaaaa9aaaaaa8aaaaaaaaaaaaaaa9aaaaaaa9aaaaaa9' +
  '799a9aaa9aaaaaaa9aaaaaaaaaaaaaaaaaaaaaaaaaadaaaaaabaaaaaaaaaaaaa' +
  '9aaaaa9aaaaa9aaa9aaaaaaaaaaaaaaa9aaaaaaaaaaaaa9a899a9aaa9aaa9987' +
  'dd77a776666566656566666666666666' +
  '85677';

/** Bits of a LengthOfMatch code: table 4 (HuffLengthL). */
const LENGTH_OF_MATCH_LENGTHS = '42343445455667787889989999999999';

/** Index of the end-of-stream code; below it are literals. */
export const END_OF_STREAM = 256;
/** First index of the copy-offsets. */
export const FIRST_COPY_OFFSET = 257;
/** First index of the references to the OffsetCache. */
export const FIRST_CACHED_OFFSET = 289;

/** Longest codes. */
export const LITERAL_OR_OFFSET_MAX_BITS = 13;
export const LENGTH_OF_MATCH_MAX_BITS = 9;

/** Low bits of a row of a decoding table that hold the length of the code; above them is its index. */
export const CODE_LENGTH_BITS = 4;

/**
 * For each value of the next `maxBits` bits of the stream, the code that they begin with: its index above its length. 0
 * where no code begins.
 */
function decodingTable(lengths: string, maxBits: number): Uint16Array {
  const table = new Uint16Array(1 << maxBits);
  let code = 0;
  for (let bits = 1; bits <= maxBits; bits += 1) {
    for (let index = 0; index < lengths.length; index += 1) {
      if (Number.parseInt(lengths.charAt(index), 16) !== bits) continue;
      const first = reverseBits(code, bits);
      for (let at = first; at < table.length; at += 1 << bits) table[at] = (index << CODE_LENGTH_BITS) | bits;
      code += 1;
    }
    code <<= 1;
  }
  return table;
}

function reverseBits(value: number, bits: number): number {
  let reversed = 0;
  for (let i = 0; i < bits; i += 1) reversed |= ((value >> i) & 1) << (bits - 1 - i);
  return reversed;
}

export const LITERAL_OR_OFFSET_CODES = decodingTable(LITERAL_OR_OFFSET_LENGTHS, LITERAL_OR_OFFSET_MAX_BITS);
export const LENGTH_OF_MATCH_CODES = decodingTable(LENGTH_OF_MATCH_LENGTHS, LENGTH_OF_MATCH_MAX_BITS);

/** Each row begins where the one before it ends. */
function basesOf(bits: Uint8Array, first: number): Uint16Array {
  const bases = new Uint16Array(bits.length);
  let base = first;
  for (let i = 0; i < bits.length; i += 1) {
    bases[i] = base;
    base += 1 << (bits[i] as number);
  }
  return bases;
}

/** Extra bits of a copy-offset, and the copy-offset without them: table 3, of whose bases 1 is to be taken. */
export const COPY_OFFSET_BITS = Uint8Array.from({ length: 32 }, (_, i) => Math.max(0, (i >> 1) - 1));
export const COPY_OFFSET_BASES = basesOf(COPY_OFFSET_BITS, 0);

/** Extra bits of a length of match, and the length without them: table 6. Codes 30 and 31 mean nothing. */
export const LENGTH_OF_MATCH_BITS = Uint8Array.from([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 6, 6, 8, 8, 14, 14,
]);
export const LENGTH_OF_MATCH_BASES = basesOf(LENGTH_OF_MATCH_BITS, 2);
// The two longest begin with the shortest match again.
LENGTH_OF_MATCH_BASES.fill(2, 28);
