/** What the replay page needs at once. */
import type { RecordingInfo } from '../../contract/api.js';
import { buildTimeline, idleSpans } from '../../contract/time-line.js';
import type { StoredRecording } from './deps.js';

export function recordingInfo(recording: StoredRecording): RecordingInfo {
  const [first] = recording.videos;
  return {
    session: recording.session,
    playlistUrl: `/api/v1/recordings/${recording.session.id}/playlist.m3u8`,
    durationMs: recording.durationMs,
    width: first?.width ?? null,
    height: first?.height ?? null,
    encoder: recording.encoder,
    gaps: recording.gaps.map(({ startMs, endMs, reason }) => ({ startMs, endMs, reason })),
    interruptions: recording.interruptions.map(({ startMs, endMs, reason }) => ({ startMs, endMs, reason })),
    idle: idleSpans(recording.segments),
    timeline: buildTimeline(recording.segments),
  };
}
