import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_PAGE_BYTES, readEventPage } from '../../../src/http/recordings/event-page.js';
import { parseRange } from '../../../src/http/recordings/range.js';
import { StreamSlots } from '../../../src/http/recordings/stream-slots.js';
import { beginViewing, isViewing, VIEWING_LIFETIME_MS } from '../../../src/http/recordings/viewing.js';
import { MemoryStore } from './support/memory-store.js';

describe('the Range header', () => {
  it.each([
    ['bytes=0-', { kind: 'part', offset: 0, sizeBytes: 100 }],
    ['bytes=10-19', { kind: 'part', offset: 10, sizeBytes: 10 }],
    ['bytes=90-500', { kind: 'part', offset: 90, sizeBytes: 10 }],
    ['bytes=-30', { kind: 'part', offset: 70, sizeBytes: 30 }],
    ['bytes=-500', { kind: 'part', offset: 0, sizeBytes: 100 }],
    ['bytes=100-', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    ['bytes=5-4', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['bytes=0-1,5-6', { kind: 'whole' }],
    ['items=0-1', { kind: 'whole' }],
    [undefined, { kind: 'whole' }],
  ])('%s', (header, expected) => {
    expect(parseRange(header, 100)).toEqual(expected);
  });

  it('never leaves the file', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(), fc.nat(1000), (noise, first, last, size) => {
        for (const header of [noise, `bytes=${first}-${last}`, `bytes=-${last}`, `bytes=${first}-`]) {
          const range = parseRange(header, size);
          if (range.kind !== 'part') continue;
          expect(range.sizeBytes).toBeGreaterThan(0);
          expect(range.offset + range.sizeBytes).toBeLessThanOrEqual(size);
        }
      }),
    );
  });
});

describe('a viewing', () => {
  const key = new Uint8Array(32).fill(1);
  const subject = { sessionId: 's', actor: 'user:1' };
  const { text } = beginViewing(key, subject, 1000);

  it('is for one person, one session, one key and a time', () => {
    expect(isViewing(key, subject, text, 1000)).toBe(true);
    expect(isViewing(key, subject, text, 1000 + VIEWING_LIFETIME_MS)).toBe(false);
    expect(isViewing(key, { ...subject, actor: 'user:2' }, text, 1000)).toBe(false);
    expect(isViewing(key, { ...subject, sessionId: 't' }, text, 1000)).toBe(false);
    expect(isViewing(new Uint8Array(32).fill(2), subject, text, 1000)).toBe(false);
  });

  it('cannot be altered at any place', () => {
    for (let at = 0; at < text.length - 1; at++) {
      const altered = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
      expect(isViewing(key, subject, altered, 1000)).toBe(false);
    }
  });
});

describe('stream slots', () => {
  it('are bounded in all and for each person, and given back once', () => {
    const slots = new StreamSlots(3, 2);
    const first = slots.take('a');
    expect(first).not.toBeNull();
    expect(slots.take('a')).not.toBeNull();
    expect(slots.take('a')).toBeNull();
    expect(slots.take('b')).not.toBeNull();
    expect(slots.take('c')).toBeNull();
    first?.();
    first?.();
    expect(slots.take('c')).not.toBeNull();
    expect(slots.take('d')).toBeNull();
  });
});

describe('pages of events', () => {
  const line = (mediaMs: number): string => `${JSON.stringify({ mediaMs, kind: 'resize', data: { width: 1 } })}\n`;
  const storeOf = (text: string): MemoryStore => {
    const store = new MemoryStore();
    store.files.set('f/events.ndjson', Buffer.from(text));
    return store;
  };
  const read = (store: MemoryStore, after: number, limit = 500) =>
    readEventPage(store, 'f/events.ndjson', after, limit, AbortSignal.timeout(5000));

  it('lead through all events without loss or repetition', async () => {
    const store = storeOf(Array.from({ length: 7000 }, (_, i) => line(i)).join(''));
    const seen: number[] = [];
    let page = await read(store, 0);
    for (;;) {
      seen.push(...page.events.map((event) => event.mediaMs));
      if (!page.more) break;
      page = await read(store, page.next);
    }
    expect(seen).toEqual(Array.from({ length: 7000 }, (_, i) => i));
    expect(Math.max(...store.reads.map((one) => one.range.sizeBytes))).toBeLessThanOrEqual(EVENT_PAGE_BYTES);
  });

  it('wait for a line that is still being written', async () => {
    const page = await read(storeOf(line(1) + line(2).slice(0, 10)), 0);
    expect(page).toEqual({ events: [expect.objectContaining({ mediaMs: 1 })], next: line(1).length, more: true });
    const rest = await read(storeOf(line(1) + line(2).slice(0, 10)), page.next);
    expect(rest).toEqual({ events: [], next: page.next, more: false });
  });

  it('show a damaged line where it stands', async () => {
    const { events } = await read(storeOf(`${line(5)}{"mediaMs":"6"}\nnonsense\n${line(7)}`), 0);
    expect(events.map((event) => [event.kind, event.mediaMs])).toEqual([
      ['resize', 5],
      ['unreadable', 5],
      ['unreadable', 5],
      ['resize', 7],
    ]);
  });

  it('are empty before there is a file, and refuse a line without end', async () => {
    expect(await read(new MemoryStore(), 0)).toEqual({ events: [], next: 0, more: false });
    await expect(read(storeOf('x'.repeat(EVENT_PAGE_BYTES + 1)), 0)).rejects.toMatchObject({ code: 'too-large' });
  });
});
