/**
 * Capability sets of a client that takes bitmap updates and pointers and no drawing orders, for its Confirm Active PDU,
 * [MS-RDPBCGR] 2.2.7. Sets that a client must send say that nothing of theirs is supported.
 */
import type { CapabilitySet } from '../session/capabilities/capability-sets.js';
import { DRAW_ALLOW_SKIP_ALPHA } from '../session/capabilities/bitmap.js';
import { BRUSH_DEFAULT } from '../session/capabilities/brush.js';
import {
  EXTRA_NO_BITMAP_COMPRESSION_HDR,
  FASTPATH_OUTPUT_SUPPORTED,
  LONG_CREDENTIALS_SUPPORTED,
  TS_CAPS_PROTOCOLVERSION,
} from '../session/capabilities/general.js';
import { GLYPH_SUPPORT_NONE } from '../session/capabilities/glyph-cache.js';
import {
  IME_FILE_NAME_BYTES,
  INPUT_FLAG_FASTPATH_INPUT2,
  INPUT_FLAG_MOUSEX,
  INPUT_FLAG_SCANCODES,
  INPUT_FLAG_UNICODE,
} from '../session/capabilities/input.js';
import {
  NEGOTIATEORDERSUPPORT,
  ORDER_SUPPORT_BYTES,
  TERMINAL_DESCRIPTOR_BYTES,
  ZEROBOUNDSDELTASSUPPORT,
} from '../session/capabilities/order.js';
import { VCCAPS_NO_COMPR } from '../session/capabilities/virtual-channel.js';
import type { ClientOptions } from './client-options.js';

const POINTER_CACHE_ENTRIES = 25;
const SAVE_BITMAP_GRANULARITY = 20;
/** Of [MS-RDPBCGR] 2.2.7.1.8: ten glyph caches. */
const GLYPH_CACHES = 10;
const BITMAP_CACHES = 3;
const US_KEYBOARD_LAYOUT = 0x0409;
const IBM_ENHANCED_KEYBOARD = 4;
const FUNCTION_KEYS = 12;

/** The desktop is what the server offered. */
export interface OfferedDesktop {
  readonly desktopWidth: number;
  readonly desktopHeight: number;
  readonly colorDepth: number;
}

export function clientCapabilities(options: ClientOptions, desktop: OfferedDesktop): CapabilitySet[] {
  const sets: CapabilitySet[] = [
    general(options),
    bitmap(desktop),
    order(),
    { kind: 'bitmap-cache', caches: emptyCaches(BITMAP_CACHES) },
    {
      kind: 'pointer',
      colorPointerFlag: 1,
      colorPointerCacheSize: POINTER_CACHE_ENTRIES,
      pointerCacheSize: POINTER_CACHE_ENTRIES,
    },
    input(),
    { kind: 'brush', brushSupportLevel: BRUSH_DEFAULT },
    { kind: 'glyph-cache', glyphCache: emptyCaches(GLYPH_CACHES), fragCache: 0, glyphSupportLevel: GLYPH_SUPPORT_NONE },
    { kind: 'offscreen-cache', offscreenSupportLevel: 0, offscreenCacheSize: 0, offscreenCacheEntries: 0 },
    { kind: 'virtual-channel', flags: VCCAPS_NO_COMPR },
    { kind: 'sound', soundFlags: 0 },
  ];
  if (options.bitmapCodecs.length > 0) sets.push({ kind: 'bitmap-codecs', codecs: options.bitmapCodecs });
  return sets;
}

function emptyCaches(count: number): { readonly cacheEntries: number; readonly cacheMaximumCellSize: number }[] {
  return Array.from({ length: count }, () => ({ cacheEntries: 0, cacheMaximumCellSize: 0 }));
}

function general({ fastPathOutput }: ClientOptions): CapabilitySet {
  return {
    kind: 'general',
    osMajorType: 0,
    osMinorType: 0,
    protocolVersion: TS_CAPS_PROTOCOLVERSION,
    compressionTypes: 0,
    extraFlags:
      (fastPathOutput ? FASTPATH_OUTPUT_SUPPORTED : 0) | LONG_CREDENTIALS_SUPPORTED | EXTRA_NO_BITMAP_COMPRESSION_HDR,
    updateCapabilityFlag: 0,
    remoteUnshareFlag: 0,
    compressionLevel: 0,
    refreshRectSupport: 0,
    suppressOutputSupport: 0,
  };
}

function bitmap({ desktopWidth, desktopHeight, colorDepth }: OfferedDesktop): CapabilitySet {
  return {
    kind: 'bitmap',
    preferredBitsPerPixel: colorDepth,
    receive1BitPerPixel: 1,
    receive4BitsPerPixel: 1,
    receive8BitsPerPixel: 1,
    desktopWidth,
    desktopHeight,
    desktopResizeFlag: 1,
    bitmapCompressionFlag: 1,
    highColorFlags: 0,
    drawingFlags: DRAW_ALLOW_SKIP_ALPHA,
    multipleRectangleSupport: 1,
  };
}

function order(): CapabilitySet {
  return {
    kind: 'order',
    terminalDescriptor: new Uint8Array(TERMINAL_DESCRIPTOR_BYTES),
    desktopSaveXGranularity: 1,
    desktopSaveYGranularity: SAVE_BITMAP_GRANULARITY,
    maximumOrderLevel: 1,
    numberFonts: 0,
    orderFlags: NEGOTIATEORDERSUPPORT | ZEROBOUNDSDELTASSUPPORT,
    orderSupport: new Uint8Array(ORDER_SUPPORT_BYTES),
    textFlags: 0,
    orderSupportExFlags: 0,
    desktopSaveSize: 0,
    textAnsiCodePage: 0,
  };
}

function input(): CapabilitySet {
  return {
    kind: 'input',
    inputFlags: INPUT_FLAG_SCANCODES | INPUT_FLAG_MOUSEX | INPUT_FLAG_UNICODE | INPUT_FLAG_FASTPATH_INPUT2,
    keyboardLayout: US_KEYBOARD_LAYOUT,
    keyboardType: IBM_ENHANCED_KEYBOARD,
    keyboardSubType: 0,
    keyboardFunctionKey: FUNCTION_KEYS,
    imeFileName: new Uint8Array(IME_FILE_NAME_BYTES),
  };
}
