import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const FIXTURES = new URL('../../fixtures/surface-codecs/', import.meta.url);

export interface SurfaceVector {
  readonly codec: 'nsc' | 'rfx';
  readonly width: number;
  readonly height: number;
  readonly compressed: string;
  readonly params: { readonly rlgr?: number; readonly colorLossLevel?: number; readonly subsampling?: number };
  readonly expectedSha256?: string;
  readonly expected?: string;
}

/** A fixture, unpacked if its name says that it is packed. */
export function surfaceFixture(name: string): Uint8Array {
  const bytes = readFileSync(new URL(name, FIXTURES));
  return new Uint8Array(name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
}

export function surfaceVectors(codec: SurfaceVector['codec']): SurfaceVector[] {
  const all = JSON.parse(Buffer.from(surfaceFixture('libfreerdp/index.json')).toString()) as SurfaceVector[];
  return all.filter((vector) => vector.codec === codec);
}

/** Bytes that differ by how much, 0 to 255. */
export function differences(actual: Uint8Array, expected: Uint8Array): number[] {
  if (actual.length !== expected.length) throw new RangeError(`lengths ${actual.length} and ${expected.length}`);
  const counts = Array.from({ length: 256 }, () => 0);
  actual.forEach((byte, index) => {
    const by = Math.abs(byte - (expected[index] ?? 0));
    counts[by] = (counts[by] ?? 0) + 1;
  });
  return counts;
}

/** The largest difference between two bytes at the same place. */
export function largestDifference(actual: Uint8Array, expected: Uint8Array): number {
  return differences(actual, expected).findLastIndex((count) => count > 0);
}
