import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RecordingFault } from '../../src/audit/recording-fault.js';
import { verifyRecording, type RecordingVerification } from '../../src/audit/verify-recording.js';
import type { Gap, ManifestBody, Segment } from '../../src/contract/manifest.js';
import { StorageError } from '../../src/storage/storage-error.js';
import { MemoryStore } from '../http/recordings/support/memory-store.js';
import {
  sampleRecording,
  SESSION,
  signManifest,
  type SampleParts,
  type SampleRecording,
} from '../http/recordings/support/sample-recording.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');

/** A box of the given type and payload. */
function box(type: string, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + payload.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, payload]);
}

const segment = (startMs: number, durationMs: number) => ({
  bytes: Buffer.concat([box('moof', Buffer.alloc(40, startMs / 1000)), box('mdat', Buffer.alloc(2000, 7))]),
  startMs,
  durationMs,
  frames: 10,
});

const video = (...starts: number[]) => ({
  init: Buffer.concat([box('ftyp', Buffer.alloc(12)), box('moov', Buffer.alloc(100))]),
  width: 640,
  height: 480,
  codec: 'avc1.42C01E',
  segments: starts.map((start) => segment(start, 4000)),
});

const PARTS: SampleParts = {
  videos: [video(0, 4000, 8000), video(20_000, 24_000)],
  events: [{ mediaMs: 0, kind: 'connected', data: {} }],
  interruptions: [{ startMs: 12_000, endMs: 20_000, reason: 'client-lost' }],
};

let store: MemoryStore;
let sample: SampleRecording;
beforeEach(() => {
  sample = sampleRecording(PARTS);
  store = put(sample);
});

function put(recording: SampleRecording, body: ManifestBody = recording.body): MemoryStore {
  const target = new MemoryStore();
  for (const [name, bytes] of recording.files) target.files.set(`${recording.folder}/${name}`, Uint8Array.from(bytes));
  const manifest = signManifest(body, privateKey, publicKey);
  target.files.set(`${recording.folder}/manifest.json`, Buffer.from(JSON.stringify(manifest)));
  return target;
}

const verify = (target = store, keys = [other.publicKey, publicKey]): Promise<RecordingVerification> =>
  verifyRecording(target, { sessionId: SESSION, folder: sample.folder }, keys);

async function faultOf(target = store): Promise<RecordingFault> {
  const result = await verify(target);
  if (result.outcome !== 'faulty') throw new Error('the fault was not found');
  return result.fault;
}

const path = (file: string): string => `${sample.folder}/${file}`;

function bytesOf(file: string): Uint8Array {
  const bytes = store.files.get(path(file));
  if (bytes === undefined) throw new Error(`no ${file}`);
  return bytes;
}

const segmentAt = (index: number): Segment => sample.body.segments[index] as Segment;

/** The sample with its manifest edited and signed again, as the holder of the signing key could. */
const edited = (edit: Partial<ManifestBody>): MemoryStore => put(sample, { ...sample.body, ...edit });

const withSegment = (index: number, edit: Partial<Segment>): MemoryStore =>
  edited({ segments: sample.body.segments.map((one, at) => (at === index ? { ...one, ...edit } : one)) });

