/** Which surface commands are in a trace. */
import { TraceRecordKind, type TraceActivation, type TraceRecord } from '../../src/contract/trace.js';
import type { SurfaceCommand } from '../../src/rdp/updates/surface-commands.js';
import { recordedUpdates } from './recorded-updates.js';

export function surfaceCommands(records: readonly TraceRecord[]): SurfaceCommand[] {
  return recordedUpdates(records).flatMap(({ update }) => (update.kind === 'surface-commands' ? update.commands : []));
}

/** How many commands came in each codec, by the names that the activation gives to their numbers. */
export function countSurfaceCodecs(records: readonly TraceRecord[]): ReadonlyMap<string, number> {
  const { surfaceCodecs } = activationOf(records);
  const counts = new Map<string, number>();
  for (const command of surfaceCommands(records)) {
    if (command.kind === 'frame-marker') continue;
    const { codecId } = command.bitmap;
    const known = codecId === 0 ? 'none' : surfaceCodecs.find(({ id }) => id === codecId)?.codec;
    const name = known ?? `unknown ${codecId}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function activationOf(records: readonly TraceRecord[]): TraceActivation {
  const found = records.find(({ kind }) => kind === TraceRecordKind.activation);
  if (found === undefined) throw new Error('the trace has no activation');
  return JSON.parse(Buffer.from(found.payload).toString()) as TraceActivation;
}
