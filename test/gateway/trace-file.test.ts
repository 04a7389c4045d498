import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { decisionId, sessionId } from '../../src/contract/ids.js';
import { TRACE_VERSION, TraceRecordKind, type TraceHeader } from '../../src/contract/trace.js';
import { KeyFileError, KeyWrapper, loadOrCreateKey } from '../../src/gateway/keys/key-store.js';
import {
  nodeTraceFileSystem,
  TraceFile,
  type TraceFileSystem,
  TraceWriteError,
} from '../../src/gateway/trace/trace-file.js';
import { TraceFolder } from '../../src/gateway/trace/trace-folder.js';
import { readTrace } from '../helpers/read-trace.js';
import { scratchFolder } from '../helpers/scratch.js';

const SESSION = sessionId('01920000-0000-7000-8000-000000000001');

function header(wrappedKey: string): TraceHeader {
  return {
    format: 'witness-trace',
    version: TRACE_VERSION,
    sessionId: SESSION,
    part: 1,
    sessionStartedAtMs: 1_700_000_000_000,
    partStartMs: 0,
    gatewayId: 'gateway-1',
    decisionId: decisionId('01920000-0000-7000-8000-000000000002'),
    policyVersion: 1,
    recording: 'required',
    facts: { connectionMethod: 'native', authenticationMethod: 'password', protocol: 'rdp' },
    wrappedKey,
  };
}

async function setUp(fileSystem?: TraceFileSystem) {
  const folder = await scratchFolder();
  const wrapper = new KeyWrapper(randomBytes(32));
  const { key, wrapped } = wrapper.create(SESSION);
  const traces = new TraceFolder(folder);
  const file = await traces.pathForPart(SESSION, 1);
  const optional = fileSystem === undefined ? {} : { fileSystem };
  const open = () => TraceFile.create({ path: file, header: header(wrapped), key, durability: 'process', ...optional });
  return { key, wrapper, traces, file, open };
}

describe('the trace file', () => {
  it('[invariant 2] holds every record once flush has resolved', async () => {
    const { key, file, open } = await setUp();
    const trace = await open();
    for (let round = 0; round < 20; round += 1) {
      for (let n = 0; n < round; n += 1) trace.append(TraceRecordKind.serverFastPath, round, randomBytes(100));
      await trace.flush();
      const { records } = readTrace(await readFile(file), key);
      expect(records).toHaveLength((round * (round + 1)) / 2);
    }
    await trace.close();
    expect(readTrace(await readFile(file), key).tornBytes).toBe(0);
  });

  it('[invariant 6] does not show what it holds', async () => {
    const { file, open } = await setUp();
    const trace = await open();
    trace.append(TraceRecordKind.serverFastPath, 1, Buffer.from('a sentence on the screen'));
    await trace.close();
    expect((await readFile(file)).includes('sentence')).toBe(false);
  });

  it('refuses a flipped bit anywhere behind the prefix', async () => {
    const { key, file, open, traces, wrapper } = await setUp();
    const trace = await open();
    trace.append(TraceRecordKind.tick, 1, new Uint8Array(4));
    await trace.close();
    const bytes = await readFile(file);
    for (let at = 10; at < bytes.length; at += 1) {
      const changed = new Uint8Array(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      let read = 0;
      try {
        read = readTrace(changed, key).records.length;
      } catch {
        read = 0;
      }
      expect(read).toBe(0);
    }
    const [part] = await traces.parts(SESSION, wrapper);
    expect(part?.header.facts.connectionMethod).toBe('native');
  });

  it('reads whole chunks before a torn one, at every cut', async () => {
    const { key, file, open } = await setUp();
    const trace = await open();
    trace.append(TraceRecordKind.event, 1, Buffer.from('first'));
    await trace.flush();
    const whole = trace.sizeBytes;
    trace.append(TraceRecordKind.event, 2, Buffer.from('second'));
    await trace.close();
    const bytes = await readFile(file);
    for (let cut = whole; cut < bytes.length; cut += 1) {
      const { records, tornBytes } = readTrace(bytes.subarray(0, cut), key);
      expect([records.length, tornBytes]).toEqual([1, cut - whole]);
    }
  });

  it('rejects and leaves no torn chunk, whichever file system call fails', async () => {
    for (const failing of ['open', 'write', 'close'] as const) {
      for (let nth = 1; nth <= 3; nth += 1) {
        let calls = 0;
        const fail = <T>(real: () => Promise<T>): Promise<T> => {
          calls += 1;
          return calls === nth ? Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })) : real();
        };
        const wrap = (name: string, real: () => Promise<never>) => (name === failing ? fail(real) : real());
        const fileSystem: TraceFileSystem = {
          open: (p) => wrap('open', () => nodeTraceFileSystem.open(p) as Promise<never>),
          write: (fd, bytes, position) =>
            wrap('write', async () => {
              // Half of what is asked for reaches the disk before the failure.
              if (failing === 'write' && calls === nth) return 0 as never;
              return (await nodeTraceFileSystem.write(
                fd,
                bytes.subarray(0, Math.ceil(bytes.length / 2)),
                position,
              )) as never;
            }),
          sync: (fd) => nodeTraceFileSystem.sync(fd),
          truncate: (fd, length) => nodeTraceFileSystem.truncate(fd, length),
          close: (fd) => wrap('close', () => nodeTraceFileSystem.close(fd) as Promise<never>),
        };
        const { key, file, open } = await setUp(fileSystem);
        const outcome = await writeThree(open);
        if (outcome.created) {
          const { records, tornBytes } = readTrace(await readFile(file), key);
          expect(tornBytes).toBe(0);
          expect(records.length).toBeGreaterThanOrEqual(outcome.flushed);
        } else expect(outcome.flushed).toBe(0);
      }
    }
  });

  it('never overwrites an existing part', async () => {
    const { open } = await setUp();
    await (await open()).close();
    await expect(open()).rejects.toThrow(TraceWriteError);
  });
});

async function writeThree(open: () => Promise<TraceFile>): Promise<{ created: boolean; flushed: number }> {
  let flushed = 0;
  let trace: TraceFile;
  try {
    trace = await open();
  } catch (error) {
    expect(error).toBeInstanceOf(TraceWriteError);
    return { created: false, flushed };
  }
  try {
    for (let n = 0; n < 3; n += 1) {
      trace.append(TraceRecordKind.event, n, Buffer.from('payload'));
      await trace.flush();
      flushed += 1;
    }
  } catch (error) {
    expect(error).toBeInstanceOf(TraceWriteError);
  }
  await trace.close().catch(() => {});
  return { created: true, flushed };
}

describe('keys', () => {
  it('are made once, readable by their owner alone', async () => {
    const file = path.join(await scratchFolder(), 'keys', 'master.key');
    const made = await loadOrCreateKey(file);
    expect(await loadOrCreateKey(file)).toEqual(made);
    const { stat } = await import('node:fs/promises');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('of one session do not open for another, nor under another master key', () => {
    const wrapper = new KeyWrapper(randomBytes(32));
    const { key, wrapped } = wrapper.create('a');
    expect(wrapper.unwrap('a', wrapped)).toEqual(key);
    expect(() => wrapper.unwrap('b', wrapped)).toThrow(KeyFileError);
    expect(() => new KeyWrapper(randomBytes(32)).unwrap('a', wrapped)).toThrow(KeyFileError);
  });
});
