/** Flags of input events that slow-path and fast-path have in common, [MS-RDPBCGR] 2.2.8.1.1.3.1.1. */

/** Bits of pointerFlags of mouse events. */
export const PTRFLAGS_HWHEEL = 0x0400;
export const PTRFLAGS_WHEEL = 0x0200;
export const PTRFLAGS_WHEEL_NEGATIVE = 0x0100;
export const WHEEL_ROTATION_MASK = 0x01ff;
export const PTRFLAGS_MOVE = 0x0800;
export const PTRFLAGS_DOWN = 0x8000;
export const PTRFLAGS_BUTTON1 = 0x1000;
export const PTRFLAGS_BUTTON2 = 0x2000;
export const PTRFLAGS_BUTTON3 = 0x4000;

/** Bits of pointerFlags of extended mouse events. */
export const PTRXFLAGS_DOWN = 0x8000;
export const PTRXFLAGS_BUTTON1 = 0x0001;
export const PTRXFLAGS_BUTTON2 = 0x0002;

/** Bits of keyboardFlags of slow-path keyboard events. */
export const KBDFLAGS_EXTENDED = 0x0100;
export const KBDFLAGS_EXTENDED1 = 0x0200;
export const KBDFLAGS_DOWN = 0x4000;
export const KBDFLAGS_RELEASE = 0x8000;

/** Bits of eventFlags of fast-path keyboard events. */
export const FASTPATH_INPUT_KBDFLAGS_RELEASE = 0x01;
export const FASTPATH_INPUT_KBDFLAGS_EXTENDED = 0x02;
export const FASTPATH_INPUT_KBDFLAGS_EXTENDED1 = 0x04;

/** Bits of toggleFlags, eventFlags of fast-path synchronize events, and LedFlags. */
export const TS_SYNC_SCROLL_LOCK = 0x01;
export const TS_SYNC_NUM_LOCK = 0x02;
export const TS_SYNC_CAPS_LOCK = 0x04;
export const TS_SYNC_KANA_LOCK = 0x08;
