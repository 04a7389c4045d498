/** The picture with whole trace records. An input is a record: a byte of its kind, then what the target or the gateway wrote. */
import { Picture } from '../../../recorder/picture/picture.js';
import { TraceRecordKind, type TraceActivation, type TraceRecord } from '../../../src/contract/trace.js';
import { BrokenPromise, MEGABYTE, subject, type Step, type Subject } from '../subject.js';
import { joined } from '../../helpers/fixture-files.js';
import { activationInput, graphicsStreams, messageStreams, updateStreams } from './picture-examples.js';

const KINDS = Object.values(TraceRecordKind);
/** Rendered so often, as the recorder renders frames and not records. */
const RENDER_EVERY = 8;
const MAX_SIDE = 1100;
const POINTER_BYTES = 4;
/** Framebuffer, surfaces, the bitmap caches of both pipelines, and the history of compression. */
const LIMIT_BYTES = 320 * MEGABYTE;

/** The gateway writes activations, from numbers of both peers: any numbers, in valid JSON. */
function activationOf(fields: Uint8Array): TraceActivation {
  const u16 = (index: number): number => (fields[2 * index] ?? 0) | ((fields[2 * index + 1] ?? 0) << 8);
  const flags = u16(5);
  const surfaceCodecs = [
    { id: 1, codec: 'nscodec' },
    { id: 3, codec: 'remotefx' },
  ];
  const orderCaches = { bitmaps: [u16(6) % 601, u16(7) % 601, u16(8) % 2049], glyphs: [254, 254, 64], brushes: true };
  return {
    desktopWidth: u16(0) % MAX_SIDE,
    desktopHeight: u16(1) % MAX_SIDE,
    colorDepth: [8, 15, 16, 24, 32][u16(2) % 5] ?? 32,
    colorPointerCacheSize: u16(3),
    pointerCacheSize: u16(4),
    compression: (flags & 1) !== 0,
    surfaceCodecs,
    ...((flags & 2) === 0 ? {} : { orderCaches }),
  };
}

function recordOf(input: Uint8Array): TraceRecord {
  const kind = KINDS[(input[0] ?? 0) % KINDS.length] ?? TraceRecordKind.tick;
  const bytes = input.subarray(1);
  if (kind === TraceRecordKind.activation) {
    return { kind, timeMs: 0, payload: Buffer.from(JSON.stringify(activationOf(bytes))) };
  }
  if (kind !== TraceRecordKind.clientPointer) return { kind, timeMs: 0, payload: bytes };
  return { kind, timeMs: 0, payload: joined(bytes, new Uint8Array(POINTER_BYTES)).slice(0, POINTER_BYTES) };
}

function open(): Step {
  const picture = new Picture();
  let records = 0;
  // What is received is decoded or dropped, to the byte; what is pending is accounted for later, never twice.
  const received = { pdus: 0, bytes: 0 };
  const settled = { pdus: 0, bytes: 0 };
  return (input) => {
    const record = recordOf(input);
    const applied = picture.apply(record);
    const graphics =
      record.kind === TraceRecordKind.serverFastPath ||
      record.kind === TraceRecordKind.serverShareData ||
      record.kind === TraceRecordKind.serverGraphicsChannel;
    received.pdus += graphics ? 1 : 0;
    received.bytes += graphics ? record.payload.length : 0;
    settled.pdus += applied.pdus;
    settled.bytes += applied.bytes;
    if (applied.pdus < 0 || applied.bytes < 0) throw new BrokenPromise('less than nothing settled');
    if (settled.pdus > received.pdus || settled.bytes > received.bytes) throw new BrokenPromise('settled too much');
    const lost = applied.drops.reduce((sum, { bytes }) => sum + bytes, 0);
    if (lost > applied.bytes) throw new BrokenPromise('lost more than was settled');
    records += 1;
    if (records % RENDER_EVERY === 0) picture.render(() => {});
    return applied.drops.length > 0 ? 'refused' : 'decoded';
  };
}

/** Each example begins with an activation and, for graphics, with the channel; each input may be another record. */
export function pictureSubjects(): Subject[] {
  const bounds = { limitBytes: LIMIT_BYTES, refusals: [], mutatedShare: 0.35, batchInputs: 48 } as const;
  const begin = activationInput(640, 480);
  const updates = [...updateStreams(), ...graphicsStreams()].map((stream) => [begin, ...stream]);
  const graphics = messageStreams().map((stream) => [begin, ...stream]);
  return [
    subject({ ...bounds, name: 'picture', weight: 2, streams: updates, open }),
    subject({ ...bounds, name: 'graphics-pipeline', weight: 1, streams: graphics, open }),
  ];
}
