/** Reading until there is a whole message, whatever pieces it comes in. */
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { readUntil } from '../../../src/gateway/rdp/connection-start.js';

it('a message in single bytes is read whole, is copied a few times and not with each byte, and what follows is put back', async () => {
  const message = Buffer.from(Array.from({ length: 5_000 }, (_, index) => index & 0xff));
  const stream = new PassThrough();
  const places = new Set<ArrayBufferLike>();
  let lengths = 0;
  const reading = readUntil(stream, 'the message', 10_000, (bytes) => {
    lengths += bytes.length;
    if (bytes.length > 1) places.add(bytes.buffer);
    if (bytes.length < message.length) return null;
    return { value: Buffer.from(bytes.subarray(0, message.length)), taken: message.length };
  });
  for (const byte of message.subarray(0, -1)) stream.write(Uint8Array.of(byte));
  stream.write(Uint8Array.of(message.at(-1) ?? 0, 1, 2, 3));
  expect(await reading).toEqual(message);
  expect(lengths).toBeGreaterThan(message.length);
  expect(places.size).toBeLessThan(20);
  expect(stream.read()).toEqual(Buffer.of(1, 2, 3));
});
