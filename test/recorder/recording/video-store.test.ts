import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseEncoder } from '../../../recorder/encoders/choose-encoder.js';
import type { EncodedSegment } from '../../../recorder/encoders/video-encoder.js';
import { VideoStore, type PlannedSegment } from '../../../recorder/recording/video-store.js';
import { BlobStorage } from '../../../recorder/storage/blob-storage.js';
import { startAzurite, type Azurite } from '../azurite.js';

let azurite: Azurite;
let storage: BlobStorage;
beforeAll(async () => {
  azurite = await startAzurite();
  storage = await BlobStorage.open({ connection: azurite.connection(), container: 'videos' });
});
afterAll(() => azurite.stop());

const engine = await chooseEncoder('auto');

async function segmentAt(startMs: number): Promise<[PlannedSegment, EncodedSegment]> {
  const encoder = engine.open(64, 48);
  const frameTimesMs = [startMs, startMs + 100, startMs + 900];
  for (const ptsMs of frameTimesMs) await encoder.encode({ ptsMs, refine: [] });
  const encoded = await encoder.finishSegment();
  await encoder.close();
  const size = { part: 1, width: 64, height: 48 };
  return [{ ...size, startMs, endMs: startMs + 1000, frameTimesMs, newFile: startMs === 0 }, encoded];
}

const open = (folder: string, maxBlocks?: number) => VideoStore.open(storage, folder, () => undefined, maxBlocks);

async function fill(store: VideoStore, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index++) {
    const [plan, encoded] = await segmentAt(index * 1000);
    if (store.nextIsStored) store.adopt(plan);
    else await store.store(plan, encoded);
  }
}

describe('video store', () => {
  it('[invariant] goes on in another file before a blob has no block left, on the same clock', async () => {
    const store = await open('full', 2);
    await fill(store, 0, 5);
    expect(store.segments.map(({ file }) => Number(file.slice(6, 10)))).toEqual([1, 1, 2, 2, 3]);
    expect(store.segments.map(({ startMs }) => startMs)).toEqual([0, 1000, 2000, 3000, 4000]);
    expect(store.videos.map(({ sizeBytes }) => sizeBytes)).toEqual(
      (await storage.list('full/')).map(({ sizeBytes }) => sizeBytes),
    );
  });

  it('[invariant] adopts what is stored, also over files, and appends to the last one', async () => {
    await fill(await open('again', 2), 0, 3);
    const successor = await open('again', 2);
    await fill(successor, 0, 6);
    const whole = await open('whole', 2);
    await fill(whole, 0, 6);
    expect(successor.segments).toEqual(whole.segments);
    expect(successor.videos).toEqual(whole.videos);
  });

  it('takes the number of a file that was made and never written to', async () => {
    await storage.appendBlob('empty/video-0001.mp4').create('video/mp4');
    const store = await open('empty');
    await fill(store, 0, 1);
    expect(store.videos.map(({ file }) => file)).toEqual(['video-0001.mp4']);
  });

  it('leaves a file alone that is not a video', async () => {
    const blob = storage.appendBlob('noise/video-0001.mp4');
    await blob.create('video/mp4');
    await blob.append(0, Buffer.from('not a video at all'));
    const store = await open('noise');
    await fill(store, 0, 1);
    expect(store.videos.map(({ file }) => file)).toEqual(['video-0002.mp4']);
  });

  it('refuses to adopt a segment of other frames', async () => {
    await fill(await open('other'), 0, 1);
    const [plan] = await segmentAt(0);
    const frameTimesMs = [0, 101, 900];
    const store = await open('other');
    expect(() => store.adopt({ ...plan, frameTimesMs })).toThrow(/not the one of this trace/);
    expect(() => store.adopt({ ...plan, width: 66 })).toThrow(/not the one of this trace/);
    expect(() => store.adopt({ ...plan, endMs: 1001 })).toThrow(/not the one of this trace/);
    store.adopt(plan);
  });
});
