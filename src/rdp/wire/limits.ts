/**
 * Every limit on what a peer may claim, in one place. A length is compared with its limit before memory is taken for it.
 */

/** X.224 Connection Request with cookie or token: the length indicator is one byte, 4 bytes of TPKT before it. */
export const MAX_CONNECTION_REQUEST_BYTES = 4 + 1 + 254;

/** [MS-RDPEPS] preconnection blob: version 2 carries a Unicode string; nothing sensible is longer than this. */
export const MAX_PRECONNECTION_BLOB_BYTES = 4096;

/** What waits for the end of an activation: some desktops, compressed. What is more ends the wait. */
export const MAX_HELD_BYTES = 16 * 1024 * 1024;
export const MAX_HELD_PDUS = 8192;

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

/** What one bulk-compressed packet may become: the history of RDP 5.0 and 6.0; RDP 6.1 promises less than 16,383. */
export const MAX_BULK_PACKET_BYTES = 65_536;

/** Width and height of a desktop, a surface or a bitmap, in pixels. */
export const MAX_DESKTOP_DIMENSION = 8192;

/** Pixels of a desktop: 8192 x 4320 is the largest layout that a client of today asks for. */
export const MAX_DESKTOP_PIXELS = 8192 * 4320;

/** One message of the graphics pipeline before it was packaged: a whole desktop of raw pixels, and headers. */
export const MAX_GRAPHICS_MESSAGE_BYTES = 4 * MAX_DESKTOP_PIXELS + 65_536;

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

/**
 * Rectangles of one RemoteFX region. Each is compared with each tile of the frame; a desktop of 4K has 2,040 tiles, and
 * servers merge their rectangles long before there are more of them.
 */
export const MAX_REMOTEFX_RECTANGLES = 4096;

/** A message of drdynvc: [MS-RDPEDYC] 3.1.5 has PDUs of at most 1,600 bytes; servers with longer chunks send longer ones. */
export const MAX_DVC_PDU_MESSAGE_BYTES = 64 * 1024;

/** Chunks of the gateway's own answers on one static channel that wait for the end of another message. */
export const MAX_WAITING_ANSWERS = 256;

/** A message of the clipboard that is not content: the longest is a list of formats, with names of any length. */
export const MAX_CLIPBOARD_MESSAGE_BYTES = 256 * 1024;

/** Formats in one list; programs offer some dozens at most. */
export const MAX_CLIPBOARD_FORMATS = 4096;

/** A list of copied files whose names are read: 592 bytes each. Of a longer one only size and hash are noted. */
export const MAX_CLIPBOARD_FILE_LIST_BYTES = 4 * 1024 * 1024;

/** Requests for the contents of one clipboard that are not answered; programs wait for one before they send another. */
export const MAX_CLIPBOARD_REQUESTS = 1024;

/** Files whose contents pass through the clipboard at the same time. */
export const MAX_CLIPBOARD_TRANSFERS = 64;

/** File lists that are kept for a side that has locked them. */
export const MAX_CLIPBOARD_LOCKS = 16;

/** A message about redirected devices that is collected: the longest announces printers with their drivers' settings. */
export const MAX_DEVICE_MESSAGE_BYTES = 1024 * 1024;

/** As much of a file's path on a redirected device as is kept: an event shows 260 characters of it. */
export const MAX_KEPT_PATH_BYTES = 1024;

/** Chunks of one collected message: of 1,600 bytes each, the longest that is collected has some 2,600. */
export const MAX_COLLECTED_CHUNKS = 8192;

/** Devices that one client announces. */
export const MAX_REDIRECTED_DEVICES = 256;

/** Requests to redirected devices that are not answered, and files that are open on them. */
export const MAX_DEVICE_REQUESTS = 4096;
export const MAX_OPEN_DEVICE_FILES = 4096;

/** Dynamic channels that are open at the same time; Windows opens about twenty. */
export const MAX_DYNAMIC_CHANNELS = 256;

/** A message on a dynamic channel: a frame of the largest desktop, compressed as badly as can be, is shorter than this. */
export const MAX_DVC_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Parts of all messages of one direction that are not complete. */
export const MAX_DVC_PENDING_BYTES = 96 * 1024 * 1024;

/** A client's message on the graphics channel: the longest is a cache import offer of 5,461 entries, [MS-RDPEGFX] 2.2.2.16. */
export const MAX_CLIENT_GRAPHICS_MESSAGE_BYTES = 128 * 1024;

/** [MS-RDPEGFX] 2.2.2.16: fewer than 5,462 entries of a persistent cache are offered, and so imported. */
export const MAX_CACHE_IMPORT_ENTRIES = 5461;

