/** Rows of recordings in the database, as the supervision of recorders writes them. */
import type { SessionId } from '../../contract/ids.js';
import type { Gap, Segment, VideoFile } from '../../contract/manifest.js';
import type { Database } from '../../database/open.js';
import type { FinishedRecording, RecordingRows } from '../recording/recording-records.js';

export class DatabaseRecordingRows implements RecordingRows {
  readonly #database: Database;
  readonly #clock: () => number;

  constructor(database: Database, clock: () => number) {
    this.#database = database;
    this.#clock = clock;
  }

  async addVideo(sessionId: SessionId, video: VideoFile): Promise<void> {
    await this.#database.media.addVideo(sessionId, video);
  }

  async addSegment(sessionId: SessionId, segment: Segment): Promise<void> {
    await this.#database.media.addSegment(sessionId, segment);
  }

  async addGap(sessionId: SessionId, gap: Gap): Promise<void> {
    await this.#database.media.addGap(sessionId, gap);
  }

  async setState(sessionId: SessionId, state: 'live' | 'finishing' | 'failed'): Promise<void> {
    await this.#database.recordings.update(sessionId, { state });
  }

  async finish(sessionId: SessionId, finished: FinishedRecording): Promise<void> {
    const { manifestSha256, durationMs, encoder } = finished;
    const finishedAtMs = this.#clock();
    const figures = { manifestSha256, durationMs, encoder, finishedAtMs, failure: null };
    await this.#database.recordings.update(sessionId, { state: 'finished', ...figures });
  }
}
