/**
 * Pointer updates, [MS-RDPBCGR] 2.2.9.1.1.4 (slow-path) and 2.2.9.1.2.1.4 to 2.2.9.1.2.1.11 (fast-path): where the
 * pointer is and what it looks like. Both ways share the attributes; shapes are in pointer-shape.ts.
 */
import type { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import { FastPathUpdateCode } from './fast-path-output.js';
import {
  decodeColorPointer,
  decodeLargePointer,
  decodeNewPointer,
  encodeColorPointer,
  encodeLargePointer,
  encodeNewPointer,
  type PointerShape,
} from './pointer-shape.js';

/** The field messageType of slow-path pointer updates. */
export const PointerMessageType = { system: 0x1, position: 0x3, color: 0x6, cached: 0x7, pointer: 0x8 } as const;

const SYSPTR_NULL = 0x0000_0000;
const SYSPTR_DEFAULT = 0x0000_7f00;

export type PointerUpdate =
  /** The pointer is not shown. */
  | { readonly kind: 'hidden' }
  /** The pointer has the shape of the client's system. */
  | { readonly kind: 'default' }
  /** In pixels of the desktop. */
  | { readonly kind: 'position'; readonly xPos: number; readonly yPos: number }
  /** A shape that was sent before. */
  | { readonly kind: 'cached'; readonly cacheIndex: number }
  | { readonly kind: 'color'; readonly shape: PointerShape }
  | { readonly kind: 'new'; readonly shape: PointerShape }
  | { readonly kind: 'large'; readonly shape: PointerShape };

function decodePosition(reader: Reader): PointerUpdate {
  return { kind: 'position', xPos: reader.u16(), yPos: reader.u16() };
}

function decodeCached(reader: Reader): PointerUpdate {
  return { kind: 'cached', cacheIndex: reader.u16() };
}

function decodeSystem(reader: Reader): PointerUpdate {
  const systemPointerType = reader.u32();
  if (systemPointerType === SYSPTR_NULL) return { kind: 'hidden' };
  if (systemPointerType === SYSPTR_DEFAULT) return { kind: 'default' };
  throw reader.error('invalid', 'systemPointerType');
}

/** Decodes a slow-path update: what follows the Share Data Header, decompressed. */
export function decodePointerUpdate(reader: Reader): PointerUpdate {
  const messageType = reader.u16();
  reader.skip(2);
  switch (messageType) {
    case PointerMessageType.system:
      return decodeSystem(reader);
    case PointerMessageType.position:
      return decodePosition(reader);
    case PointerMessageType.color:
      return { kind: 'color', shape: decodeColorPointer(reader) };
    case PointerMessageType.cached:
      return decodeCached(reader);
    case PointerMessageType.pointer:
      return { kind: 'new', shape: decodeNewPointer(reader) };
    default:
      throw reader.error('invalid', 'messageType');
  }
}

/** Decodes the data of a fast-path update, whole and decompressed; null when `updateCode` is not one of a pointer. */
export function decodeFastPathPointerUpdate(updateCode: number, reader: Reader): PointerUpdate | null {
  switch (updateCode) {
    case FastPathUpdateCode.pointerNull:
      return { kind: 'hidden' };
    case FastPathUpdateCode.pointerDefault:
      return { kind: 'default' };
    case FastPathUpdateCode.pointerPosition:
      return decodePosition(reader);
    case FastPathUpdateCode.colorPointer:
      return { kind: 'color', shape: decodeColorPointer(reader) };
    case FastPathUpdateCode.cachedPointer:
      return decodeCached(reader);
    case FastPathUpdateCode.newPointer:
      return { kind: 'new', shape: decodeNewPointer(reader) };
    case FastPathUpdateCode.largePointer:
      return { kind: 'large', shape: decodeLargePointer(reader) };
    default:
      return null;
  }
}

const FAST_PATH_CODES: { readonly [K in PointerUpdate['kind']]: FastPathUpdateCode } = {
  hidden: FastPathUpdateCode.pointerNull,
  default: FastPathUpdateCode.pointerDefault,
  position: FastPathUpdateCode.pointerPosition,
  cached: FastPathUpdateCode.cachedPointer,
  color: FastPathUpdateCode.colorPointer,
  new: FastPathUpdateCode.newPointer,
  large: FastPathUpdateCode.largePointer,
};

function encodeAttribute(value: Exclude<PointerUpdate, { kind: 'hidden' | 'default' }>): Uint8Array {
  switch (value.kind) {
    case 'position':
      return new Writer().u16(value.xPos).u16(value.yPos).finish();
    case 'cached':
      return new Writer().u16(value.cacheIndex).finish();
    case 'color':
      return encodeColorPointer(value.shape);
    case 'new':
      return encodeNewPointer(value.shape);
    case 'large':
      return encodeLargePointer(value.shape);
  }
}

/** Code and data of a fast-path update; `splitUpdate` makes fragments of it. */
export function encodeFastPathPointerUpdate(value: PointerUpdate): {
  readonly updateCode: FastPathUpdateCode;
  readonly data: Uint8Array;
} {
  const updateCode = FAST_PATH_CODES[value.kind];
  if (value.kind === 'hidden' || value.kind === 'default') return { updateCode, data: new Uint8Array(0) };
  return { updateCode, data: encodeAttribute(value) };
}

/** What follows the Share Data Header. Throws RangeError for a large pointer, which has no slow-path form. */
export function encodePointerUpdate(value: PointerUpdate): Uint8Array {
  const message = (messageType: number): Writer => new Writer().u16(messageType).u16(0);
  switch (value.kind) {
    case 'hidden':
      return message(PointerMessageType.system).u32(SYSPTR_NULL).finish();
    case 'default':
      return message(PointerMessageType.system).u32(SYSPTR_DEFAULT).finish();
    case 'position':
      return message(PointerMessageType.position).bytes(encodeAttribute(value)).finish();
    case 'cached':
      return message(PointerMessageType.cached).bytes(encodeAttribute(value)).finish();
    case 'color':
      return message(PointerMessageType.color).bytes(encodeAttribute(value)).finish();
    case 'new':
      return message(PointerMessageType.pointer).bytes(encodeAttribute(value)).finish();
    case 'large':
      throw new RangeError('PointerUpdate: a large pointer has no slow-path form');
  }
}
