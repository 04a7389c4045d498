/** Updates: fast-path output and its fragments, bitmaps, palettes, surface commands and pointers. */
import { decodeFastPathUpdateData } from '../../../src/rdp/updates/fast-path-update-data.js';
import { decodeFastPathOutput, FastPathUpdateCode } from '../../../src/rdp/updates/fast-path-output.js';
import { decodeGraphicsUpdate, encodeSynchronizeUpdate } from '../../../src/rdp/updates/graphics-update.js';
import { encodeBitmapUpdate } from '../../../src/rdp/updates/bitmap-update.js';
import { encodePaletteUpdate } from '../../../src/rdp/updates/palette-update.js';
import {
  decodeFastPathPointerUpdate,
  decodePointerUpdate,
  encodePointerUpdate,
} from '../../../src/rdp/updates/pointer-updates.js';
import { decodeSurfaceCommands, encodeSurfaceCommands } from '../../../src/rdp/updates/surface-commands.js';
import { UpdateFragments } from '../../../src/rdp/updates/update-fragments.js';
import { MAX_REASSEMBLED_UPDATE_BYTES } from '../../../src/rdp/wire/limits.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { rectangle, solid } from '../../recorder/picture/records.js';
import { BrokenPromise, stateless, subject, type Step, type Subject } from '../subject.js';
import { fixture, joined } from '../../helpers/fixture-files.js';
import { fastPathExamples } from './picture-examples.js';

const bitmapData = { bpp: 32, codecId: 3, width: 8, height: 4, bitmapData: new Uint8Array(40).fill(7) };
const place = { destLeft: 1, destTop: 2, destRight: 9, destBottom: 6 };
const SURFACE_COMMANDS = encodeSurfaceCommands([
  { kind: 'frame-marker', frameAction: 0, frameId: 5 },
  { kind: 'set-surface-bits', ...place, bitmap: bitmapData },
  { kind: 'stream-surface-bits', ...place, bitmap: { ...bitmapData, exBitmapDataHeader: new Uint8Array(24) } },
  { kind: 'frame-marker', frameAction: 1, frameId: 5 },
]);
const GRAPHICS_UPDATES = [
  encodeBitmapUpdate([solid(1, 2, 5, 6, 0x123), rectangle(0, 0, 8, 8, 16, 0x401, new Uint8Array(20).fill(3))]),
  encodePaletteUpdate({ paletteEntries: new Uint8Array(768).fill(0x44) }),
  encodeSynchronizeUpdate(),
];

/** Fast-path PDUs whose updates are put together from fragments. */
function fastPath(): Step {
  let fragments = new UpdateFragments();
  return (input) => {
    const { updates } = decodeFastPathOutput(new Reader(input, 'fuzz'));
    try {
      for (const update of updates) {
        const whole = fragments.push(update);
        if (whole === null) continue;
        if (whole.data.length > MAX_REASSEMBLED_UPDATE_BYTES) throw new BrokenPromise('an update above its limit');
        decodeFastPathUpdateData(whole.updateCode, new Reader(whole.data, 'fuzz'));
      }
    } catch (error) {
      fragments = new UpdateFragments();
      throw error;
    }
    return 'decoded';
  };
}

/** An input is an update code, and the update's data. */
function pointerUpdate(input: Uint8Array): void {
  const code = input[0] ?? 0;
  const data = input.subarray(1);
  if (code === 0) decodePointerUpdate(new Reader(data, 'fuzz'));
  else decodeFastPathPointerUpdate(code, new Reader(data, 'fuzz'));
}

function pointerExamples(): Uint8Array[] {
  const shape = (name: string) => fixture(`pointers/${name}.bin`);
  const coded = (code: number, data: Uint8Array) => joined(Uint8Array.of(code), data);
  const slow = [
    encodePointerUpdate({ kind: 'position', xPos: 5, yPos: 6 }),
    encodePointerUpdate({ kind: 'cached', cacheIndex: 3 }),
    encodePointerUpdate({ kind: 'hidden' }),
    joined(Uint8Array.of(6, 0, 0, 0), shape('color_pointer_24bpp')),
    joined(Uint8Array.of(8, 0, 0, 0), shape('new_pointer_32bpp')),
  ];
  return [
    ...slow.map((data) => coded(0, data)),
    coded(FastPathUpdateCode.colorPointer, shape('color_pointer_24bpp')),
    coded(FastPathUpdateCode.newPointer, shape('new_pointer_32bpp')),
    coded(FastPathUpdateCode.largePointer, shape('large_pointer_32bpp')),
  ];
}

export function updateSubjects(): Subject[] {
  const decode =
    <T>(read: (reader: Reader) => T) =>
    (input: Uint8Array): T =>
      read(new Reader(input, 'fuzz'));
  return [
    subject({ name: 'fast-path-output', weight: 4, mutatedShare: 0.5, streams: fastPathExamples(), open: fastPath }),
    stateless('graphics-updates', GRAPHICS_UPDATES, decode(decodeGraphicsUpdate), { weight: 2 }),
    stateless('surface-commands', [SURFACE_COMMANDS], decode(decodeSurfaceCommands), { weight: 2 }),
    stateless('pointer-updates', pointerExamples(), pointerUpdate, { weight: 2 }),
  ];
}
