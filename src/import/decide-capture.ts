/** Has policy decide about a surveyed session, and puts on record what was asked and what came of it. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { AuditEventKind } from '../contract/audit-event.js';
import { decisionId, type SessionId, uuidV7 } from '../contract/ids.js';
import type { Json } from '../contract/json.js';
import type { AuditAppender } from '../gateway/recording/recording-records.js';
import { decideImport, importedRuleFacts, type ImportFacts } from '../policy/decide-import.js';
import type { RecordingPermit } from '../policy/permit.js';
import { refusalOf } from './refusal.js';
import type { Survey } from './survey.js';

/** The capture, and what the person who imports says of it. */
interface CaptureOptions {
  readonly file: string;
  readonly method: ImportFacts['connectionMethod'];
}

export function newUuid(): string {
  return uuidV7(Date.now(), randomBytes(10));
}

/** The permit to record a surveyed session. @throws ImportError `entra` */
export async function decideCapture(
  options: CaptureOptions,
  survey: Survey,
  facts: ImportFacts,
  id: SessionId,
  audit: AuditAppender,
): Promise<RecordingPermit> {
  const note = async (kind: AuditEventKind, data: { readonly [key: string]: Json }): Promise<void> => {
    await audit.append({ kind, actor: 'command-line', sessionId: id, data });
  };
  await note('import.requested', { ...(await describeCapture(options, survey)), ...importedRuleFacts(facts) });
  const decision = decideImport(facts, decisionId(newUuid()));
  const { outcome, reasons } = decision;
  const permit = outcome === 'allowed' ? decision.permit : null;
  const said = { at: 'import', decisionId: decision.decisionId, outcome, recorded: permit !== null, reasons };
  await note('session.decided', said);
  if (permit !== null) return permit;
  await note('import.refused', { reasons });
  throw refusalOf(reasons);
}

/** What the audit log says of a capture: enough to find it again, nothing of what is in it. */
async function describeCapture(
  { file, method }: CaptureOptions,
  { connection, entraSeen, followed, endMs }: Survey,
): Promise<{ readonly [key: string]: Json }> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return {
    file: path.basename(file),
    sha256: hash.digest('hex'),
    operator: userInfo().username,
    method,
    stream: connection.stream,
    clientAddress: `${connection.client.address}:${connection.client.port}`,
    targetAddress: `${connection.server.address}:${connection.server.port}`,
    startedAtMs: connection.confirmedAtMs,
    durationMs: endMs - connection.confirmedAtMs,
    entraSeen,
    cutShort: followed.cutShort,
  };
}
