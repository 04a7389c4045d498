import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CHANNEL_FLAG_FIRST,
  CHANNEL_FLAG_LAST,
  CHANNEL_PACKET_COMPRESSED,
  splitVirtualChannelMessage,
} from '../../../src/rdp/session/virtual-channel-chunk.js';
import { VirtualChannelMessages } from '../../../src/rdp/session/virtual-channel-messages.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { hex } from './support.js';

const FIRST = CHANNEL_FLAG_FIRST;
const LAST = CHANNEL_FLAG_LAST;

/** The error of the last of some chunks. */
function codeOf(...chunks: [length: number, flags: number, data: string][]): string {
  const messages = new VirtualChannelMessages(16);
  try {
    for (const [length, flags, data] of chunks) messages.push({ length, flags, data: hex(data) });
  } catch (error) {
    if (error instanceof DecodeError) return error.code;
    throw error;
  }
  return 'nothing';
}

describe('messages of a static channel', () => {
  it('come out of their chunks as they were', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 60 }),
        (sent, chunkBytes) => {
          const messages = new VirtualChannelMessages(200);
          const received = sent.flatMap((message) =>
            splitVirtualChannelMessage(message, chunkBytes).flatMap((chunk) => messages.push(chunk)?.slice() ?? []),
          );
          expect(Buffer.concat(received).equals(Buffer.concat(sent))).toBe(true);
          expect(messages.pending).toBe(false);
        },
      ),
    );
  });

  it('are refused when they could be read in more than one way', () => {
    expect(codeOf([1, LAST, '00'])).toBe('invalid');
    expect(codeOf([2, FIRST, '00'], [2, FIRST | LAST, '0000'])).toBe('invalid');
    expect(codeOf([2, FIRST, '00'], [3, LAST, '0000'])).toBe('invalid');
    expect(codeOf([2, FIRST | LAST, '00'])).toBe('invalid');
    expect(codeOf([1, FIRST | LAST, '0000'])).toBe('invalid');
    expect(codeOf([2, FIRST, '00'], [2, 0, '0000'])).toBe('invalid');
    expect(codeOf([2, FIRST, '00'], [2, 0, ''])).toBe('invalid');
    expect(codeOf([1, FIRST | LAST | CHANNEL_PACKET_COMPRESSED, '00'])).toBe('unsupported');
  });

  it('are bounded by what they announce', () => {
    expect(codeOf([16, FIRST, '00'])).toBe('nothing');
    expect(codeOf([17, FIRST, '00'])).toBe('limit');
    expect(codeOf([0xffff_ffff, FIRST, '00'])).toBe('limit');
  });
});