/** Capability sets of the graphics pipeline in one advertisement; the specification names 10 versions. */
export const MAX_GFX_CAPABILITY_SETS = 32;

/** Segments of one message on the graphics channel: each but the last holds 65,535 bytes. */
export const MAX_GFX_SEGMENTS = Math.ceil(MAX_DVC_MESSAGE_BYTES / 65_535);

/** A glyph of a drawing order, in pixels: fonts of 192 points on a display of today. Clients announce much smaller ones. */
export const MAX_GLYPH_DIMENSION = 256;

/** Entries of one glyph cache: an index is one byte, and two of its values stand for fragments. */
export const MAX_GLYPH_CACHE_ENTRIES = 254;

/** Bitmap caches, [MS-RDPBCGR] 2.2.7.1.4.2: a client has five at most. */
export const MAX_BITMAP_CACHES = 5;

/**
 * Pixels in one bitmap cache of drawing orders: 16 MB of them as the recorder keeps them. A client that announces more is
 * passed on with as many entries as fit, which a server obeys.
 */
export const MAX_BITMAP_CACHE_PIXELS = 4 * 1024 * 1024;

/** Pixels that one update may put into the bitmap caches: many more than a desktop has, in a moment's work. */
export const MAX_CACHED_PIXELS_PER_UPDATE = 4 * MAX_BITMAP_CACHE_PIXELS;

/** Surfaces of the graphics pipeline at the same time: a server has one for each monitor, and some beside them. */
export const MAX_GFX_SURFACES = 256;

/** Pixels of all surfaces together: those of the desktop, as many again while it is resized, and as many off screen. */
export const MAX_GFX_SURFACE_PIXELS = 3 * MAX_DESKTOP_PIXELS;

/**
 * Tiles of progressive RemoteFX that are kept for all surfaces together, about 40 KB each: those of the largest desktop,
 * 128 x 68, and as many again for a 4K desktop's worth of surfaces off screen.
 */
export const MAX_PROGRESSIVE_TILES = 128 * 68 + 60 * 34;

/** Surfaces with a stream of H.264, and their pixels: the decoder keeps up to 16 pictures of each. */
export const MAX_AVC_SURFACES = 32;
export const MAX_AVC_SURFACE_PIXELS = MAX_DESKTOP_PIXELS;

/** [MS-RDPEGFX] 3.3.1.4: bytes and slots of the bitmap cache, and of the small one. */
export const MAX_GFX_CACHE_BYTES = 100 * 1024 * 1024;
export const MAX_GFX_CACHE_SLOTS = 25_600;
export const MAX_GFX_SMALL_CACHE_BYTES = 16 * 1024 * 1024;
export const MAX_GFX_SMALL_CACHE_SLOTS = 4096;

/**
 * Desktops' worth of pixels that one message of the graphics pipeline may draw, copy and show. A message is a frame or a
 * few of them; a frame that scrolls and then draws over it touches its pixels some times over.
 */
export const MAX_DESKTOPS_PER_GFX_MESSAGE = 16;

/** Sign-in of a captured session before MCS, one direction: Kerberos tickets and certificate chains come to a few kilobytes. */
export const MAX_SIGN_IN_BYTES = 256 * 1024;

/** RDCleanPath request: an X.224 request, a ticket, a name and a preconnection blob; four times what they may be. */
export const MAX_RDCLEANPATH_REQUEST_BYTES = 4 * (MAX_CONNECTION_REQUEST_BYTES + MAX_PRECONNECTION_BLOB_BYTES);

/** Certificates of a target that are passed on to a client in a browser; chains in use have two to four. */
export const MAX_RDCLEANPATH_CERTIFICATES = 16;

/**
 * A message of CredSSP: the longest has a Kerberos ticket with many groups, or the certificate chain of a smart card. The
 * gateway takes neither, but says so rather than cutting the connection.
 */
export const MAX_TS_REQUEST_BYTES = 64 * 1024;

/** Mechanisms that a peer names in SPNEGO; Windows names four or five. */
export const MAX_SPNEGO_MECHANISMS = 32;

/** AV pairs in NTLM's target information; the specification names eleven. */
export const MAX_AV_PAIRS = 64;

/** A message of RDS AAD Auth, [MS-RDPBCGR] 2.2.18: an assertion carries an access token of some kilobytes. */
export const MAX_AAD_MESSAGE_BYTES = 64 * 1024;

/** A Kerberos message through the KDC proxy, either way: tickets with large authorisation data come to some ten kilobytes. */
export const MAX_KERBEROS_MESSAGE_BYTES = 128 * 1024;
