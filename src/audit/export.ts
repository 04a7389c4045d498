/**
 * Export of audit rows, as JSON lines or CSV. Rows come by chain and sequence; the cursor of a row is
 * `<chainId>:<sequence>`, and an export that broke off goes on after the last row that arrived. Every export ends with a
 * record that says so: what has no such end is incomplete.
 */
import { chainId, type ChainId } from '../contract/ids.js';
import type { AuditRow } from '../contract/audit-event.js';
import { canonicalJson } from '../contract/json.js';
import type { AuditEventRepository, ChainRange, TimeSpan } from '../database/audit-events.js';
import { readRange } from './rows.js';

export type ExportFormat = 'ndjson' | 'csv';

export interface ExportRequest extends TimeSpan {
  readonly format: ExportFormat;
  /** Only rows after this one. */
  readonly after: AuditCursor | null;
}

export interface AuditCursor {
  readonly chainId: ChainId;
  readonly sequence: number;
}

const CSV_COLUMNS = 'chainId,sequence,time,kind,actor,sessionId,data,previousHash,hash';
const MAX_CURSOR_CHARACTERS = 300;

/** Null when the text is no cursor. */
export function parseCursor(text: string): AuditCursor | null {
  const match = text.length <= MAX_CURSOR_CHARACTERS ? /^(.+):([0-9]{1,15})$/.exec(text) : null;
  const [, chain, sequence] = match ?? [];
  if (chain === undefined || sequence === undefined) return null;
  return { chainId: chainId(chain), sequence: Number(sequence) };
}

export function formatCursor(row: AuditCursor): string {
  return `${row.chainId}:${row.sequence}`;
}

/**
 * The export as pieces of text. What is appended to the log while it runs is not part of it.
 *
 * The last line is `{"end":{"rows":<count>,"next":<cursor or null>}}`, in CSV the record `end-of-export,<count>,<cursor>`:
 * `next` is the cursor of the last row, or the one that was asked for when there was none.
 */
export async function* exportRows(
  events: Pick<AuditEventRepository, 'page' | 'ranges'>,
  request: ExportRequest,
): AsyncGenerator<string> {
  const { format } = request;
  if (format === 'csv') yield `${CSV_COLUMNS}\r\n`;
  let count = 0;
  let cursor = request.after;
  for (const range of await remainingRanges(events, request)) {
    for await (const row of readRange(events, range, request)) {
      yield format === 'csv' ? csvLine(row) : `${canonicalJson({ ...row })}\n`;
      cursor = row;
      count++;
    }
  }
  const next = cursor === null ? null : formatCursor(cursor);
  if (format === 'csv') yield `end-of-export,${count},${csvCell(next ?? '')},,,,,,\r\n`;
  else yield `${canonicalJson({ end: { rows: count, next } })}\n`;
}

async function remainingRanges(
  events: Pick<AuditEventRepository, 'ranges'>,
  { after, fromMs, toMs }: ExportRequest,
): Promise<readonly ChainRange[]> {
  const ranges = await events.ranges({ fromMs, toMs });
  if (after === null) return ranges;
  // The database has ordered the chains; a cursor's chain that is not among them has no rows left in this span.
  const start = ranges.findIndex((range) => range.chainId === after.chainId);
  if (start === -1) return ranges.filter((range) => range.chainId > after.chainId);
  return ranges
    .slice(start)
    .map((range) => (range.chainId === after.chainId ? { ...range, first: after.sequence + 1 } : range));
}

function csvLine(row: AuditRow): string {
  const cells = [
    row.chainId,
    String(row.sequence),
    new Date(row.timeMs).toISOString(),
    row.kind,
    row.actor,
    row.sessionId ?? '',
    canonicalJson(row.data),
    row.previousHash,
    row.hash,
  ];
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** Quotes a cell (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe in front. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
