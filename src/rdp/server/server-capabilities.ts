/** Capability sets of a server that draws with bitmap updates alone, for its Demand Active PDU, [MS-RDPBCGR] 2.2.7. */
import type { CapabilitySet } from '../session/capabilities/capability-sets.js';
import {
  EXTRA_NO_BITMAP_COMPRESSION_HDR,
  FASTPATH_OUTPUT_SUPPORTED,
  LONG_CREDENTIALS_SUPPORTED,
  TS_CAPS_PROTOCOLVERSION,
} from '../session/capabilities/general.js';
import {
  IME_FILE_NAME_BYTES,
  INPUT_FLAG_FASTPATH_INPUT,
  INPUT_FLAG_FASTPATH_INPUT2,
  INPUT_FLAG_MOUSEX,
  INPUT_FLAG_SCANCODES,
  INPUT_FLAG_UNICODE,
} from '../session/capabilities/input.js';
import { FONTSUPPORT_FONTLIST } from '../session/capabilities/font.js';
import {
  NEGOTIATEORDERSUPPORT,
  ORDER_SUPPORT_BYTES,
  TERMINAL_DESCRIPTOR_BYTES,
  ZEROBOUNDSDELTASSUPPORT,
} from '../session/capabilities/order.js';
import { VCCAPS_NO_COMPR } from '../session/capabilities/virtual-channel.js';
import { SERVER_CHANNEL_ID } from '../session/share-control.js';
import type { ServerDesktop } from './server-state.js';

const POINTER_CACHE_ENTRIES = 25;
const SAVE_BITMAP_GRANULARITY = 20;

export function serverCapabilities({ desktopWidth, desktopHeight, colorDepth }: ServerDesktop): CapabilitySet[] {
  return [
    { kind: 'share', nodeId: SERVER_CHANNEL_ID },
    {
      kind: 'general',
      osMajorType: 0,
      osMinorType: 0,
      protocolVersion: TS_CAPS_PROTOCOLVERSION,
      compressionTypes: 0,
      extraFlags: FASTPATH_OUTPUT_SUPPORTED | LONG_CREDENTIALS_SUPPORTED | EXTRA_NO_BITMAP_COMPRESSION_HDR,
      updateCapabilityFlag: 0,
      remoteUnshareFlag: 0,
      compressionLevel: 0,
      refreshRectSupport: 1,
      suppressOutputSupport: 1,
    },
    { kind: 'virtual-channel', flags: VCCAPS_NO_COMPR },
    {
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
      drawingFlags: 0,
      multipleRectangleSupport: 1,
    },
    { kind: 'font', fontSupportFlags: FONTSUPPORT_FONTLIST },
    {
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
    },
    {
      kind: 'pointer',
      colorPointerFlag: 1,
      colorPointerCacheSize: POINTER_CACHE_ENTRIES,
      pointerCacheSize: POINTER_CACHE_ENTRIES,
    },
    {
      kind: 'input',
      inputFlags:
        INPUT_FLAG_SCANCODES |
        INPUT_FLAG_MOUSEX |
        INPUT_FLAG_UNICODE |
        INPUT_FLAG_FASTPATH_INPUT |
        INPUT_FLAG_FASTPATH_INPUT2,
      keyboardLayout: 0,
      keyboardType: 0,
      keyboardSubType: 0,
      keyboardFunctionKey: 0,
      imeFileName: new Uint8Array(IME_FILE_NAME_BYTES),
    },
  ];
}