describe('verifying a recording', () => {
  it('passes for what the recorder left', async () => {
    expect(await verify()).toMatchObject({ outcome: 'intact', segments: 5, files: 3, audit: { sequence: 7 } });
  });

  it('finds any changed byte of any file, and names bytes that contain it', async () => {
    const files = [...sample.files.keys()];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        async (file, where, flip) => {
          store = put(sample);
          const bytes = bytesOf(file);
          const at = Math.floor(where * bytes.length);
          bytes[at] = (bytes[at] ?? 0) ^ flip;
          const fault = await faultOf();
          expect(fault.file).toBe(file);
          expect(at).toBeGreaterThanOrEqual(fault.offset);
          expect(at).toBeLessThan(fault.offset + fault.sizeBytes);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('names the first of two wrong segments, by its byte range', async () => {
    const [second, fifth] = [segmentAt(1), segmentAt(4)];
    bytesOf('video-0002.mp4')[fifth.offset + 100] = 1;
    bytesOf('video-0001.mp4')[second.offset + 100] = 1;
    const { offset, sizeBytes } = second;
    expect(await faultOf()).toEqual({ code: 'segment-changed', file: 'video-0001.mp4', offset, sizeBytes, segment: 1 });
  });

  it('says where the boxes of a changed segment break', async () => {
    const { offset, sizeBytes } = segmentAt(2);
    bytesOf('video-0001.mp4')[offset + 48 + 5] = 0;
    expect(await faultOf()).toEqual({
      code: 'fragment-broken',
      file: 'video-0001.mp4',
      offset: offset + 48,
      sizeBytes: sizeBytes - 48,
      segment: 2,
    });
  });

  it('finds a file that was cut, lengthened, removed or added', async () => {
    const whole = bytesOf('video-0002.mp4');
    store.files.set(path('video-0002.mp4'), whole.subarray(0, whole.length - 10));
    expect(await faultOf()).toMatchObject({ code: 'file-short', offset: whole.length - 10, sizeBytes: 10, segment: 4 });
    store.files.set(path('video-0002.mp4'), Buffer.concat([whole, Buffer.alloc(3)]));
    expect(await faultOf()).toMatchObject({ code: 'file-long', offset: whole.length, sizeBytes: 3 });
    store.files.delete(path('video-0002.mp4'));
    expect(await faultOf()).toMatchObject({ code: 'file-missing', file: 'video-0002.mp4' });
    store.files.set(path('video-0002.mp4'), whole);
    store.files.set(path('video-0003.mp4'), whole);
    expect(await faultOf()).toMatchObject({ code: 'file-unlisted', file: 'video-0003.mp4' });
  });

  it('finds a changed event track', async () => {
    bytesOf('events.ndjson')[3] = 0;
    expect(await faultOf()).toMatchObject({ code: 'events-changed', file: 'events.ndjson' });
  });

  it('prefers the wrong bytes before a cut to the cut', async () => {
    const whole = bytesOf('video-0001.mp4');
    whole[3] = 99;
    store.files.set(path('video-0001.mp4'), whole.subarray(0, whole.length - 1));
    expect(await faultOf()).toMatchObject({ code: 'init-changed', offset: 0 });
  });
});

describe('verifying a manifest', () => {
  it('does not trust the key that the manifest brings along', async () => {
    expect(await verify(store, [other.publicKey])).toMatchObject({ fault: { code: 'key-unknown' } });
    const forged = signManifest(sample.body, other.privateKey, publicKey);
    store.files.set(path('manifest.json'), Buffer.from(JSON.stringify(forged)));
    expect(await faultOf()).toMatchObject({ code: 'signature-wrong' });
  });

  it('finds any edited field, also one that verification does not read', async () => {
    const manifest = signManifest(sample.body, privateKey, publicKey);
    const text = JSON.stringify({ ...manifest, coverage: { ...manifest.coverage, framesDropped: 9 } });
    store.files.set(path('manifest.json'), Buffer.from(text));
    expect(await faultOf()).toMatchObject({ code: 'signature-wrong', file: 'manifest.json' });
  });

  it.each([
    ['nothing', null],
    ['text', 'hello'],
    ['another shape', '{"format":"witness-recording"}'],
    ['bytes that are not text', '\xff'],
  ])('says so when the manifest is %s', async (_name, text) => {
    if (text === null) store.files.delete(path('manifest.json'));
    else store.files.set(path('manifest.json'), Buffer.from(text, 'latin1'));
    expect((await faultOf()).code).toBe(text === null ? 'manifest-missing' : 'manifest-unreadable');
  });

  it('refuses the manifest of another recording in this place', async () => {
    const foreign = edited({ sessionStartedAtMs: sample.body.sessionStartedAtMs + 86_400_000 });
    expect(await faultOf(foreign)).toMatchObject({ code: 'manifest-foreign' });
  });

  it('demands that segments account for every byte', async () => {
    const { offset, sizeBytes } = segmentAt(1);
    expect(await faultOf(withSegment(1, { offset: offset + 1 }))).toMatchObject({ code: 'layout-wrong', segment: 1 });
    expect(await faultOf(withSegment(1, { sizeBytes: sizeBytes - 1 }))).toMatchObject({ code: 'layout-wrong' });
    const shorter = edited({ segments: sample.body.segments.slice(0, -1) });
    expect(await faultOf(shorter)).toMatchObject({ code: 'layout-wrong', file: 'video-0002.mp4' });
  });

  it('demands an unbroken hash chain', async () => {
    expect(await faultOf(withSegment(3, { chain: '1'.repeat(64) }))).toMatchObject({ code: 'chain-wrong', segment: 3 });
  });

  it('of a recording that the rule forbids is intact, and said to be withheld', async () => {
    expect(await verify(edited({ outcome: 'against-rule' }))).toMatchObject({ outcome: 'intact', withheld: true });
    expect(await verify(edited({}))).toMatchObject({ outcome: 'intact', withheld: false });
  });

  it('demands that times follow one another, or a record of why not', async () => {
    expect(await faultOf(edited({ interruptions: [] }))).toMatchObject({ code: 'times-wrong', segment: 3 });
    expect(await faultOf(withSegment(1, { startMs: 3_999 }))).toMatchObject({ code: 'times-wrong', segment: 1 });
    expect(await faultOf(edited({ durationMs: 27_999 }))).toMatchObject({ code: 'times-wrong', segment: 4 });
    const half = { startMs: 12_000, endMs: 15_000, reason: 'client-lost' };
    const gap: Gap = { startMs: 14_000, endMs: 20_000, reason: 'storage', codec: '', area: null, bytes: 1, pdus: 1 };
    expect(await verify(edited({ interruptions: [half], gaps: [gap] }))).toMatchObject({ outcome: 'intact' });
    expect(await faultOf(edited({ interruptions: [half], gaps: [{ ...gap, startMs: 15_001 }] }))).toMatchObject({
      code: 'times-wrong',
    });
  });

  it('does not call a recording faulty because storage is away', async () => {
    store.failure = new StorageError('unavailable', 'away');
    await expect(verify()).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  });
});
