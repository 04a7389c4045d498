/** What H.264 is wrapped in by the graphics pipeline. The streams within are decoded by a library in a process of its own. */
import { decodeAvc420BitmapStream } from '../../../recorder/decoders/avc/avc420-bitmap-stream.js';
import { decodeAvc444BitmapStream } from '../../../recorder/decoders/avc/avc444-bitmap-stream.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { Writer } from '../../../src/rdp/wire/writer.js';
import { stateless, type Subject } from '../subject.js';
import { joined } from './fixtures.js';

function avc420(rectangles: number): Uint8Array {
  const writer = new Writer().u32(rectangles);
  for (let i = 0; i < rectangles; i += 1)
    writer
      .u16(i)
      .u16(i)
      .u16(i + 16)
      .u16(i + 16);
  for (let i = 0; i < rectangles; i += 1) writer.u8(22).u8(100);
  return writer.bytes(Uint8Array.of(0, 0, 0, 1, 0x67, 0x42, 0, 10)).finish();
}

export function avcSubjects(): Subject[] {
  const [one, many] = [avc420(1), avc420(40)];
  const both = joined(new Writer().u32(one.length).finish(), one, many);
  const single = (lc: number) => joined(new Writer().u32((lc << 30) >>> 0).finish(), many);
  return [
    stateless('avc420-metadata', [one, many], (input) => decodeAvc420BitmapStream(new Reader(input, 'fuzz'))),
    stateless('avc444-metadata', [both, single(1), single(2)], (input) =>
      decodeAvc444BitmapStream(new Reader(input, 'fuzz')),
    ),
  ];
}
