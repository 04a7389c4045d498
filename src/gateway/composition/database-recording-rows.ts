/** Rows of recordings in the database, as the supervision of recorders writes them. */
import type { SessionId } from '../../contract/ids.js';
import type { Gap, Segment, VideoFile } from '../../contract/manifest.js';
import { DatabaseError } from '../../database/errors.js';
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
    const { media } = this.#database;
    await orReplace(
      () => media.addVideo(sessionId, video),
      async () => {
        const first = await media.firstSegmentOf(sessionId, video.file);
        await media.forgetFrom(sessionId, first ?? Number.MAX_SAFE_INTEGER, null);
      },
    );
  }

  async addSegment(sessionId: SessionId, segment: Segment): Promise<void> {
    const { media } = this.#database;
    await orReplace(
      () => media.addSegment(sessionId, segment),
      () => media.forgetFrom(sessionId, segment.index, segment.file),
    );
  }

  async addGap(sessionId: SessionId, gap: Gap): Promise<void> {
    await this.#database.media.addGap(sessionId, gap);
  }

  async setState(sessionId: SessionId, state: 'live' | 'finishing' | 'failed'): Promise<void> {
    await this.#database.recordings.update(sessionId, { state });
  }

  async withhold(sessionId: SessionId): Promise<void> {
    await this.#database.recordings.withhold(sessionId, 'recording-rule');
  }

  async finish(sessionId: SessionId, finished: FinishedRecording): Promise<void> {
    const { manifestSha256, durationMs, encoder } = finished;
    const finishedAtMs = this.#clock();
    const figures = { manifestSha256, durationMs, encoder, finishedAtMs, failure: null };
    await this.#database.recordings.update(sessionId, { state: 'finished', ...figures });
  }
}

/**
 * Storage is the truth: embedded storage that was killed has forgotten its last seconds, and the recorder that stored them
 * again says what is there.
 */
async function orReplace(add: () => Promise<void>, forget: () => Promise<void>): Promise<void> {
  try {
    await add();
  } catch (error) {
    if (!(error instanceof DatabaseError && error.code === 'conflict')) throw error;
    await forget();
    await add();
  }
}
