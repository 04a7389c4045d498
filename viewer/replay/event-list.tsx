/** What happened, as a list that can be filtered; a click goes there. Only rows in sight are in the document. */
import { memo } from 'preact/compat';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { EventInfo } from '../../src/contract/api.js';
import { formatPosition, humanize } from '../lib/format.js';
import { MAX_EVENTS, type Events } from './use-events.js';

/** As `--event-row` in replay.css. */
const ROW_PX = 48;
const ROWS_AROUND = 6;
/** Half of the view at first, until it has been measured. */
const ROWS_AT_FIRST = 20;

interface EventListProps {
  readonly events: Events;
  readonly sessionMs: number;
  readonly onSeek: (sessionMs: number) => void;
}

export function EventList({ events, sessionMs, onSeek }: EventListProps) {
  const [kind, setKind] = useState('');
  const [text, setText] = useState('');
  const kinds = useMemo(() => [...new Set(events.events.map((event) => event.kind))].toSorted(), [events.events]);
  const shown = useMemo(() => filterEvents(events.events, kind, text), [events.events, kind, text]);
  const current = shown.findLastIndex((event) => event.mediaMs <= sessionMs + 1);
  return (
    <section class="events card" aria-label="Events">
      <div class="events-filter">
        <select aria-label="Kind of event" value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
          <option value="">All events</option>
          {kinds.map((one) => (
            <option key={one} value={one}>
              {humanize(one)}
            </option>
          ))}
        </select>
        <input
          type="search"
          placeholder="Find in events"
          aria-label="Find in events"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </div>
      <Rows shown={shown} current={current} onSeek={onSeek} />
      <p class="events-foot muted" role="status">
        {footer(events, shown.length)}
      </p>
    </section>
  );
}

const Rows = memo(
  ({ shown, current, onSeek }: { shown: readonly EventInfo[]; current: number; onSeek: (ms: number) => void }) => {
    const box = useRef<HTMLDivElement>(null);
    const [first, setFirst] = useState(0);
    const [count, setCount] = useState(ROWS_AT_FIRST);
    useLayoutEffect(() => {
      if (box.current !== null) setCount(Math.ceil(box.current.clientHeight / ROW_PX) + 2 * ROWS_AROUND);
    }, [shown]);
    const scrolled = (): void => {
      if (box.current !== null) setFirst(Math.max(0, Math.floor(box.current.scrollTop / ROW_PX) - ROWS_AROUND));
    };
    useEffect(() => {
      // Whoever has the pointer in the list reads it: it must not move then.
      if (box.current !== null && !box.current.matches(':hover')) reveal(box.current, current);
    }, [current]);
    const start = Math.min(first, Math.max(0, shown.length - count));
    return (
      <div ref={box} class="events-box" onScroll={scrolled}>
        <ol style={{ height: `${shown.length * ROW_PX}px` }}>
          {shown.slice(start, start + count).map((event, index) => (
            <li key={start + index} style={{ top: `${(start + index) * ROW_PX}px` }}>
              <Row event={event} current={start + index === current} onSeek={onSeek} />
            </li>
          ))}
        </ol>
      </div>
    );
  },
);

/** Scrolls the list, and nothing around it, so that the row is in sight. */
function reveal(box: HTMLElement, row: number): void {
  const top = Math.max(row, 0) * ROW_PX;
  if (top < box.scrollTop || top + ROW_PX > box.scrollTop + box.clientHeight) {
    box.scrollTop = top - (box.clientHeight - ROW_PX) / 2;
  }
}

function Row({ event, current, onSeek }: { event: EventInfo; current: boolean; onSeek: (ms: number) => void }) {
  const details = describe(event);
  return (
    <button
      type="button"
      class={`event event-${event.kind}`}
      aria-current={current ? 'true' : undefined}
      onClick={() => onSeek(event.mediaMs)}
    >
      <span class="number event-time">{formatPosition(event.mediaMs)}</span>
      <span class="event-kind">{humanize(event.kind)}</span>
      <span class="event-data muted" title={details}>
        {details}
      </span>
    </button>
  );
}

function describe({ data }: EventInfo): string {
  return Object.entries(data)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
}

function filterEvents(events: readonly EventInfo[], kind: string, text: string): readonly EventInfo[] {
  const wanted = text.trim().toLowerCase();
  if (kind === '' && wanted === '') return events;
  return events.filter((event) => {
    if (kind !== '' && event.kind !== kind) return false;
    return `${humanize(event.kind)} ${describe(event)}`.toLowerCase().includes(wanted);
  });
}

function footer({ events, loading, problem, cut }: Events, shown: number): string {
  if (problem !== null) return `Events cannot be loaded: ${problem.detail} Trying again.`;
  if (cut) return `The first ${MAX_EVENTS} events are shown; events.ndjson in storage has all of them.`;
  if (loading) return 'Loading events…';
  if (events.length === 0) return 'No events.';
  return shown === events.length ? `${shown} events` : `${shown} of ${events.length} events`;
}
