/** ClearCodec with its columns and glyphs. An input is a header of four bytes, width and height, and a stream. */
import { ClearCodecDecoder } from '../../../recorder/decoders/clearcodec/clearcodec.js';
import { Writer } from '../../../src/rdp/wire/writer.js';
import { fixtureIndex, joined } from '../../helpers/fixture-files.js';
import { BrokenPromise, subject, type Step, type Subject } from '../subject.js';

const HEADER_BYTES = 4;
const SURFACE = { width: 120, height: 90 };
const UNTOUCHED = 0x1234_5678;

interface Stream {
  readonly width: number;
  readonly height: number;
  readonly data: string;
}

/** The pipeline makes sure that areas lie within their surface. */
function open(): Step {
  const decoder = new ClearCodecDecoder();
  const words = new Uint32Array(SURFACE.width * SURFACE.height);
  return (input) => {
    const u16 = (at: number): number => (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8);
    const area = { x: 2, y: 3, width: 1 + (u16(0) % (SURFACE.width - 2)), height: 1 + (u16(2) % (SURFACE.height - 3)) };
    const data = input.subarray(HEADER_BYTES);
    words.fill(UNTOUCHED);
    try {
      decoder.decode(
        { codec: 'clearcodec', surfaceId: 1, codecContextId: null, frameId: 1, pixelFormat: 0x20, data, area },
        { ...SURFACE, words },
      );
    } finally {
      assertUntouched(words, area.x + area.width, area.y + area.height);
    }
    return 'decoded';
  };
}

/** Nothing is drawn left of and above an area, nor right of and below it. */
function assertUntouched(words: Uint32Array, right: number, bottom: number): void {
  for (let at = 0; at < words.length; at += 1) {
    const x = at % SURFACE.width;
    if (x >= 2 && x < right && at >= 3 * SURFACE.width && at < bottom * SURFACE.width) continue;
    if (words[at] !== UNTOUCHED) throw new BrokenPromise('drew outside');
  }
}

export function clearCodecSubjects(): Subject[] {
  const streams = fixtureIndex<readonly Stream[]>('clearcodec/libfreerdp.json').map((sequence) =>
    sequence.map(({ width, height, data }) =>
      joined(
        new Writer()
          .u16(width - 1)
          .u16(height - 1)
          .finish(),
        new Uint8Array(Buffer.from(data, 'base64')),
      ),
    ),
  );
  // A sequence from its beginning: in the middle of one its columns would not be there.
  const batchInputs = Math.max(...streams.map(({ length }) => length));
  return [subject({ name: 'clearcodec', weight: 3, mutatedShare: 0.5, batchInputs, streams, open })];
}
