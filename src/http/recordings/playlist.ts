/**
 * The media playlist of a recording, RFC 8216 (HLS version 7): VOD once nothing will be added, EVENT without an end
 * before. Every segment is a byte range of an append blob; every video file brings its own init section.
 */
import type { Segment, VideoFile } from '../../contract/manifest.js';

export interface PlaylistSource {
  readonly complete: boolean;
  readonly sessionStartedAtMs: number;
  readonly videos: readonly VideoFile[];
  readonly segments: readonly Segment[];
}

/** A live playlist may not change its target duration, and segments to come may be longer than those at hand. */
const LIVE_TARGET_SECONDS = 10;

/**
 * @param query appended to every address, with its question mark.
 * @throws RangeError when a segment names a file that is not among the videos.
 */
export function buildPlaylist(source: PlaylistSource, query: string): string {
  const videos = new Map(source.videos.map((video) => [video.file, video]));
  const lines = header(source);
  let previous: Segment | null = null;
  for (const segment of source.segments) {
    const follows = previous?.file === segment.file && previous.startMs + previous.durationMs === segment.startMs;
    if (!follows) {
      const video = videos.get(segment.file);
      if (video === undefined) throw new RangeError(`segment ${segment.index} names an unknown video`);
      if (previous !== null) lines.push('#EXT-X-DISCONTINUITY');
      lines.push(
        `#EXT-X-MAP:URI="video/${video.file}${query}",BYTERANGE="${video.initBytes}@0"`,
        `#EXT-X-PROGRAM-DATE-TIME:${new Date(source.sessionStartedAtMs + segment.startMs).toISOString()}`,
      );
    }
    lines.push(
      `#EXTINF:${(segment.durationMs / 1000).toFixed(3)},`,
      `#EXT-X-BYTERANGE:${segment.sizeBytes}@${segment.offset}`,
      `video/${segment.file}${query}`,
    );
    previous = segment;
  }
  if (source.complete) lines.push('#EXT-X-ENDLIST');
  return `${lines.join('\n')}\n`;
}

function header({ complete, segments }: PlaylistSource): string[] {
  let target = complete ? 1 : LIVE_TARGET_SECONDS;
  for (const { durationMs } of segments) target = Math.max(target, Math.ceil(durationMs / 1000));
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${target}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    `#EXT-X-PLAYLIST-TYPE:${complete ? 'VOD' : 'EVENT'}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ];
}
