/** The shape of a manifest that comes from storage, where anybody may have written it. */
import Type, { type TSchema } from 'typebox';
import Value from 'typebox/value';
import type { Manifest } from '../contract/manifest.js';

const count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const text = Type.String({ maxLength: 4096 });
const videoName = Type.String({ pattern: '^video-[0-9]{4}\\.mp4$' });
const span = { startMs: count, endMs: count, reason: text };
const object = <Fields extends { [name: string]: TSchema }>(fields: Fields) => Type.Object(fields);

const video = object({
  file: videoName,
  part: count,
  width: count,
  height: count,
  codec: text,
  initBytes: count,
  initSha256: sha256,
  sizeBytes: count,
});

const segment = object({
  index: count,
  file: videoName,
  offset: count,
  sizeBytes: count,
  startMs: count,
  durationMs: count,
  frames: count,
  sha256,
  chain: sha256,
});

const manifest = object({
  format: Type.Literal('witness-recording'),
  version: Type.Literal(1),
  sessionId: text,
  sessionStartedAtMs: count,
  durationMs: count,
  videos: Type.Array(video),
  segments: Type.Array(segment),
  events: object({ file: Type.Literal('events.ndjson'), count, sizeBytes: count, sha256 }),
  gaps: Type.Array(object(span)),
  interruptions: Type.Array(object(span)),
  audit: object({ chainId: text, sequence: count, hash: sha256 }),
  signature: object({ algorithm: Type.Literal('Ed25519'), keyId: text, publicKey: text, value: text }),
});

/** True for what has every field that verification reads. The other fields are vouched for by the signature alone. */
export function isManifest(value: unknown): value is Manifest {
  return Value.Check(manifest, value);
}
