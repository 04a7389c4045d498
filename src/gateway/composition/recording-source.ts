/** What the recording routes read: rows of the database and files in storage. */
import { recordingFolder, type Interruption, type Segment, type VideoFile } from '../../contract/manifest.js';
import type { SessionId } from '../../contract/ids.js';
import type { Database } from '../../database/open.js';
import type { RecordingRecord } from '../../database/recordings.js';
import { toSessionInfo } from '../../database/sessions.js';
import type { RecordingPlace, StoredRecording, StoredVideo } from '../../http/recordings/deps.js';

export class RecordingSource {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Null when there is no such session or it has no recording. */
  async loadRecording(sessionId: SessionId): Promise<StoredRecording | null> {
    const { sessions, recordings, media } = this.#database;
    const [session, recording] = await Promise.all([sessions.get(sessionId), recordings.get(sessionId)]);
    if (session === null || recording === null) return null;
    const [videos, segments, gaps] = await Promise.all([
      media.listVideos(sessionId),
      media.listSegments(sessionId),
      media.listGaps(sessionId),
    ]);
    return {
      ...placeOf(recording),
      session: toSessionInfo(session),
      sessionStartedAtMs: recording.sessionStartedAtMs,
      durationMs: recording.durationMs,
      encoder: recording.encoder,
      videos,
      segments,
      gaps,
      interruptions: interruptionsOf(videos, segments),
    };
  }

  async findPlace(sessionId: SessionId): Promise<RecordingPlace | null> {
    const recording = await this.#database.recordings.get(sessionId);
    if (recording === null) return null;
    return placeOf(recording);
  }

  async findVideo(sessionId: SessionId, file: string): Promise<StoredVideo | null> {
    const place = await this.findPlace(sessionId);
    if (place === null) return null;
    const videos = await this.#database.media.listVideos(sessionId);
    const video = videos.find((one) => one.file === file);
    if (video === undefined) return null;
    // Every range request asks this: the end of the last segment, not all of them.
    const storedBytes = (await this.#database.media.storedEndOf(sessionId, file)) ?? video.initBytes;
    return { folder: place.folder, withheld: place.withheld, storedBytes };
  }
}

function placeOf({ sessionId, sessionStartedAtMs, state, withheldReason }: RecordingRecord): RecordingPlace {
  return {
    folder: recordingFolder(sessionId, sessionStartedAtMs),
    complete: state === 'finished' || state === 'failed',
    withheld: withheldReason !== null,
  };
}

/** Between two parts nobody was connected: the time from a part's last segment to the next part's first. */
export function interruptionsOf(videos: readonly VideoFile[], segments: readonly Segment[]): readonly Interruption[] {
  const partOf = new Map(videos.map((video) => [video.file, video.part]));
  return segments.flatMap((segment, index) => {
    const before = segments[index - 1];
    if (before === undefined || partOf.get(before.file) === partOf.get(segment.file)) return [];
    const startMs = before.startMs + before.durationMs;
    return startMs < segment.startMs ? [{ startMs, endMs: segment.startMs, reason: 'client-lost' }] : [];
  });
}
