/** The hash chain of audit rows. */
import { createHash } from 'node:crypto';
import { type AuditEvent, type AuditRow, AUDIT_GENESIS_HASH, auditRowText } from '../contract/audit-event.js';
import type { ChainId } from '../contract/ids.js';

/** Where a chain ends: what its next row continues. */
export interface ChainHead {
  readonly sequence: number;
  readonly hash: string;
}

export const EMPTY_CHAIN: ChainHead = { sequence: 0, hash: AUDIT_GENESIS_HASH };

export function auditRowHash(row: Omit<AuditRow, 'hash'>): string {
  return createHash('sha256').update(auditRowText(row)).digest('hex');
}

/** The row that continues a chain. */
export function nextRow(chainId: ChainId, head: ChainHead, event: AuditEvent, timeMs: number): AuditRow {
  const row = {
    kind: event.kind,
    actor: event.actor,
    sessionId: event.sessionId,
    data: event.data,
    chainId,
    sequence: head.sequence + 1,
    timeMs,
    previousHash: head.hash,
  };
  return { ...row, hash: auditRowHash(row) };
}
