/** What `witness import --out` left in a folder. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AuditRow } from '../../../src/contract/audit-event.js';
import type { Json } from '../../../src/contract/json.js';
import type { Manifest } from '../../../src/contract/manifest.js';

export async function readManifest(out: string): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(out, 'manifest.json'), 'utf8')) as Manifest;
}

/** What is signed. */
export function manifestBodyOf({ signature: _signature, ...body }: Manifest): Json {
  return body as unknown as Json;
}

/** The audit rows, without the line that ends every export. */
export async function readRows(out: string): Promise<readonly AuditRow[]> {
  const lines = (await readFile(path.join(out, 'audit.ndjson'), 'utf8')).trim().split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as AuditRow);
}
