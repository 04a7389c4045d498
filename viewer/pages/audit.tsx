/** Export of the audit log: a window of time, a format, a file. */
import { useMemo, useState } from 'preact/hooks';
import { Page } from '../components/page.js';
import { toLocalField } from '../lib/format.js';

const DAY_MS = 86_400_000;

const FORMATS = [
  { id: 'ndjson', label: 'JSON lines', hint: 'Every field with its hashes, for scripts and for checking the chain.' },
  { id: 'csv', label: 'CSV', hint: 'One row an event, for a spreadsheet.' },
] as const;

const PRESETS = [
  { label: 'Last 24 hours', days: 1 },
  { label: 'Last 7 days', days: 7 },
  { label: 'Last 30 days', days: 30 },
] as const;

export function AuditPage() {
  const [from, setFrom] = useState(() => toLocalField(new Date(Date.now() - 7 * DAY_MS)));
  const [to, setTo] = useState(() => toLocalField(new Date(Date.now() + 60_000)));
  const [format, setFormat] = useState<(typeof FORMATS)[number]['id']>('ndjson');
  const href = useMemo(() => exportUrl(from, to, format), [from, to, format]);
  const preset = (days: number): void => {
    setFrom(toLocalField(new Date(Date.now() - days * DAY_MS)));
    setTo(toLocalField(new Date(Date.now() + 60_000)));
  };
  return (
    <Page title="Audit export" lead="Times are those of this browser. An export is an audit event itself.">
      <div class="card form">
        <div class="row" role="group" aria-label="Common windows">
          {PRESETS.map(({ label, days }) => (
            <button key={days} type="button" class="button" onClick={() => preset(days)}>
              {label}
            </button>
          ))}
        </div>
        <div class="fields">
          <label>
            From
            <input type="datetime-local" value={from} onInput={(event) => setFrom(event.currentTarget.value)} />
          </label>
          <label>
            Until
            <input type="datetime-local" value={to} onInput={(event) => setTo(event.currentTarget.value)} />
          </label>
        </div>
        <fieldset class="formats">
          <legend>Format</legend>
          {FORMATS.map(({ id, label, hint }) => (
            <label key={id} class="format">
              <input type="radio" name="format" checked={format === id} onChange={() => setFormat(id)} />
              <span>
                {label}
                <span class="muted hint">{hint}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div class="row form-end">
          {href === null ? (
            <button type="button" class="button button-main" disabled>
              Download
            </button>
          ) : (
            <a class="button button-main" href={href} download>
              Download
            </a>
          )}
          <p class="muted" role="status">
            {href === null
              ? 'The window must end after it begins.'
              : 'Your browser shows the progress. The last line says how many rows there are: without it, the file is cut off.'}
          </p>
        </div>
      </div>
    </Page>
  );
}

/** Null for a window that is empty or not filled in. */
function exportUrl(from: string, to: string, format: string): string | null {
  const [fromMs, toMs] = [new Date(from).getTime(), new Date(to).getTime()];
  if (Number.isNaN(fromMs) || Number.isNaN(toMs) || fromMs >= toMs) return null;
  const query = new URLSearchParams({
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    format,
  });
  return `/api/v1/audit/events?${query.toString()}`;
}
