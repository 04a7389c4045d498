import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { Writer } from '../../../src/rdp/wire/writer.js';

const WRITES = {
  u8: 1,
  u16: 2,
  u16be: 2,
  i16: 2,
  u32: 4,
  u32be: 4,
  i32: 4,
} as const;
const names = Object.keys(WRITES) as (keyof typeof WRITES)[];

describe('Writer and Reader', () => {
  it('agree on every number at every offset, also where the buffer grows', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...names), { maxLength: 400 }), (sequence) => {
        const writer = new Writer();
        for (const [index, name] of sequence.entries()) writer[name](index & 0x7f);
        const reader = new Reader(writer.finish(), 'numbers');
        for (const [index, name] of sequence.entries()) expect(reader[name]()).toBe(index & 0x7f);
        reader.end();
      }),
    );
  });

  it('write every type across the end of the first buffer', () => {
    for (const name of names) {
      for (let before = 250; before <= 256; before += 1) {
        const bytes = new Writer().zeros(before)[name](1).u64(2n).finish();
        const reader = new Reader(bytes, 'numbers');
        reader.skip(before);
        expect(reader[name]()).toBe(1);
        expect(reader.u64()).toBe(2n);
      }
    }
  });

  it('never read past the end', () => {
    for (const name of names) {
      const reader = new Reader(new Uint8Array(WRITES[name] - 1), 'numbers');
      expect(() => reader[name]()).toThrow('numbers: truncated at offset 0');
    }
  });
});
