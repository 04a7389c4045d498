/**
 * Every limit on what a peer may claim, in one place. A length is compared with its limit before memory is taken for it.
 */

/** X.224 Connection Request with cookie or token: the length indicator is one byte, 4 bytes of TPKT before it. */
export const MAX_CONNECTION_REQUEST_BYTES = 4 + 1 + 254;

/** [MS-RDPEPS] preconnection blob: version 2 carries a Unicode string; nothing sensible is longer than this. */
export const MAX_PRECONNECTION_BLOB_BYTES = 4096;

/** TPKT's own maximum (16-bit length). */
export const MAX_TPKT_BYTES = 65_535;

/** Fast-path PDUs have a 15-bit length. */
export const MAX_FAST_PATH_BYTES = 32_767;

/** [MS-RDPBCGR] 2.2.1.3.4: at most 31 static virtual channels. */
export const MAX_STATIC_CHANNELS = 31;

/** Capability sets in one Demand or Confirm Active; the specification names 30 types. */
export const MAX_CAPABILITY_SETS = 64;

/** Rectangles in one bitmap update; a 16-bit count, bounded by the smallest rectangle (18 bytes) in one PDU. */
export const MAX_BITMAP_RECTANGLES = 4096;

/** A fast-path update put together from fragments, [MS-RDPBCGR] 2.2.7.2.6 MultifragmentUpdate. */
export const MAX_REASSEMBLED_UPDATE_BYTES = 32 * 1024 * 1024;

/** Width and height of a desktop, a surface or a bitmap, in pixels. */
export const MAX_DESKTOP_DIMENSION = 8192;

/** Pixels of a desktop: 8192 x 4320 is the largest layout that a client of today asks for. */
export const MAX_DESKTOP_PIXELS = 8192 * 4320;

/** A large pointer is at most 384 x 384, [MS-RDPBCGR] 2.2.9.1.2.1.11. */
export const MAX_POINTER_DIMENSION = 384;

/** Pointer cache entries that a client may announce and that the recorder keeps. */
export const MAX_POINTER_CACHE_ENTRIES = 256;

/** Blocks in one GCC user data; the specification names 10 for a client and 5 for a server. */
export const MAX_USER_DATA_BLOCKS = 32;

/** [MS-RDPBCGR] 2.2.1.3.6: at most 16 monitors. */
export const MAX_MONITORS = 16;

/**
 * Desktops' worth of pixels that one update may draw. A few bytes of run lengths can ask for millions of pixels, again and
 * again; no server draws its whole desktop more than once in an update.
 */
export const MAX_DESKTOPS_PER_UPDATE = 4;
