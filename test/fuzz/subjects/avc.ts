/** H.264 of the graphics pipeline: what pictures are wrapped in, and whole pictures through the library that decodes them. */
import { decodeAvc420BitmapStream } from '../../../recorder/decoders/avc/avc420-bitmap-stream.js';
import { decodeAvc444BitmapStream } from '../../../recorder/decoders/avc/avc444-bitmap-stream.js';
import { AvcSurface } from '../../../recorder/decoders/avc/avc-surface.js';
import { loadH264, type H264Engine } from '../../../recorder/decoders/avc/h264-decoder.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { Writer } from '../../../src/rdp/wire/writer.js';
import { splitMessages } from '../../recorder/decoders/progressive/support.js';
import { fixture, joined } from '../../helpers/fixture-files.js';
import { stateless, subject, type Outcome, type Step, type Subject } from '../subject.js';

/** node-av is optional; without it there is nothing to fuzz. */
const ENGINE = await loadH264();
const CODECS = ['avc420', 'avc444', 'avc444v2'] as const;
/** Of the pictures. */
const SIZE = { width: 150, height: 100 };

function metadata(rectangles: number): Uint8Array {
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

/** An input is the number of a codec, and a message. */
function opening(engine: H264Engine): () => Step {
  const target = { ...SIZE, words: new Uint32Array(SIZE.width * SIZE.height) };
  return () => {
    const surface = new AvcSurface(engine, SIZE.width, SIZE.height);
    const step = (input: Uint8Array): Outcome => {
      surface.decode(CODECS[(input[0] ?? 0) % CODECS.length] ?? 'avc420', input.subarray(1), target);
      return 'decoded';
    };
    return Object.assign(step, { close: () => surface.close() });
  };
}

function pictures(engine: H264Engine): Subject {
  const streams = CODECS.map((codec, number) =>
    splitMessages(fixture(`avc/libfreerdp/${codec}.bin`)).map((message) => joined(Uint8Array.of(number), message)),
  );
  return subject({ name: 'avc', mutatedShare: 0.5, batchInputs: 24, streams, open: opening(engine) });
}

export function avcSubjects(): Subject[] {
  const [one, many] = [metadata(1), metadata(40)];
  const both = joined(new Writer().u32(one.length).finish(), one, many);
  const single = (lc: number) => joined(new Writer().u32((lc << 30) >>> 0).finish(), many);
  return [
    stateless('avc420-metadata', [one, many], (input) => decodeAvc420BitmapStream(new Reader(input, 'fuzz'))),
    stateless('avc444-metadata', [both, single(1), single(2)], (input) =>
      decodeAvc444BitmapStream(new Reader(input, 'fuzz')),
    ),
    ...(ENGINE === null ? [] : [pictures(ENGINE)]),
  ];
}
