import { expect, test, vi } from 'vitest';
import { auditRowHash } from '../../src/audit/chain.js';
import { csvCell, type ExportRequest, exportRows, formatCursor, parseCursor } from '../../src/audit/export.js';
import type { AuditRow } from '../../src/contract/audit-event.js';
import { chainId } from '../../src/contract/ids.js';
import { appendMany, type Bench, event, makeBench, START_MS } from './fixtures.js';

const ALL = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, format: 'ndjson', after: null } as const;

async function exported(bench: Bench, overrides: Partial<ExportRequest> = {}): Promise<string> {
  let text = '';
  for await (const piece of exportRows(bench.database.auditEvents, { ...ALL, ...overrides })) text += piece;
  return text;
}

/** Rows of a JSON lines export, and its end. */
function parsed(text: string): { rows: AuditRow[]; end: unknown } {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditRow & { end?: unknown });
  return { rows: lines.slice(0, -1), end: lines.at(-1)?.end };
}

async function twoChains(): Promise<Bench> {
  const bench = await makeBench();
  for (const [name, count] of [
    ['gateway-1', 5],
    ['gateway-2', 3],
  ] as const) {
    const log = await bench.start({ chainId: chainId(name) });
    await appendMany(log, count);
    await log.stop();
  }
  return bench;
}

test('an export holds every row with its hash, chain by chain, and says that it is complete', async () => {
  const bench = await twoChains();
  const { rows, end } = parsed(await exported(bench));
  expect(rows.map(formatCursor)).toEqual([
    ...[1, 2, 3, 4, 5].map((sequence) => `gateway-1:${sequence}`),
    ...[1, 2, 3].map((sequence) => `gateway-2:${sequence}`),
  ]);
  for (const row of rows) expect(auditRowHash(row)).toBe(row.hash);
  expect(end).toEqual({ rows: 8, next: 'gateway-2:3' });
});

test('an export that broke off goes on after any row without losing or repeating one', async () => {
  const bench = await twoChains();
  const { rows } = parsed(await exported(bench));
  for (const [index, row] of rows.entries()) {
    const after = parseCursor(formatCursor(row));
    expect(parsed(await exported(bench, { after })).rows).toEqual(rows.slice(index + 1));
  }
  const rest = parsed(await exported(bench, { after: { chainId: chainId('gateway-2'), sequence: 3 } }));
  expect(rest).toEqual({ rows: [], end: { rows: 0, next: 'gateway-2:3' } });
});

test('an export of a span of time holds the rows of that span', async () => {
  const bench = await twoChains();
  const { rows } = parsed(await exported(bench));
  const times = rows.map((row) => row.timeMs);
  const [fromMs = 0, toMs = 0] = [times[2], times[6]];
  const inSpan = rows.filter((row) => row.timeMs >= fromMs && row.timeMs < toMs);
  expect(parsed(await exported(bench, { fromMs, toMs })).rows).toEqual(inSpan);
  expect(parsed(await exported(bench, { fromMs: 0, toMs: START_MS })).rows).toEqual([]);
});

test('an export reads page by page, only as far as its reader has come', async () => {
  const bench = await makeBench();
  const log = await bench.start();
  await Promise.all(Array.from({ length: 1600 }, (_, index) => log.append(event(index))));
  await log.stop();
  const page = vi.spyOn(bench.database.auditEvents, 'page');
  const reader = exportRows(bench.database.auditEvents, ALL);
  for (let index = 0; index < 10; index++) await reader.next();
  expect(page).toHaveBeenCalledTimes(1);
  let count = 10;
  for await (const piece of reader) if (piece !== '') count++;
  expect(count).toBe(1601);
  expect(page).toHaveBeenCalledTimes(4);
});

test('CSV has a header, a record for each row and an end, and no cell that a spreadsheet would run', async () => {
  const bench = await makeBench();
  const log = await bench.start();
  await log.append({ kind: 'sign-in.failed', actor: '=HYPERLINK("http://evil")', sessionId: null, data: { a: 1 } });
  await log.stop();
  const text = await exported(bench, { format: 'csv' });
  const lines = text.split('\r\n');
  expect(lines[0]).toBe('chainId,sequence,time,kind,actor,sessionId,data,previousHash,hash');
  expect(lines[1]).toMatch(
    /^gateway-1,1,2026-01-02T03:04:05\.\d{3}Z,sign-in\.failed,"'=HYPERLINK\(""http:\/\/evil""\)",,"\{""a"":1\}",0+,[0-9a-f]{64}$/,
  );
  expect(lines[2]).toBe('end-of-export,1,gateway-1:1,,,,,,');
  expect(lines.slice(3)).toEqual(['']);
});

test('cells that begin like a formula get an apostrophe', () => {
  for (const start of ['=', '+', '-', '@', '\t', '\r', '\n']) expect(csvCell(`${start}1`)).toMatch(/^"?'/);
  expect(csvCell('plain')).toBe('plain');
  expect(csvCell('a,b')).toBe('"a,b"');
});

test('what is no cursor is refused', () => {
  expect(parseCursor('gateway:eu:12')).toEqual({ chainId: 'gateway:eu', sequence: 12 });
  for (const text of ['', '12', ':12', 'gateway:', 'gateway:-1', 'gateway:1e3', `${'x'.repeat(400)}:1`]) {
    expect(parseCursor(text)).toBeNull();
  }
});
