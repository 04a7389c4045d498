import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseEncoder } from '../../../recorder/encoders/choose-encoder.js';
import { scalarMemory } from '../../../recorder/encoders/i420-scalar.js';
import type { EncodedSegment } from '../../../recorder/encoders/video-encoder.js';
import { iterateNalUnits, parseAccessUnit, splitAccessUnits, toAnnexB } from '../../../recorder/video/annexb.js';
import {
  avcCodecString,
  decodeAvcConfiguration,
  encodeAvcConfiguration,
} from '../../../recorder/video/avc-configuration.js';
import { readFragments, type Fragment, type InitSection } from '../../../recorder/video/fragment-reader.js';
import { muxSegment } from '../../../recorder/video/segment-muxer.js';

const engine = await chooseEncoder('auto');

async function encoded(times: readonly number[]): Promise<EncodedSegment> {
  const encoder = engine.open(64, 48);
  const { planes } = scalarMemory.begin(64, 48);
  for (const ptsMs of times) {
    planes.y.fill(ptsMs % 200);
    encoder.paint(planes, [{ x: 0, y: 0, width: 64, height: 48 }]);
    await encoder.encode({ ptsMs, refine: [] });
  }
  const segment = await encoder.finishSegment();
  await encoder.close();
  return segment;
}

const FIRST = await encoded([5040, 5140, 5340, 6340]);
const SECOND = await encoded([7000, 7100]);
const place = { width: 64, height: 48, fileStartMs: 5040 };
const a = await muxSegment(FIRST, { ...place, startMs: 5040, endMs: 7000, sequence: 1 });
const b = await muxSegment(SECOND, { ...place, startMs: 7000, endMs: 7600, sequence: 2 });
const FILE = Buffer.concat([a.init, a.fragment, b.fragment]);

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function readAll(bytes: Uint8Array, size = 1000): Promise<(InitSection | Fragment)[]> {
  const found: (InitSection | Fragment)[] = [];
  for await (const item of readFragments(inPieces(bytes, size))) found.push(item);
  return found;
}

describe('segment muxer', () => {
  it('the same segment gives the same bytes, and segments of one stream the same init section', async () => {
    const again = await muxSegment(FIRST, { ...place, startMs: 5040, endMs: 7000, sequence: 1 });
    expect(Buffer.compare(again.fragment, a.fragment)).toBe(0);
    expect(Buffer.compare(b.init, a.init)).toBe(0);
    expect(a.codec).toBe(avcCodecString(FIRST.parameterSets.sps));
  });

  it.each([1, 7, 64, 1000, 1_000_000])('reads back what was written, in pieces of %i bytes', async (size) => {
    const [init, first, second, ...more] = await readAll(FILE, size);
    expect(more).toEqual([]);
    expect(init).toMatchObject({ type: 'init', width: 64, height: 48, parameterSets: FIRST.parameterSets });
    expect(first).toMatchObject({ offset: a.init.length, sizeBytes: a.fragment.length, startMs: 0, durationMs: 1960 });
    expect(second).toMatchObject({
      offset: a.init.length + a.fragment.length,
      startMs: 1960,
      durationMs: 600,
      frames: 2,
    });
    if (first?.type !== 'fragment') throw new Error('no fragment');
    expect(first.segment.samples.map(({ ptsMs }) => ptsMs)).toEqual([0, 100, 300, 1300]);
    expect(first.segment.samples.map(({ data }) => Buffer.from(data).toString('hex'))).toEqual(
      FIRST.samples.map(({ data }) => Buffer.from(data).toString('hex')),
    );
    expect(await engine.countPictures(first.segment)).toBe(4);
  });

  it('every truncation gives exactly the fragments that are whole', async () => {
    const ends = [a.init.length, a.init.length + a.fragment.length, FILE.length];
    for (let length = 0; length <= FILE.length; length++) {
      const found = await readAll(FILE.subarray(0, length));
      expect(found).toHaveLength(ends.filter((end) => end <= length).length);
    }
  });

  it('bytes that are no video are no fragment, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.nat(FILE.length - 1), async (noise, at) => {
        const damaged = Uint8Array.from(FILE);
        damaged.set(noise.subarray(0, FILE.length - at), at);
        for (const item of await readAll(damaged)) expect(['init', 'fragment']).toContain(item.type);
        expect(await readAll(noise)).toEqual([]);
      }),
    );
  });

  it('refuses sample times that do not increase', async () => {
    await expect(muxSegment(FIRST, { ...place, startMs: 5040, endMs: 6340, sequence: 1 })).rejects.toThrow(RangeError);
  });
});

describe('H.264 byte streams', () => {
  it('the avcC record reads back', () => {
    expect(decodeAvcConfiguration(encodeAvcConfiguration(FIRST.parameterSets))).toEqual(FIRST.parameterSets);
    const record = encodeAvcConfiguration(FIRST.parameterSets);
    for (let length = 0; length < record.length - 4; length++) {
      expect(decodeAvcConfiguration(record.subarray(0, length))).toBeNull();
    }
  });

  it('start codes of three and four bytes divide a stream, and zero bytes before them belong to nobody', () => {
    const stream = Uint8Array.of(0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 0, 0, 1, 0x65, 4, 0, 0, 3, 1);
    expect([...iterateNalUnits(stream)].map((unit) => [...unit])).toEqual([
      [0x67, 1, 2],
      [0x68, 3],
      [0x65, 4, 0, 0, 3, 1],
    ]);
  });

  it('slices survive the way to length prefixes and back', () => {
    const units = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(units, (payloads) => {
        // Bytes of a NAL unit never look like a start code and never end in zero.
        const slices = payloads.map((bytes) => Uint8Array.of(0x41, ...bytes.map((byte) => byte | 4)));
        const stream = slices.flatMap((slice) => [0, 0, 1, ...slice]);
        const { data } = parseAccessUnit(Uint8Array.from(stream));
        expect([...iterateNalUnits(toAnnexB(data, null))].map((unit) => [...unit])).toEqual(slices.map((s) => [...s]));
      }),
    );
  });

  it('delimiters divide a stream into access units', () => {
    const unit = (value: number) => [0, 0, 0, 1, 9, 0xf0, 0, 0, 1, 0x41, value];
    const units = splitAccessUnits(Uint8Array.from([...unit(7), ...unit(8), ...unit(9)]));
    expect(units.map((bytes) => parseAccessUnit(bytes).data[5])).toEqual([7, 8, 9]);
  });
});
