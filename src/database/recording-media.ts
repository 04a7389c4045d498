/**
 * Video files, segments and gaps of recordings. Every write may be repeated: a recorder that takes over reports again
 * what its predecessor reported, and a report that says something else about the same piece is refused.
 */
import { createHash } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { SessionId } from '../contract/ids.js';
import { canonicalJson } from '../contract/json.js';
import type { Gap, Segment, VideoFile } from '../contract/manifest.js';
import { DatabaseError } from './errors.js';
import type { GapsTable, Schema } from './schema.js';
import { inTransaction } from './transaction.js';

export class RecordingMediaRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /**
   * Adds a video file, or takes over the larger size of one that is known.
   * @throws DatabaseError `conflict` when the file is known with another init section
   */
  async addVideo(sessionId: SessionId, video: VideoFile): Promise<void> {
    await inTransaction(this.#db, async (db) => {
      const known = await db
        .selectFrom('videos')
        .select(['init_sha256', 'size_bytes'])
        .where('session_id', '=', sessionId)
        .where('file', '=', video.file)
        .executeTakeFirst();
      if (known === undefined) {
        await db.insertInto('videos').values(videoColumns(sessionId, video)).execute();
        await addSize(db, sessionId, video.initBytes);
        return;
      }
      if (known.init_sha256 !== video.initSha256) throw conflict('video');
      if (video.sizeBytes <= known.size_bytes) return;
      await db
        .updateTable('videos')
        .set({ size_bytes: video.sizeBytes })
        .where('session_id', '=', sessionId)
        .where('file', '=', video.file)
        .execute();
    });
  }

  /**
   * Adds a segment and counts it into its recording once.
   * @throws DatabaseError `conflict` when another segment has its index; `constraint` when its file is unknown
   */
  async addSegment(sessionId: SessionId, segment: Segment): Promise<void> {
    await inTransaction(this.#db, async (db) => {
      const known = await db
        .selectFrom('segments')
        .select(['sha256', 'file', 'offset_bytes'])
        .where('session_id', '=', sessionId)
        .where('segment_index', '=', segment.index)
        .executeTakeFirst();
      if (known !== undefined) {
        const same =
          known.sha256 === segment.sha256 && known.file === segment.file && known.offset_bytes === segment.offset;
        if (!same) throw conflict('segment');
        return;
      }
      await db.insertInto('segments').values(segmentColumns(sessionId, segment)).execute();
      await addSize(db, sessionId, segment.sizeBytes);
      await extendTo(db, sessionId, segment.startMs + segment.durationMs);
    });
  }

  /**
   * Forgets the segments from index `from` on, and the files that have no others, except `keepFile`: storage has lost
   * them, and what is stored in their place is reported next.
   */
  async forgetFrom(sessionId: SessionId, from: number, keepFile: string | null): Promise<void> {
    await inTransaction(this.#db, async (db) => {
      await db.deleteFrom('segments').where('session_id', '=', sessionId).where('segment_index', '>=', from).execute();
      const left = db.selectFrom('segments').select('file').where('session_id', '=', sessionId);
      await db
        .deleteFrom('videos')
        .where('session_id', '=', sessionId)
        .where('file', 'not in', left)
        .where('file', '!=', keepFile ?? '')
        .execute();
      const sum = (table: 'videos' | 'segments', column: 'init_bytes' | 'size_bytes') =>
        db
          .selectFrom(table)
          .select((query) => query.fn.sum<number | string | null>(query.ref(column)).as('bytes'))
          .where('session_id', '=', sessionId)
          .executeTakeFirst();
      const bytes = [await sum('videos', 'init_bytes'), await sum('segments', 'size_bytes')];
      await db
        .updateTable('recordings')
        .set({ size_bytes: bytes.reduce((total, row) => total + Number(row?.bytes ?? 0), 0) })
        .where('session_id', '=', sessionId)
        .execute();
    });
  }

  /** Index of a file's first segment; null while it has none. */
  async firstSegmentOf(sessionId: SessionId, file: string): Promise<number | null> {
    const row = await this.#db
      .selectFrom('segments')
      .select('segment_index as index')
      .where('session_id', '=', sessionId)
      .where('file', '=', file)
      .orderBy('segment_index')
      .executeTakeFirst();
    return row?.index ?? null;
  }

  /** Where a file's last segment ends, in bytes from the file's start; null while it has none. */
  async storedEndOf(sessionId: SessionId, file: string): Promise<number | null> {
    const row = await this.#db
      .selectFrom('segments')
      .select(['offset_bytes as offset', 'size_bytes as sizeBytes'])
      .where('session_id', '=', sessionId)
      .where('file', '=', file)
      .orderBy('segment_index', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? null : row.offset + row.sizeBytes;
  }

  /** Adds a gap and counts it once; a gap that is equal in every field is the same gap. */
  async addGap(sessionId: SessionId, gap: Gap): Promise<void> {
    const row = gapColumns(sessionId, gap);
    await inTransaction(this.#db, async (db) => {
      const added = await db
        .insertInto('gaps')
        .values(row)
        .onConflict((conflicting) => conflicting.columns(['session_id', 'gap_hash']).doNothing())
        .returning('gap_hash')
        .executeTakeFirst();
      if (added === undefined) return;
      await db
        .updateTable('recordings')
        .set((set) => ({ gap_count: set('gap_count', '+', 1) }))
        .where('session_id', '=', sessionId)
        .execute();
    });
  }

  async listVideos(sessionId: SessionId): Promise<readonly VideoFile[]> {
    return this.#db
      .selectFrom('videos')
      .select(['file', 'part', 'width', 'height', 'codec'])
      .select(['init_bytes as initBytes', 'init_sha256 as initSha256', 'size_bytes as sizeBytes'])
      .where('session_id', '=', sessionId)
      .orderBy('file')
      .execute();
  }

  /** Segments in order, from index `from` on. */
  async listSegments(sessionId: SessionId, from = 0): Promise<readonly Segment[]> {
    return this.#db
      .selectFrom('segments')
      .select(['segment_index as index', 'file', 'offset_bytes as offset', 'size_bytes as sizeBytes'])
      .select(['start_ms as startMs', 'duration_ms as durationMs', 'frames', 'sha256', 'chain'])
      .where('session_id', '=', sessionId)
      .where('segment_index', '>=', from)
      .orderBy('segment_index')
      .execute();
  }

  async listGaps(sessionId: SessionId): Promise<readonly Gap[]> {
    const rows = await this.#db
      .selectFrom('gaps')
      .select(['start_ms as startMs', 'end_ms as endMs', 'reason', 'codec', 'area_json', 'bytes', 'pdus'])
      .where('session_id', '=', sessionId)
      .orderBy('start_ms')
      .orderBy('gap_hash')
      .execute();
    return rows.map(({ area_json, ...gap }) => ({
      ...gap,
      area: area_json === null ? null : (JSON.parse(area_json) as Gap['area']),
    }));
  }
}

