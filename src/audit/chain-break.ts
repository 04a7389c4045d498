/**
 * Says what happened to a chain at the first row that does not continue it. A row's hash covers its sequence, so a row
 * that was moved or renumbered still tells where it belongs: its hash fits with the sequence that it used to have.
 */
import type { AuditRow } from '../contract/audit-event.js';
import { auditRowHash, type ChainHead } from './chain.js';

export interface ChainBreak {
  /** The first wrong row; for removed rows the first one that is missing. */
  readonly sequence: number;
  readonly problem:
    'changed' | 'removed' | 'inserted' | 'reordered' | 'truncated' | 'checkpoint-signature' | 'checkpoint-mismatch';
  readonly sentence: string;
}

/** How far around a break moved rows are looked for. */
export const LOOK_AHEAD_ROWS = 256;

/**
 * @param head the last row that is right
 * @param row the row that does not continue it
 * @param recent the right rows before, oldest first
 * @param ahead the rows after it
 */
export function explainBreak(
  head: ChainHead,
  row: AuditRow,
  recent: readonly AuditRow[],
  ahead: readonly AuditRow[],
): ChainBreak {
  const expected = head.sequence + 1;
  const isMovedHere = (one: AuditRow): boolean => belongsAfter(one, head);
  if (row.sequence < expected) return inserted(row.sequence);
  if (row.sequence > expected) {
    return ahead.some(isMovedHere) ? reordered(expected) : removed(expected, row.sequence - expected);
  }
  const consistent = auditRowHash(row) === row.hash;
  if (row.previousHash === head.hash) return changed(expected);
  if (ahead.some(isMovedHere)) {
    const isMember = !consistent && originalSequence(row) !== null && !recent.some((one) => one.hash === row.hash);
    return isMember ? reordered(expected) : inserted(expected);
  }
  // The row says of itself that another row is before it: the one before was rewritten, hash included.
  if (consistent) return head.sequence === 0 ? changed(expected) : changed(head.sequence);
  const original = originalSequence(row);
  if (original === null) return changed(expected);
  if (original > expected) return removed(expected, original - expected);
  return recent.some((one) => one.hash === row.hash) ? inserted(expected) : inserted(original);
}

/** True when the row was written as the one after `head`, whatever sequence it has. */
function belongsAfter(row: AuditRow, head: ChainHead): boolean {
  return row.previousHash === head.hash && auditRowHash({ ...row, sequence: head.sequence + 1 }) === row.hash;
}

/** The sequence that the row was written with, when it is near the one that it has; null when its content changed. */
function originalSequence(row: AuditRow): number | null {
  for (let distance = 1; distance <= LOOK_AHEAD_ROWS; distance++) {
    for (const sequence of [row.sequence + distance, row.sequence - distance]) {
      if (sequence > 0 && auditRowHash({ ...row, sequence }) === row.hash) return sequence;
    }
  }
  return null;
}

function changed(sequence: number): ChainBreak {
  return { sequence, problem: 'changed', sentence: `Row ${sequence} is not as it was written.` };
}

function removed(sequence: number, count: number): ChainBreak {
  const sentence =
    count === 1 ? `Row ${sequence} was removed.` : `Rows ${sequence} to ${sequence + count - 1} were removed.`;
  return { sequence, problem: 'removed', sentence };
}

function inserted(sequence: number): ChainBreak {
  return { sequence, problem: 'inserted', sentence: `Row ${sequence} was inserted.` };
}

function reordered(sequence: number): ChainBreak {
  return { sequence, problem: 'reordered', sentence: `Row ${sequence} has changed places with a later row.` };
}
