import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { TraceCorruptError, TraceReader, type TraceStep } from '../../../recorder/trace/trace-reader.js';
import { TraceRecordKind } from '../../../src/contract/trace.js';
import { traceHeader, TraceWriter } from '../trace-writer.js';

const folder = mkdtempSync(join(tmpdir(), 'witness-trace-'));
const path = join(folder, 'part.trace');
const key = randomBytes(32);
const readers: TraceReader[] = [];
afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.close()));
});
afterAll(() => rmSync(folder, { recursive: true }));

function reader(part = 1, withKey: Uint8Array = key): TraceReader {
  const made = new TraceReader(part, path, withKey);
  readers.push(made);
  return made;
}

/** Three chunks of one, two and three ticks; returns where each ends, the header's end first. */
function writeSample(): number[] {
  const writer = new TraceWriter(path, key, traceHeader());
  const ends = [writer.sizeBytes];
  for (let chunk = 1; chunk <= 3; chunk++) {
    for (let tick = 0; tick < chunk; tick++) {
      writer.record(TraceRecordKind.tick, chunk * 100 + tick, Uint8Array.of(chunk, tick));
    }
    ends.push(writer.chunk().sizeBytes);
  }
  return ends;
}

async function readClosed(from: TraceReader): Promise<{ times: number[]; end: TraceStep }> {
  await from.closePart();
  const times: number[] = [];
  for (;;) {
    const step = await from.next();
    if (step.type === 'records') times.push(...step.records.map((record) => record.timeMs));
    if (step.type === 'end' || step.type === 'wait') return { times, end: step };
  }
}

async function corruption(from: TraceReader): Promise<TraceCorruptError> {
  const error = await readClosed(from).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof TraceCorruptError) return error;
  throw new Error('corruption was due', { cause: error });
}

