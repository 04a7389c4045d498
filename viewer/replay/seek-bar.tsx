/** The time line: where we are, what is idle, what is missing, what happened. Session time from end to end. */
import { memo } from 'preact/compat';
import { useRef, useState } from 'preact/hooks';
import type { EventInfo, RecordingInfo } from '../../src/contract/api.js';
import type { TimeSpan } from '../../src/contract/time-line.js';
import { formatPosition, humanize } from '../lib/format.js';

interface SeekBarProps {
  readonly info: RecordingInfo;
  readonly events: readonly EventInfo[];
  readonly sessionMs: number;
  readonly onSeek: (sessionMs: number) => void;
}

export function SeekBar({ info, events, sessionMs, onSeek }: SeekBarProps) {
  const bar = useRef<HTMLDivElement>(null);
  const [hoverMs, setHover] = useState<number | null>(null);
  const { durationMs } = info;
  const timeAt = (event: PointerEvent): number => {
    const box = bar.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return 0;
    return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * durationMs;
  };
  const press = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    bar.current?.setPointerCapture(event.pointerId);
    onSeek(timeAt(event));
  };
  const move = (event: PointerEvent): void => {
    const ms = timeAt(event);
    setHover(ms);
    if (bar.current?.hasPointerCapture(event.pointerId) === true) onSeek(ms);
  };
  const shown = Math.min(sessionMs, durationMs);
  return (
    <div class="seek">
      <div
        ref={bar}
        class="seek-bar"
        role="slider"
        tabIndex={0}
        aria-label="Position in the session"
        aria-valuemin={0}
        aria-valuemax={Math.round(durationMs)}
        aria-valuenow={Math.round(shown)}
        aria-valuetext={formatPosition(shown)}
        onPointerDown={press}
        onPointerMove={move}
        onPointerLeave={() => setHover(null)}
      >
        <Marks info={info} events={events} />
        <div class="seek-done" style={{ width: percent(shown, durationMs) }} />
        <div class="seek-thumb" style={{ left: percent(shown, durationMs) }} />
      </div>
      {hoverMs !== null && (
        <div class="seek-hover" aria-hidden="true" style={{ left: percent(hoverMs, durationMs) }}>
          {formatPosition(hoverMs)}
          <HoverReason info={info} atMs={hoverMs} />
        </div>
      )}
    </div>
  );
}

/** Does not change with the position. */
const Marks = memo(({ info, events }: { info: RecordingInfo; events: readonly EventInfo[] }) => (
  <>
    <div class="seek-track" />
    <Spans name="idle" spans={info.idle} durationMs={info.durationMs} />
    <Spans name="interruption" spans={info.interruptions} durationMs={info.durationMs} />
    <Spans name="gap" spans={info.gaps} durationMs={info.durationMs} />
    {ticks(events, info.durationMs).map((left) => (
      <div key={left} class="seek-event" style={{ left: `${left / 10}%` }} />
    ))}
  </>
));

function Spans({ name, spans, durationMs }: { name: string; spans: readonly TimeSpan[]; durationMs: number }) {
  return (
    <>
      {spans.map(({ startMs, endMs }) => (
        <div
          key={startMs}
          class={`seek-span seek-${name}`}
          style={{ left: percent(startMs, durationMs), width: percent(endMs - startMs, durationMs) }}
        />
      ))}
    </>
  );
}

function HoverReason({ info, atMs }: { info: RecordingInfo; atMs: number }) {
  const covers = ({ startMs, endMs }: TimeSpan): boolean => atMs >= startMs && atMs < endMs;
  const gap = info.gaps.find(covers);
  const interruption = info.interruptions.find(covers);
  if (gap !== undefined) return <span class="seek-reason">Gap: {humanize(gap.reason)}</span>;
  if (interruption !== undefined) return <span class="seek-reason">No client: {humanize(interruption.reason)}</span>;
  return info.idle.some(covers) ? <span class="seek-reason">Idle</span> : null;
}

/** Positions in thousandths of the bar, each once: a bar has no room for more. */
function ticks(events: readonly EventInfo[], durationMs: number): number[] {
  if (durationMs === 0) return [];
  return [...new Set(events.map(({ mediaMs }) => Math.round((Math.min(mediaMs, durationMs) / durationMs) * 1000)))];
}

function percent(ms: number, durationMs: number): string {
  return durationMs === 0 ? '0%' : `${((ms / durationMs) * 100).toFixed(3)}%`;
}
