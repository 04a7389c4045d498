import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildTimeline, idleSpans, toPlayerMs, toSessionMs } from '../../../src/contract/time-line.js';
import { buildPlaylist } from '../../../src/http/recordings/playlist.js';
import { sampleRecording, storedRecording, type SampleVideo } from './support/sample-recording.js';

const video = (width: number, ...times: [startMs: number, durationMs: number, frames: number][]): SampleVideo => ({
  init: Buffer.alloc(667),
  width,
  height: 480,
  codec: 'avc1.42C01E',
  segments: times.map(([startMs, durationMs, frames]) => ({ bytes: Buffer.alloc(100), startMs, durationMs, frames })),
});

const sample = sampleRecording({
  videos: [video(640, [0, 4001, 40], [4001, 9500, 10]), video(800, [13_501, 2000, 20], [20_000, 1500, 15])],
  events: [],
  interruptions: [{ startMs: 15_501, endMs: 20_000, reason: 'client-lost' }],
});

describe('the playlist of a recording', () => {
  it('names every byte range, init section, discontinuity and date exactly', () => {
    expect(buildPlaylist(storedRecording(sample), '?viewing=v')).toBe(`#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:10
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="video/video-0001.mp4?viewing=v",BYTERANGE="667@0"
#EXT-X-PROGRAM-DATE-TIME:2026-01-02T09:30:00.000Z
#EXTINF:4.001,
#EXT-X-BYTERANGE:100@667
video/video-0001.mp4?viewing=v
#EXTINF:9.500,
#EXT-X-BYTERANGE:100@767
video/video-0001.mp4?viewing=v
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="video/video-0002.mp4?viewing=v",BYTERANGE="667@0"
#EXT-X-PROGRAM-DATE-TIME:2026-01-02T09:30:13.501Z
#EXTINF:2.000,
#EXT-X-BYTERANGE:100@667
video/video-0002.mp4?viewing=v
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="video/video-0002.mp4?viewing=v",BYTERANGE="667@0"
#EXT-X-PROGRAM-DATE-TIME:2026-01-02T09:30:20.000Z
#EXTINF:1.500,
#EXT-X-BYTERANGE:100@767
video/video-0002.mp4?viewing=v
#EXT-X-ENDLIST
`);
  });

  it('has no end while the recording is live, and may only grow', () => {
    const live = storedRecording(sample, false);
    const before = buildPlaylist({ ...live, segments: live.segments.slice(0, 2) }, '');
    expect(before).toContain('#EXT-X-PLAYLIST-TYPE:EVENT\n');
    expect(before).not.toContain('ENDLIST');
    expect(buildPlaylist(live, '').startsWith(before)).toBe(true);
  });
});

describe('session time and player time', () => {
  const timeline = buildTimeline(sample.body.segments);

  it('joins what is contiguous, over files, and leaves holes out', () => {
    expect(timeline).toEqual([
      { playerStartMs: 0, sessionStartMs: 0, durationMs: 15_501 },
      { playerStartMs: 15_501, sessionStartMs: 20_000, durationMs: 1500 },
    ]);
  });

  it('leads from a hole to where the picture goes on', () => {
    expect(toPlayerMs(timeline, 17_000)).toBe(15_501);
    expect(toSessionMs(timeline, 15_501)).toBe(20_000);
    expect(toPlayerMs(timeline, 99_999)).toBe(17_001);
    expect(toSessionMs(timeline, 99_999)).toBe(21_500);
    expect([toPlayerMs([], 5), toSessionMs([], 5)]).toEqual([0, 0]);
  });

  it('gives back every player time', () => {
    const segments = fc.array(fc.record({ hole: fc.nat(5000), durationMs: fc.integer({ min: 1, max: 5000 }) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(segments, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (list, where) => {
        let startMs = 0;
        const placed = list.map(({ hole, durationMs }) => {
          const one = { startMs: startMs + hole, durationMs, frames: 1 };
          startMs = one.startMs + durationMs;
          return one;
        });
        const total = list.reduce((sum, { durationMs }) => sum + durationMs, 0);
        const playerMs = Math.floor(where * total);
        const spans = buildTimeline(placed);
        expect(toPlayerMs(spans, toSessionMs(spans, playerMs))).toBe(playerMs);
      }),
    );
  });

  it('calls idle what has no more frames than repeats, and is long enough for a jump', () => {
    expect(idleSpans(sample.body.segments)).toEqual([{ startMs: 4001, endMs: 13_501 }]);
    const seconds = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ startMs: i * 1000, durationMs: 1000, frames: 1 }));
    expect(idleSpans(seconds(2))).toEqual([]);
    expect(idleSpans(seconds(3))).toEqual([{ startMs: 0, endMs: 3000 }]);
  });
});
