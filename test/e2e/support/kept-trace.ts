/** The trace of a session that its gateway was told to keep, read with the gateway's own key. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { sessionId } from '../../../src/contract/ids.js';
import type { TraceRecord } from '../../../src/contract/trace.js';
import { KeyWrapper, loadOrCreateKey } from '../../../src/gateway/keys/key-store.js';
import { TraceFolder } from '../../../src/gateway/trace/trace-folder.js';
import { readTrace } from '../../helpers/read-trace.js';
import type { GatewayProcess } from './gateway-process.js';

/** Setting of a gateway whose traces are to be read. */
export const KEEP_TRACES = { WITNESS_TRACE_KEEP: 'always' } as const;

export async function keptTrace({ dataDir }: GatewayProcess, id: string): Promise<readonly TraceRecord[]> {
  const wrapper = new KeyWrapper(await loadOrCreateKey(path.join(dataDir, 'keys', 'master.key')));
  const parts = await new TraceFolder(dataDir).parts(sessionId(id), wrapper);
  const read = await Promise.all(parts.map(async (part) => readTrace(await readFile(part.path), part.key).records));
  return read.flat();
}
