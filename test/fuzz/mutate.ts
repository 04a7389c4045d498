/** Mutations of bytes: what a hostile or broken peer makes of something that was well-formed. */
import type { Random } from './random.js';

const MAX_MUTATIONS = 5;
const MAX_BLOCK_BYTES = 64;

/** Values at the edges of what fields hold. */
const BYTES = [0x00, 0x01, 0x02, 0x03, 0x04, 0x0f, 0x10, 0x1f, 0x20, 0x3f, 0x40, 0x7f, 0x80, 0x81, 0xc0, 0xfe, 0xff];
const NUMBERS = [
  0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 511, 512, 1024, 4096, 8191, 8192, 8193, 16_383,
  16_384, 32_767, 32_768, 65_534, 65_535, 65_536, 0xff_ffff, 0x100_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe,
  0xffff_ffff,
];
const WIDTHS = [1, 2, 4] as const;

type Mutation = (data: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

/**
 * Returns `input` with one to five mutations, at most `maxBytes` long. `other` is another input, for splices and blocks of
 * foreign origin. Both are left as they are.
 */
export function mutate(input: Uint8Array, other: Uint8Array, random: Random, maxBytes: number): Uint8Array {
  let data: Uint8Array = input.slice();
  const count = 1 + Math.min(random.below(MAX_MUTATIONS), random.below(MAX_MUTATIONS));
  for (let i = 0; i < count; i += 1) data = random.pick(MUTATIONS)(data, random, other);
  return data.length > maxBytes ? data.slice(0, maxBytes) : data;
}

const flipBits: Mutation = (data, random) => {
  const count = 1 + random.below(4);
  for (let i = 0; i < count && data.length > 0; i += 1) {
    const at = random.below(data.length);
    data[at] = (data[at] ?? 0) ^ (1 << random.below(8));
  }
  return data;
};

const overwriteByte: Mutation = (data, random) => {
  if (data.length === 0) return data;
  data[random.below(data.length)] = random.chance(0.5) ? random.pick(BYTES) : random.below(256);
  return data;
};

/** A field of 8, 16 or 32 bits gets a value at an edge, the length of the data, or a value near the one that it had. */
const editNumber: Mutation = (data, random) => {
  const width = random.pick(WIDTHS);
  if (data.length < width) return data;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  // Lengths and counts are near the beginning more often than not.
  const reach = random.chance(0.5) ? Math.min(data.length, 32) : data.length;
  const at = random.below(Math.max(1, reach - width + 1));
  const littleEndian = random.chance(0.6);
  const edited = (value: number): number => {
    const choice = random.below(4);
    if (choice === 0) return value + random.below(9) - 4;
    if (choice === 1) return data.length - at + random.below(9) - 4;
    return random.pick(NUMBERS);
  };
  if (width === 1) view.setUint8(at, edited(view.getUint8(at)));
  else if (width === 2) view.setUint16(at, edited(view.getUint16(at, littleEndian)), littleEndian);
  else view.setUint32(at, edited(view.getUint32(at, littleEndian)), littleEndian);
  return data;
};

function block(source: Uint8Array, random: Random): Uint8Array {
  const length = 1 + random.below(Math.min(MAX_BLOCK_BYTES, source.length));
  const from = random.below(source.length - length + 1);
  return source.slice(from, from + length);
}

const copyBlock: Mutation = (data, random) => {
  if (data.length === 0) return data;
  const bytes = block(data, random);
  data.set(bytes, random.below(data.length - bytes.length + 1));
  return data;
};

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const insertBlock: Mutation = (data, random, other) => {
  const source = random.chance(0.5) ? data : other;
  if (source.length === 0) return data;
  const bytes = block(source, random);
  if (random.chance(0.2)) bytes.fill(random.pick(BYTES));
  const at = random.below(data.length + 1);
  return joined(data.subarray(0, at), bytes, data.subarray(at));
};

const deleteBlock: Mutation = (data, random) => {
  if (data.length === 0) return data;
  const length = 1 + random.below(Math.min(MAX_BLOCK_BYTES, data.length));
  const at = random.below(data.length - length + 1);
  return joined(data.subarray(0, at), data.subarray(at + length));
};

const truncate: Mutation = (data, random) => data.slice(0, random.below(data.length + 1));

const splice: Mutation = (data, random, other) =>
  joined(data.subarray(0, random.below(data.length + 1)), other.subarray(random.below(other.length + 1)));

/** What keeps most of the structure comes up more often than what loses it. */
const MUTATIONS: readonly Mutation[] = [
  flipBits,
  flipBits,
  overwriteByte,
  overwriteByte,
  editNumber,
  editNumber,
  editNumber,
  copyBlock,
  insertBlock,
  deleteBlock,
  truncate,
  splice,
];
