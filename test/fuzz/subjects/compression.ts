/** Bulk compression and that of the graphics pipeline, with their histories. */
import { BulkDecompressor } from '../../../recorder/bulk/bulk-decompressor.js';
import { ZgfxDecompressor } from '../../../recorder/zgfx/zgfx.js';
import { PACKET_FLUSHED } from '../../../src/rdp/session/share-data.js';
import { wrapUncompressed } from '../../../src/rdp/gfx/segmented-data.js';
import { MAX_BULK_PACKET_BYTES, MAX_GRAPHICS_MESSAGE_BYTES } from '../../../src/rdp/wire/limits.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { BrokenPromise, MEGABYTE, subject, type Step, type Subject } from '../subject.js';
import { fixture, fixturesOf, joined } from '../../helpers/fixture-files.js';

/** The longest run of packets of which an example is made. */
const STREAM_PACKETS = 48;

/** An input is a byte of flags and a packet. */
function packets(name: string): Uint8Array[] {
  const reader = new Reader(fixture(`bulk/${name}.cmp`), 'packets');
  const result: Uint8Array[] = [];
  while (reader.remaining > 0 && result.length < STREAM_PACKETS) {
    const flags = reader.u32();
    result.push(joined(Uint8Array.of(flags & 0xff), reader.bytes(reader.u32())));
  }
  return result;
}

/** After an error a packet flushes the history, as a server does that begins afresh: or all others would be refused. */
function openBulk(): Step {
  const bulk = new BulkDecompressor();
  return (input) => {
    const flags = (input[0] ?? 0) | (bulk.poisoned ? PACKET_FLUSHED : 0);
    const { length } = bulk.decompress(input.subarray(1), flags);
    if (length > Math.max(MAX_BULK_PACKET_BYTES, input.length)) throw new BrokenPromise(`${length} bytes`);
    return 'decoded';
  };
}

/** After an error the channel is opened again, as its context would refuse nearly all that follows. */
function openZgfx(): Step {
  const zgfx = new ZgfxDecompressor();
  let sinceError = 0;
  return (input) => {
    if (zgfx.poisoned) sinceError += 1;
    if (sinceError > 3) {
      zgfx.reset();
      sinceError = 0;
    }
    const { length } = zgfx.decompress(input);
    if (length > MAX_GRAPHICS_MESSAGE_BYTES) throw new BrokenPromise(`${length} bytes`);
    return 'decoded';
  };
}

export function compressionSubjects(): Subject[] {
  const bulk = { mppc8k: ['bulk_mppc8k'], mppc64k: ['bulk_mppc64k'], ncrush: ['bulk_ncrush', 'bulk_ncrush_slide'] };
  const names = Object.entries({ ...bulk, xcrush: ['bulk_xcrush', 'bulk_xcrush_wrap'] });
  const ofServers = [0, 1, 2, 3, 4].map((number) => fixture(`zgfx/ironrdp/encoded.${number}.bin`));
  const zgfx = [
    ofServers.slice(0, 1),
    ofServers.slice(1),
    ...fixturesOf('zgfx/libfreerdp', /\.cmp$/).map((message) => [message]),
    [wrapUncompressed(new Uint8Array(300).fill(7)), wrapUncompressed(new Uint8Array(70_000).fill(9))],
  ];
  return [
    ...names.map(([name, files]) =>
      subject({ name, weight: 2, mutatedShare: 0.5, batchInputs: 96, streams: files.map(packets), open: openBulk }),
    ),
    // A message may be as large as the largest desktop.
    subject({
      name: 'zgfx',
      weight: 2,
      mutatedShare: 0.6,
      batchInputs: 128,
      streams: zgfx,
      open: openZgfx,
      limitBytes: 256 * MEGABYTE,
    }),
  ];
}
