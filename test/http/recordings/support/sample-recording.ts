/** A recording as a recorder leaves it in storage, put together by hand from given fragments. */
import { createHash, sign, type KeyObject } from 'node:crypto';
import type { SessionInfo } from '../../../../src/contract/api.js';
import { decisionId, sessionId, type SessionId } from '../../../../src/contract/ids.js';
import { canonicalJson, type Json } from '../../../../src/contract/json.js';
import {
  recordingFolder,
  type Gap,
  type Interruption,
  type Manifest,
  type ManifestBody,
  type RecordingEvent,
  type Segment,
  type VideoFile,
} from '../../../../src/contract/manifest.js';
import { keyIdOf } from '../../../../src/audit/signer.js';
import type { StoredRecording } from '../../../../src/http/recordings/deps.js';

export const SESSION: SessionId = sessionId('01890a5d-ac96-774b-bcce-b302099a8057');
export const STARTED_AT_MS = Date.UTC(2026, 0, 2, 9, 30);

export interface SampleSegment {
  readonly bytes: Uint8Array;
  readonly startMs: number;
  readonly durationMs: number;
  readonly frames: number;
}

export interface SampleVideo {
  readonly init: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly codec: string;
  readonly segments: readonly SampleSegment[];
}

export interface SampleParts {
  readonly videos: readonly SampleVideo[];
  readonly events: readonly RecordingEvent[];
  readonly gaps?: readonly Gap[];
  readonly interruptions?: readonly Interruption[];
}

export interface SampleRecording {
  readonly folder: string;
  readonly body: ManifestBody;
  /** By name within the folder, without the manifest. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

export function sampleRecording(parts: SampleParts): SampleRecording {
  const files = new Map<string, Uint8Array>();
  const videos: VideoFile[] = [];
  const segments: Segment[] = [];
  for (const [index, video] of parts.videos.entries()) {
    const file = `video-${String(index + 1).padStart(4, '0')}.mp4`;
    const bytes = Buffer.concat([video.init, ...video.segments.map((one) => one.bytes)]);
    files.set(file, bytes);
    videos.push(videoRow(video, file, bytes.length));
    appendSegments(segments, video, file);
  }
  const events = Buffer.from(parts.events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  files.set('events.ndjson', events);
  const last = segments.at(-1);
  const body = manifestBody(parts, videos, segments, events, last === undefined ? 0 : last.startMs + last.durationMs);
  return { folder: recordingFolder(SESSION, STARTED_AT_MS), body, files };
}

function videoRow({ init, width, height, codec }: SampleVideo, file: string, sizeBytes: number): VideoFile {
  return { file, part: 1, width, height, codec, initBytes: init.length, initSha256: sha256(init), sizeBytes };
}

function appendSegments(segments: Segment[], video: SampleVideo, file: string): void {
  let offset = video.init.length;
  for (const { bytes, startMs, durationMs, frames } of video.segments) {
    const hash = sha256(bytes);
    segments.push({
      index: segments.length,
      file,
      offset,
      sizeBytes: bytes.length,
      startMs,
      durationMs,
      frames,
      sha256: hash,
      chain: sha256((segments.at(-1)?.chain ?? '0'.repeat(64)) + hash),
    });
    offset += bytes.length;
  }
}

function manifestBody(
  parts: SampleParts,
  videos: readonly VideoFile[],
  segments: readonly Segment[],
  events: Uint8Array,
  durationMs: number,
): ManifestBody {
  const frames = segments.reduce((sum, segment) => sum + segment.frames, 0);
  return {
    format: 'witness-recording',
    version: 1,
    sessionId: SESSION,
    decisionId: decisionId('01890a5d-ac96-774b-bcce-b302099a8058'),
    facts: { connectionMethod: 'native', authenticationMethod: 'password', protocol: 'rdp' },
    recording: 'required',
    sessionStartedAtMs: STARTED_AT_MS,
    durationMs,
    outcome: 'complete',
    parts: [
      {
        part: 1,
        startMs: 0,
        endMs: durationMs,
        traceSha256: sha256('trace'),
        traceBytes: 5,
        tornBytes: 0,
        endReason: 'signed out',
      },
    ],
    encoder: { name: 'ffmpeg', version: '5.1', settings: 'crf 20' },
    videos,
    segments,
    events: {
      file: 'events.ndjson',
      count: parts.events.length,
      sizeBytes: events.length,
      sha256: sha256(events),
    },
    gaps: parts.gaps ?? [],
    interruptions: parts.interruptions ?? [],
    coverage: {
      traceBytes: 5,
      records: frames,
      pdusReceived: frames,
      pdusDecoded: frames,
      pdusDropped: 0,
      bytesReceived: 5,
      bytesDecoded: 5,
      bytesDropped: 0,
      framesPaced: frames,
      framesEncoded: frames,
      framesDropped: 0,
    },
    audit: { chainId: 'gateway-1', sequence: 7, hash: sha256('row') },
  };
}

export function signManifest(body: ManifestBody, privateKey: KeyObject, publicKey: KeyObject): Manifest {
  const value = sign(null, Buffer.from(canonicalJson(body as unknown as Json)), privateKey).toString('base64');
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  return { ...body, signature: { algorithm: 'Ed25519', keyId: keyIdOf(publicKey), publicKey: spki, value } };
}

/** The database's view of it. */
export function storedRecording(sample: SampleRecording, complete = true): StoredRecording {
  const { body, folder } = sample;
  return {
    folder,
    complete,
    withheld: false,
    session: sampleSession(body, complete),
    sessionStartedAtMs: body.sessionStartedAtMs,
    durationMs: body.durationMs,
    encoder: `${body.encoder.name} ${body.encoder.version}`,
    videos: body.videos,
    segments: body.segments,
    gaps: body.gaps,
    interruptions: body.interruptions,
  };
}

function sampleSession(body: ManifestBody, complete: boolean): SessionInfo {
  const at = (ms: number): string => new Date(body.sessionStartedAtMs + ms).toISOString();
  return {
    id: body.sessionId,
    userName: 'ada',
    targetName: 'ledger-db',
    targetAddress: '10.0.0.12',
    connectionMethod: 'native',
    authenticationMethod: 'password',
    state: complete ? 'ended' : 'live',
    recording: complete ? 'finished' : 'live',
    clientAddress: '192.0.2.7',
    createdAt: at(-2000),
    startedAt: at(0),
    endedAt: complete ? at(body.durationMs) : null,
    durationMs: body.durationMs,
    endReason: complete ? 'The user signed out.' : null,
    gapCount: body.gaps.length,
    videoBytes: body.videos.reduce((sum, video) => sum + video.sizeBytes, 0),
  };
}
