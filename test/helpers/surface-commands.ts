/** Which surface commands are in a trace. */
import { BulkDecompressor } from '../../recorder/bulk/bulk-decompressor.js';
import { TraceRecordKind, type TraceActivation, type TraceRecord } from '../../src/contract/trace.js';
import { decodeFastPathOutput, FastPathUpdateCode } from '../../src/rdp/updates/fast-path-output.js';
import { decodeSurfaceCommands, type SurfaceCommand } from '../../src/rdp/updates/surface-commands.js';
import { UpdateFragments } from '../../src/rdp/updates/update-fragments.js';
import { Reader } from '../../src/rdp/wire/reader.js';

export function surfaceCommands(records: readonly TraceRecord[]): SurfaceCommand[] {
  const bulk = new BulkDecompressor();
  const fragments = new UpdateFragments();
  const commands: SurfaceCommand[] = [];
  for (const { kind, payload } of records) {
    if (kind !== TraceRecordKind.serverFastPath) continue;
    for (const update of decodeFastPathOutput(new Reader(payload, 'record')).updates) {
      const data = bulk.decompress(update.data, update.compressionFlags);
      const whole = fragments.push({ ...update, data });
      if (whole === null || whole.updateCode !== FastPathUpdateCode.surfaceCommands) continue;
      commands.push(...decodeSurfaceCommands(new Reader(whole.data, 'commands')));
    }
  }
  return commands;
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
