import type { RecordingInfo } from '../../src/contract/api.js';
import { formatSpan, plural } from '../lib/format.js';

/** What the marks on the time line mean, with how much of each there is. */
export function Legend({ info, events }: { info: RecordingInfo; events: number }) {
  const total = (spans: RecordingInfo['idle']): string =>
    formatSpan(spans.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0));
  return (
    <ul class="legend muted" aria-label="Time line">
      <li>
        <span class="key seek-gap" /> {plural(info.gaps.length, 'gap')}
        {info.gaps.length > 0 && `, ${total(info.gaps)}`}
      </li>
      <li>
        <span class="key seek-interruption" /> {plural(info.interruptions.length, 'interruption')}
        {info.interruptions.length > 0 && `, ${total(info.interruptions)}`}
      </li>
      <li>
        <span class="key seek-idle" /> idle {total(info.idle)}
      </li>
      <li>
        <span class="key key-event" /> {plural(events, 'event')}
      </li>
    </ul>
  );
}
