/** Pages of a recording's `events.ndjson`, read by byte offset so that the end of a growing file can be followed. */
import type { EventInfo, EventPage } from '../../contract/api.js';
import type { RecordingStore } from '../../storage/recording-store.js';
import { StorageError } from '../../storage/storage-error.js';

/** Read at a time. A line may not be longer. */
export const EVENT_PAGE_BYTES = 256 * 1024;
export const MAX_EVENTS_PER_PAGE = 1_000;

const NEWLINE = 0x0a;

/** Events from byte `after` on. A file that does not exist yet has no events. @throws StorageError */
export async function readEventPage(
  store: RecordingStore,
  path: string,
  after: number,
  limit: number,
  signal: AbortSignal,
): Promise<EventPage> {
  const sizeBytes = await sizeOrZero(store, path, signal);
  const available = Math.max(sizeBytes - after, 0);
  const bytes = new Uint8Array(Math.min(available, EVENT_PAGE_BYTES));
  let at = 0;
  const stream = await store.readRange(path, { offset: after, sizeBytes: bytes.length }, signal);
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  const { events, usedBytes } = parseLines(bytes, after, limit);
  if (usedBytes === 0 && bytes.length === EVENT_PAGE_BYTES) {
    throw new StorageError('too-large', `${path} has a line over ${EVENT_PAGE_BYTES} bytes at ${after}`);
  }
  const next = after + usedBytes;
  return { events, next, more: usedBytes > 0 && next < sizeBytes };
}

function parseLines(bytes: Uint8Array, offset: number, limit: number): { events: EventInfo[]; usedBytes: number } {
  const events: EventInfo[] = [];
  const decoder = new TextDecoder();
  let start = 0;
  while (events.length < limit) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) break;
    events.push(parseLine(decoder.decode(bytes.subarray(start, end)), offset + start, events.at(-1)?.mediaMs ?? 0));
    start = end + 1;
  }
  return { events, usedBytes: start };
}

/** A line that cannot be read is shown as such, where it stands: leaving it out would hide the damage. */
function parseLine(line: string, offset: number, previousMs: number): EventInfo {
  try {
    const value: unknown = JSON.parse(line);
    if (isEvent(value)) return { mediaMs: value.mediaMs, kind: value.kind, data: value.data };
  } catch {
    // Falls through to the same answer as JSON of another shape.
  }
  return { mediaMs: previousMs, kind: 'unreadable', data: { offset } };
}

function isEvent(value: unknown): value is EventInfo {
  if (typeof value !== 'object' || value === null) return false;
  if (!('mediaMs' in value && 'kind' in value && 'data' in value)) return false;
  if (typeof value.mediaMs !== 'number' || typeof value.kind !== 'string') return false;
  if (typeof value.data !== 'object' || value.data === null || Array.isArray(value.data)) return false;
  return Object.values(value.data).every((item) => ['string', 'number', 'boolean'].includes(typeof item));
}

async function sizeOrZero(store: RecordingStore, path: string, signal: AbortSignal): Promise<number> {
  try {
    return await store.size(path, signal);
  } catch (error) {
    if (error instanceof StorageError && error.code === 'not-found') return 0;
    throw error;
  }
}
