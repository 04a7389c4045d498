/** Between two parts nobody was connected. */
import type { Interruption, ManifestPart } from '../../src/contract/manifest.js';
import type { VideoStore } from './video-store.js';

/** Where one part's picture ended, to where the next one's began: until then nobody was shown anything. */
export function interruptionsOf(
  parts: readonly ManifestPart[],
  { videos, segments }: Pick<VideoStore, 'videos' | 'segments'>,
): Interruption[] {
  const partOf = new Map(videos.map(({ file, part }) => [file, part]));
  return segments.flatMap((segment, index) => {
    const before = segments[index - 1];
    const endMs = (before?.startMs ?? 0) + (before?.durationMs ?? 0);
    const left = parts.find(({ part }) => part === partOf.get(before?.file ?? ''));
    if (left === undefined || left.part === partOf.get(segment.file) || segment.startMs <= endMs) return [];
    return [{ startMs: endMs, endMs: segment.startMs, reason: left.endReason }];
  });
}
