/** Cases of `decoders.ts` that are no bitmaps: bulk compression in bytes, and the planes that an encoder is given. */
import { BulkDecompressor } from '../../recorder/bulk/bulk-decompressor.js';
import { createDesktopMemory } from '../../recorder/encoders/i420-wasm.js';
import { ZgfxDecompressor } from '../../recorder/zgfx/zgfx.js';
import { BULK_COMPRESSORS, type BulkCompressor } from '../../src/contract/capability-table.js';
import { PACKET_COMPRESSED, PACKET_FLUSHED } from '../../src/rdp/session/share-data.js';
import { Reader } from '../../src/rdp/wire/reader.js';
import { fixture, fixturePath } from '../helpers/fixture-files.js';
import type { DecoderCase } from './decoder-cases.js';

const [WIDTH, HEIGHT] = [1024, 768];
const WHOLE = { width: WIDTH, height: HEIGHT } as const;

const BULK: readonly (readonly [BulkCompressor, string])[] = [
  ['mppc-8k', 'bulk_mppc8k'],
  ['mppc-64k', 'bulk_mppc64k'],
  ['ncrush', 'bulk_ncrush'],
  ['xcrush', 'bulk_xcrush'],
];

interface Packet {
  readonly flags: number;
  readonly data: Uint8Array;
}

function packetsOf(file: Uint8Array): Packet[] {
  const reader = new Reader(file, 'packets');
  const packets: Packet[] = [];
  while (reader.remaining > 0) {
    const flags = reader.u32();
    const data = reader.bytes(reader.u32());
    if ((flags & (PACKET_COMPRESSED | PACKET_FLUSHED)) !== 0) packets.push({ flags: flags & 0xff, data });
  }
  return packets;
}

/** Sequences over one history, which begins afresh with each. */
function bulkCases(): DecoderCase[] {
  return BULK.map(([codec, name]) => {
    const path = `bulk/${name}.cmp`;
    const packets = packetsOf(fixture(path));
    const decompressor = new BulkDecompressor();
    const fresh = PACKET_FLUSHED | BULK_COMPRESSORS[codec];
    const decode = (): number => {
      decompressor.decompress(NOTHING, fresh);
      return packets.reduce((bytes, { data, flags }) => bytes + decompressor.decompress(data, flags).length, 0);
    };
    const oracle = ['bulk', BULK_COMPRESSORS[codec], 0, fixturePath(path)] as const;
    return { codec, content: 'updates', unit: 'MB/s', ...WHOLE, amount: decode(), decode, oracle };
  });
}

const NOTHING = new Uint8Array(0);

const ZGFX = { text: 159, scanlines: 160, mixed: 162, multipart: 165 } as const;

function zgfxCases(): DecoderCase[] {
  return Object.entries(ZGFX).map(([content, number]) => {
    const path = `zgfx/libfreerdp/zgfx_${number}.cmp`;
    const message = fixture(path);
    const decompressor = new ZgfxDecompressor();
    const decode = (): number => decompressor.decompress(message).length;
    const oracle = ['zgfx', 0, 0, fixturePath(path)] as const;
    return { codec: 'zgfx', content, unit: 'MB/s', ...WHOLE, amount: decode(), decode, oracle };
  });
}

/** A whole picture, and the small rectangles that text dirties. */
function planeCases(): DecoderCase[] {
  const desktop = createDesktopMemory().begin(WIDTH, HEIGHT);
  const { pixels } = desktop;
  pixels.forEach((_, at) => (pixels[at] = (at * 2_654_435_761) >>> 24));
  const sizes = [WHOLE, { width: 128, height: 32 }];
  return sizes.map(({ width, height }) => ({
    codec: 'BGRX to I420',
    content: `${width} x ${height}`,
    unit: 'MP/s',
    width,
    height,
    decode: (x, top) => {
      desktop.convert({ x, y: top, width, height });
      return width * height;
    },
    oracle: ['i420', 0, 0, pixels.subarray(0, 4 * width * height)],
  }));
}

export function byteCases(): DecoderCase[] {
  return [...bulkCases(), ...zgfxCases(), ...planeCases()];
}
