/**
 * MD4, RFC 1320. It is broken as a hash and is here for one thing: an NT hash is the MD4 of a password ([MS-NLMP] 3.3.1),
 * and OpenSSL 3 does not offer it any more.
 */

const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;

type Words = [number, number, number, number];

const INITIAL: Readonly<Words> = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

const ROUNDS = [
  {
    mix: (x: number, y: number, z: number) => (x & y) | (~x & z),
    add: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shifts: [3, 7, 11, 19],
  },
  {
    mix: (x: number, y: number, z: number) => (x & y) | (x & z) | (y & z),
    add: 0x5a82_7999,
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    shifts: [3, 5, 9, 13],
  },
  {
    mix: (x: number, y: number, z: number) => x ^ y ^ z,
    add: 0x6ed9_eba1,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    shifts: [3, 9, 11, 15],
  },
] as const;

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** The message, a one bit, zeros, and the message's length in bits: whole blocks. */
function pad(message: Uint8Array): DataView {
  const blocks = Math.ceil((message.length + 1 + LENGTH_BYTES) / BLOCK_BYTES);
  const padded = new Uint8Array(blocks * BLOCK_BYTES);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - LENGTH_BYTES, BigInt(message.length) * 8n, true);
  return view;
}

function digestBlock(view: DataView, offset: number, state: Readonly<Words>): Words {
  let [a, b, c, d] = state;
  for (const { mix, add, order, shifts } of ROUNDS) {
    for (const [step, word] of order.entries()) {
      const sum = a + mix(b, c, d) + view.getUint32(offset + word * 4, true) + add;
      [a, b, c, d] = [d, rotateLeft(sum | 0, shifts[step & 3] ?? 0), b, c];
    }
  }
  return [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0];
}

/** 16 bytes. */
export function md4(message: Uint8Array): Uint8Array {
  const view = pad(message);
  let state: Words = [...INITIAL];
  for (let offset = 0; offset < view.byteLength; offset += BLOCK_BYTES) state = digestBlock(view, offset, state);
  const digest = new DataView(new ArrayBuffer(16));
  for (const [word, value] of state.entries()) digest.setUint32(word * 4, value, true);
  return new Uint8Array(digest.buffer);
}
