/** Pointer shapes and their images. An input is a byte that says which update it is, and the update. */
import { decodePointer } from '../../../recorder/pointer/pointer-image.js';
import {
  decodeColorPointer,
  decodeLargePointer,
  decodeNewPointer,
  encodeNewPointer,
  pointerRowBytes,
} from '../../../src/rdp/updates/pointer-shape.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { stateless, type Subject } from '../subject.js';
import { fixture, joined } from '../../helpers/fixture-files.js';

const PALETTE = new Uint32Array(256).fill(0x12_3456);
const DECODERS = [decodeColorPointer, decodeNewPointer, decodeLargePointer] as const;
const FILES = ['color_pointer_24bpp', 'new_pointer_32bpp', 'large_pointer_32bpp'] as const;

/** A pointer of a few pixels at each depth. */
function ofDepth(xorBpp: number): Uint8Array {
  const [width, height] = [13, 7];
  return encodeNewPointer({
    xorBpp,
    cacheIndex: 1,
    hotSpotX: 2,
    hotSpotY: 3,
    width,
    height,
    xorMaskData: new Uint8Array(pointerRowBytes(width, xorBpp) * height).map((_, at) => at * 37),
    andMaskData: new Uint8Array(pointerRowBytes(width, 1) * height).fill(0x5a),
  });
}

export function pointerSubjects(): Subject[] {
  const examples = [
    ...FILES.map((name, kind) => joined(Uint8Array.of(kind), fixture(`pointers/${name}.bin`))),
    ...[1, 4, 8, 16, 24, 32].map((depth) => joined(Uint8Array.of(1), ofDepth(depth))),
  ];
  const decode = (input: Uint8Array) => {
    const kind = DECODERS[(input[0] ?? 0) % DECODERS.length] ?? decodeColorPointer;
    return decodePointer(kind(new Reader(input, 'pointer', Math.min(1, input.length))), PALETTE);
  };
  return [stateless('pointer-images', examples, decode, { weight: 2 })];
}
