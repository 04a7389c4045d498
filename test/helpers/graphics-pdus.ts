/** The graphics PDUs that a trace holds. */
import { ZgfxDecompressor } from '../../recorder/zgfx/zgfx.js';
import { TraceRecordKind, type TraceRecord } from '../../src/contract/trace.js';
import { decodeDvcServerPdu } from '../../src/rdp/dvc/dvc-pdu.js';
import { DvcTracker } from '../../src/rdp/dvc/dvc-tracker.js';
import { gfxFrames } from '../../src/rdp/gfx/gfx-header.js';
import { decodeGfxPdu, type GfxPdu } from '../../src/rdp/gfx/gfx-pdu.js';
import { Reader } from '../../src/rdp/wire/reader.js';

/** All of them. */
export function graphicsPdus(records: readonly TraceRecord[]): GfxPdu[] {
  const tracker = new DvcTracker();
  const zgfx = new ZgfxDecompressor();
  return records.flatMap(({ kind, payload }) => {
    if (kind !== TraceRecordKind.serverGraphicsChannel) return [];
    const pdu = decodeDvcServerPdu(new Reader(payload, 'test'));
    if (pdu.kind === 'create-request') tracker.open(pdu.channelId, pdu.channelName);
    if (pdu.kind !== 'data' && pdu.kind !== 'data-first') return [];
    const message = tracker.push(pdu);
    return message === null ? [] : Array.from(gfxFrames(zgfx.decompress(message).slice()), decodeGfxPdu);
  });
}

/** Numbers of the codecs that bitmaps among them have. */
export function codecsOf(pdus: readonly GfxPdu[]): Set<number> {
  return new Set(pdus.flatMap((pdu) => ('codecId' in pdu ? [pdu.codecId] : [])));
}
