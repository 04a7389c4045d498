/** Reads audit rows page by page: no read holds up an append for longer than a page, and memory stays flat. */
import type { AuditRow } from '../contract/audit-event.js';
import type { ChainId } from '../contract/ids.js';
import type { AuditEventRepository, ChainRange, TimeSpan } from '../database/audit-events.js';

const PAGE_ROWS = 500;

/** Rows of a range in order; with `span`, those of a span of time. */
export async function* readRange(
  events: Pick<AuditEventRepository, 'page'>,
  range: ChainRange,
  span?: TimeSpan,
): AsyncGenerator<AuditRow> {
  let first = range.first;
  while (first <= range.last) {
    const rows = await events.page({ ...range, first }, PAGE_ROWS, span);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    first = last.sequence + 1;
  }
}

/** All rows of a chain, for `verifyChain`. */
export function readChain(events: Pick<AuditEventRepository, 'page'>, chainId: ChainId): AsyncGenerator<AuditRow> {
  // Not from 1: a row that somebody numbered 0 or less is there to be found.
  return readRange(events, { chainId, first: Number.MIN_SAFE_INTEGER, last: Number.MAX_SAFE_INTEGER });
}
