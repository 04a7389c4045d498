/** What a manifest can be held to by itself: its signature, and that its lists are complete, chained and contiguous. */
import { createHash, type KeyObject } from 'node:crypto';
import type { Json } from '../contract/json.js';
import type { Manifest, Segment } from '../contract/manifest.js';
import { RecordingFaultFound } from './recording-fault.js';
import { keyIdOf, verifySignature } from './signer.js';

const MANIFEST = 'manifest.json';
const CHAIN_START = '0'.repeat(64);

/** Checks the signature against the trusted keys; the key inside the manifest proves nothing. @throws RecordingFaultFound */
export function checkSignature(manifest: Manifest, publicKeys: readonly KeyObject[]): void {
  const { signature, ...body } = manifest;
  const key = publicKeys.find((one) => keyIdOf(one) === signature.keyId);
  if (key === undefined) throw new RecordingFaultFound('key-unknown', MANIFEST);
  // The body came out of JSON.parse, so it is JSON.
  if (!verifySignature(body as unknown as Json, signature.value, key)) {
    throw new RecordingFaultFound('signature-wrong', MANIFEST);
  }
}

/** Every file is its init section and then its segments, without a byte between or after. @throws RecordingFaultFound */
export function checkLayout({ videos, segments }: Manifest): void {
  const ends = new Map(videos.map((video) => [video.file, video.initBytes]));
  if (ends.size !== videos.length) throw new RecordingFaultFound('layout-wrong', MANIFEST);
  for (const [index, segment] of segments.entries()) {
    const end = ends.get(segment.file);
    if (end !== segment.offset || segment.index !== index || segment.sizeBytes === 0) throw at('layout-wrong', segment);
    ends.set(segment.file, end + segment.sizeBytes);
  }
  for (const { file, sizeBytes } of videos) {
    const end = ends.get(file) ?? 0;
    if (end !== sizeBytes) throw new RecordingFaultFound('layout-wrong', file, end, Math.max(sizeBytes - end, 0));
  }
}

/** @throws RecordingFaultFound */
export function checkChain(segments: readonly Segment[]): void {
  let chain = CHAIN_START;
  for (const segment of segments) {
    chain = createHash('sha256')
      .update(chain + segment.sha256)
      .digest('hex');
    if (chain !== segment.chain) throw at('chain-wrong', segment);
  }
}

/** Each segment starts where the last one ended, or a gap or an interruption covers the hole. @throws RecordingFaultFound */
export function checkTimes({ segments, gaps, interruptions, durationMs }: Manifest): void {
  const excuses = [...gaps, ...interruptions].toSorted((a, b) => a.startMs - b.startMs);
  let endMs: number | null = null;
  for (const segment of segments) {
    const contiguous = endMs === null || endMs === segment.startMs;
    if (!contiguous && !isExcused(endMs ?? 0, segment.startMs, excuses)) throw at('times-wrong', segment);
    endMs = segment.startMs + segment.durationMs;
    if (endMs > durationMs) throw at('times-wrong', segment);
  }
}

function isExcused(fromMs: number, toMs: number, excuses: readonly { startMs: number; endMs: number }[]): boolean {
  if (fromMs > toMs) return false;
  let covered = fromMs;
  for (const { startMs, endMs } of excuses) {
    if (startMs <= covered) covered = Math.max(covered, endMs);
  }
  return covered >= toMs;
}

function at(code: 'layout-wrong' | 'chain-wrong' | 'times-wrong', segment: Segment): RecordingFaultFound {
  return new RecordingFaultFound(code, segment.file, segment.offset, segment.sizeBytes, segment.index);
}