function conflict(piece: string): DatabaseError {
  return new DatabaseError('conflict', `Another ${piece} of this recording is stored under the same key`);
}

async function addSize(db: Transaction<Schema>, sessionId: SessionId, bytes: number): Promise<void> {
  await db
    .updateTable('recordings')
    .set((set) => ({ size_bytes: set('size_bytes', '+', bytes) }))
    .where('session_id', '=', sessionId)
    .execute();
}

async function extendTo(db: Transaction<Schema>, sessionId: SessionId, endMs: number): Promise<void> {
  await db
    .updateTable('recordings')
    .set({ duration_ms: endMs })
    .where('session_id', '=', sessionId)
    .where('duration_ms', '<', endMs)
    .execute();
}

function videoColumns(sessionId: SessionId, video: VideoFile) {
  return {
    session_id: sessionId,
    file: video.file,
    part: video.part,
    width: video.width,
    height: video.height,
    codec: video.codec,
    init_bytes: video.initBytes,
    init_sha256: video.initSha256,
    size_bytes: video.sizeBytes,
  };
}

function segmentColumns(sessionId: SessionId, segment: Segment) {
  return {
    session_id: sessionId,
    segment_index: segment.index,
    file: segment.file,
    offset_bytes: segment.offset,
    size_bytes: segment.sizeBytes,
    start_ms: segment.startMs,
    duration_ms: segment.durationMs,
    frames: segment.frames,
    sha256: segment.sha256,
    chain: segment.chain,
  };
}

function gapColumns(sessionId: SessionId, gap: Gap): GapsTable {
  const area = gap.area === null ? null : { ...gap.area };
  return {
    session_id: sessionId,
    gap_hash: createHash('sha256')
      .update(canonicalJson({ ...gap, area }))
      .digest('hex'),
    start_ms: gap.startMs,
    end_ms: gap.endMs,
    reason: gap.reason,
    codec: gap.codec,
    area_json: area === null ? null : canonicalJson(area),
    bytes: gap.bytes,
    pdus: gap.pdus,
  };
}
