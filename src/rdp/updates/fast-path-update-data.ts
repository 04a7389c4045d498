/** Data of a fast-path update, [MS-RDPBCGR] 2.2.9.1.2.1, once it is decompressed and whole: what its code makes of it. */
import type { Reader } from '../wire/reader.js';
import { decodeBitmapUpdate } from './bitmap-update.js';
import { FastPathUpdateCode } from './fast-path-output.js';
import type { GraphicsUpdate } from './graphics-update.js';
import { decodeFastPathOrdersUpdate } from './orders-update.js';
import { decodePaletteUpdate } from './palette-update.js';
import { decodeFastPathPointerUpdate, type PointerUpdate } from './pointer-updates.js';
import { decodeSurfaceCommands, type SurfaceCommand } from './surface-commands.js';

export type FastPathUpdateData =
  | GraphicsUpdate
  | { readonly kind: 'surface-commands'; readonly commands: readonly SurfaceCommand[] }
  | { readonly kind: 'pointer'; readonly pointer: PointerUpdate };

/** Throws "invalid" for a code that the specification does not name. */
export function decodeFastPathUpdateData(updateCode: number, reader: Reader): FastPathUpdateData {
  switch (updateCode) {
    case FastPathUpdateCode.orders:
      return { kind: 'orders', ...decodeFastPathOrdersUpdate(reader) };
    case FastPathUpdateCode.bitmap:
      return { kind: 'bitmap', rectangles: decodeBitmapUpdate(reader) };
    case FastPathUpdateCode.palette:
      return { kind: 'palette', ...decodePaletteUpdate(reader) };
    case FastPathUpdateCode.synchronize:
      return { kind: 'synchronize' };
    case FastPathUpdateCode.surfaceCommands:
      return { kind: 'surface-commands', commands: decodeSurfaceCommands(reader) };
    default: {
      const pointer = decodeFastPathPointerUpdate(updateCode, reader);
      if (pointer === null) throw reader.error('invalid', 'updateCode');
      return { kind: 'pointer', pointer };
    }
  }
}
