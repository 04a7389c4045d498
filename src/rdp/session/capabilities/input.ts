/** Input Capability Set, [MS-RDPBCGR] 2.2.7.1.6: keyboard, mouse and fast-path input. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';
import type { CapabilityTail } from './capability-type.js';

/** Bits of inputFlags. */
export const INPUT_FLAG_SCANCODES = 0x0001;
export const INPUT_FLAG_MOUSEX = 0x0004;
export const INPUT_FLAG_FASTPATH_INPUT = 0x0008;
export const INPUT_FLAG_UNICODE = 0x0010;
export const INPUT_FLAG_FASTPATH_INPUT2 = 0x0020;
export const INPUT_FLAG_MOUSE_RELATIVE = 0x0080;
export const TS_INPUT_FLAG_MOUSE_HWHEEL = 0x0100;
export const TS_INPUT_FLAG_QOE_TIMESTAMPS = 0x0200;

export const IME_FILE_NAME_BYTES = 64;

export interface InputCapability extends CapabilityTail {
  readonly kind: 'input';
  readonly inputFlags: number;
  readonly keyboardLayout: number;
  readonly keyboardType: number;
  readonly keyboardSubType: number;
  readonly keyboardFunctionKey: number;
  /** 64 bytes of UTF-16. */
  readonly imeFileName: Uint8Array;
}

export function decodeInputCapability(reader: Reader): InputCapability {
  const inputFlags = reader.u16();
  reader.skip(2);
  return {
    kind: 'input',
    inputFlags,
    keyboardLayout: reader.u32(),
    keyboardType: reader.u32(),
    keyboardSubType: reader.u32(),
    keyboardFunctionKey: reader.u32(),
    imeFileName: reader.bytes(IME_FILE_NAME_BYTES),
  };
}

/** Throws RangeError when imeFileName has not its fixed length. */
export function writeInputCapability(writer: Writer, set: InputCapability): void {
  if (set.imeFileName.length !== IME_FILE_NAME_BYTES) throw new RangeError('Input: imeFileName');
  writer.u16(set.inputFlags).u16(0).u32(set.keyboardLayout).u32(set.keyboardType).u32(set.keyboardSubType);
  writer.u32(set.keyboardFunctionKey).bytes(set.imeFileName);
}