describe('trace reader', () => {
  it('reads a closed part and hashes the file', async () => {
    const size = writeSample().at(-1);
    const { times, end } = await readClosed(reader());
    expect(times).toEqual([100, 200, 201, 300, 301, 302]);
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    expect(end).toEqual({ type: 'end', sizeBytes: size, tornBytes: 0, sha256 });
  });

  it('reads a growing part no further than it was told', async () => {
    const ends = writeSample();
    const from = reader();
    expect((await from.next()).type).toBe('wait');
    for (const [index, end] of ends.entries()) {
      from.grew(end - 1);
      expect((await from.next()).type).toBe('wait');
      from.grew(end);
      expect((await from.next()).type).toBe(index === 0 ? 'header' : 'records');
      expect(from.bytesRead).toBe(end);
    }
    expect((await from.next()).type).toBe('wait');
    await from.closePart(ends.at(-1));
    expect((await from.next()).type).toBe('end');
  });

  it('a part that is closed while it is read is read to its end, however far it was known before', async () => {
    const ends = writeSample();
    const size = ends.at(-1) ?? 0;
    for (let known = ends[0] ?? 0; known < size; known++) {
      const from = reader();
      from.grew(ends[0] ?? 0);
      expect((await from.next()).type).toBe('header');
      from.grew(known);
      const closing = from.closePart(size);
      const times: number[] = [];
      for (;;) {
        const step = await from.next();
        if (step.type === 'records') times.push(...step.records.map((record) => record.timeMs));
        if (step.type === 'wait') await closing;
        if (step.type !== 'end') continue;
        expect({ known, times, tornBytes: step.tornBytes }).toEqual({
          known,
          times: [100, 200, 201, 300, 301, 302],
          tornBytes: 0,
        });
        break;
      }
      await from.close();
    }
  });

  it('a part that is closed while its reading begins is opened once, and is open no longer when its reader is closed', async () => {
    const ends = writeSample();
    const open = () =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`) === path;
        } catch {
          return false;
        }
      });
    const from = reader();
    from.grew(ends[0] ?? 0);
    await Promise.all([from.next(), from.closePart()]);
    expect(open()).toHaveLength(1);
    await from.close();
    expect(open()).toEqual([]);
  });

  it('a reader whose file is missing says so, and can be closed', async () => {
    const missing = new TraceReader(1, `${path}.missing`, key);
    await expect(missing.closePart()).rejects.toMatchObject({ code: 'ENOENT' });
    await missing.close();
  });

  it('a file that was cut anywhere gives its whole chunks and counts the torn bytes', async () => {
    const ends = writeSample();
    const whole = readFileSync(path);
    for (let length = ends[0] ?? 0; length <= whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      const chunks = ends.filter((end) => end <= length).length - 1;
      const { times, end } = await readClosed(reader());
      expect(times).toHaveLength((chunks * (chunks + 1)) / 2);
      expect(end).toMatchObject({ type: 'end', tornBytes: length - (ends[chunks] ?? 0) });
      await Promise.all(readers.splice(0).map((open) => open.close()));
    }
  });

  it('[invariant] a changed byte is found wherever it is, and is named by chunk and offset', async () => {
    const ends = writeSample();
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      writeFileSync(path, damaged);
      const chunk = ends.findIndex((end) => at < end) - 1;
      const from = reader();
      // A longer length may look like a torn tail: then nothing of that chunk is handed out, which is counted.
      const result = await readClosed(from).catch((error: unknown) => error);
      if (result instanceof TraceCorruptError) expect(result.chunkIndex).toBe(chunk);
      else expect(result).toMatchObject({ end: { type: expect.stringMatching('end') as string } });
      if (!(result instanceof TraceCorruptError)) {
        const { times, end } = result as { times: number[]; end: { tornBytes: number } };
        expect(times).toHaveLength(chunk < 0 ? 0 : (chunk * (chunk + 1)) / 2);
        expect(end.tornBytes).toBe(whole.length - (chunk < 0 ? 0 : (ends[chunk] ?? 0)));
      }
      await Promise.all(readers.splice(0).map((open) => open.close()));
    }
  });

  it('[invariant] chunks cannot be moved, taken out, or taken from another trace', async () => {
    const [headerEnd = 0, first = 0, second = 0, third = 0] = writeSample();
    const whole = readFileSync(path);
    const header = whole.subarray(0, headerEnd);
    const [one, two] = [whole.subarray(headerEnd, first), whole.subarray(first, second)];
    writeFileSync(path, Buffer.concat([header, two, one]));
    expect((await corruption(reader())).chunkIndex).toBe(0);
    writeFileSync(path, Buffer.concat([header, one, whole.subarray(second, third)]));
    expect(await corruption(reader())).toMatchObject({ chunkIndex: 1, offset: first });
    const other = new TraceWriter(path, key, traceHeader({ gatewayId: 'other' }));
    expect(other.sizeBytes).toBe(readFileSync(path).length);
    writeFileSync(path, Buffer.concat([readFileSync(path), one]));
    expect((await corruption(reader())).chunkIndex).toBe(0);
  });

  it('[invariant] a header counts only under the session key and as the part that it says', async () => {
    writeSample();
    expect((await corruption(reader(1, randomBytes(32)))).message).toBe(
      'trace header at offset 0: the tag does not verify',
    );
    expect((await corruption(reader(2))).chunkIndex).toBe(-1);
  });

  it('after corruption the rest is counted and hashed', async () => {
    const ends = writeSample();
    const damaged = readFileSync(path);
    const at = (ends[1] ?? 0) + 12;
    damaged[at] = (damaged[at] ?? 0) ^ 0x80;
    writeFileSync(path, damaged);
    const from = reader();
    await corruption(from);
    const { skippedBytes, end } = await from.skipRest();
    expect(skippedBytes).toBe(damaged.length - (ends[1] ?? 0));
    expect(end.sha256).toBe(createHash('sha256').update(damaged).digest('hex'));
    expect((await from.next()).type).toBe('end');
  });

  it('a file that lost bytes it had is corrupt, not torn', async () => {
    const size = writeSample().at(-1) ?? 0;
    const from = reader();
    truncateSync(path, size - 1);
    await expect(from.closePart(size)).rejects.toThrow(TraceCorruptError);
  });
});
