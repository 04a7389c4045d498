/** The pump between real TLS sockets on loopback, with a disk that is slow, full or broken. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, connect, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { decisionId, sessionId } from '../../src/contract/ids.js';
import { TraceRecordKind } from '../../src/contract/trace.js';
import { KeyWrapper } from '../../src/gateway/keys/key-store.js';
import { Tap } from '../../src/gateway/recording/tap.js';
import { type PumpCallbacks, RelayPump } from '../../src/gateway/relay/relay-pump.js';
import { makeCertificate } from '../../src/gateway/tls/certificate.js';
import { nodeTraceFileSystem, type TraceFileSystem } from '../../src/gateway/trace/trace-file.js';
import { issuePermit } from '../../src/policy/permit.js';
import type { RelayMachine } from '../../src/rdp/relay/output.js';
import { Relay } from '../../src/rdp/relay/relay.js';
import { Framer, isFastPath } from '../../src/rdp/wire/tpkt.js';
import { readTrace } from '../helpers/read-trace.js';
import { scratchFolder } from '../helpers/scratch.js';
import { waitFor } from '../peers/wait.js';
import { policy } from '../rdp/relay/support.js';

const SESSION = sessionId('01920000-0000-7000-8000-000000000001');
const MIB = 1024 * 1024;

const certificate = makeCertificate(['localhost'], Date.now());

/** The two ends of one TLS connection; the accepted one is paused, as after a handshake of the gateway. */
async function tlsPair(): Promise<{ readonly ours: TLSSocket; readonly peer: TLSSocket }> {
  const { certificatePem: cert, privateKeyPem: key } = await certificate;
  const secureContext = createSecureContext({ cert, key });
  const server = createServer({ pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const raw = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', noDelay: true });
  const peer = connectTls({ socket: raw, rejectUnauthorized: false });
  const [socket] = await accepted;
  const ours = new TLSSocket(socket, { isServer: true, secureContext });
  await Promise.all([once(peer, 'secureConnect'), once(ours, 'secure')]);
  ours.pause();
  for (const end of [ours, peer]) end.on('error', () => {});
  onTestFinished(() => {
    for (const end of [ours, peer, raw, socket]) end.destroy();
    server.close();
  });
  return { ours, peer };
}

/** A numbered PDU that draws. */
function graphics(number: number, size = 64): Buffer {
  const pdu = Buffer.alloc(size);
  pdu.writeUInt16BE(0x8000 | size, 1);
  pdu.writeUInt32BE(number, 4);
  return pdu;
}

/** A numbered PDU that does not. */
function notice(number: number, size = 64): Buffer {
  const pdu = graphics(number, size);
  pdu[0] = 3;
  pdu.writeUInt16BE(size, 2);
  return pdu;
}

const numberOf = (pdu: Uint8Array): number => Buffer.from(pdu).readUInt32BE(4);

/** Records what is fast-path; a client's PDU moves the pointer. */
const machine: RelayMachine = {
  fromTarget: (bytes) => {
    const send = { type: 'send', to: 'client', bytes } as const;
    return isFastPath(bytes) ? [{ type: 'record', kind: 'fast-path', pdu: bytes }, send] : [send];
  },
  fromClient: (bytes) => [
    { type: 'pointer', x: 1, y: 2 },
    { type: 'send', to: 'target', bytes },
  ],
  redraw: () => [],
  close: () => [],
};

interface PumpTest {
  readonly client: TLSSocket;
  readonly target: TLSSocket;
  readonly pump: RelayPump;
  readonly lost: Error[];
  /** Numbers of the PDUs that the client was sent, in order. */
  readonly shown: number[];
  /** Numbers of the PDUs that the trace holds on disk. */
  readonly recorded: () => Promise<number[]>;
}

interface PumpTestOptions {
  readonly machine?: RelayMachine;
  readonly fileSystem?: TraceFileSystem;
  readonly maxBytes?: number;
  readonly recorded?: boolean;
  /** Policy `preferred`. */
  readonly goesOn?: boolean;
  /** The client does not read until the test resumes it. */
  readonly clientReads?: boolean;
}

async function startPump(options: PumpTestOptions = {}): Promise<PumpTest> {
  const [client, target] = await Promise.all([tlsPair(), tlsPair()]);
  const file = path.join(await scratchFolder(), 'part-0001.trace');
  const { key, wrapped } = new KeyWrapper(randomBytes(32)).create(SESSION);
  const tap = options.recorded === false ? null : await openTap(file, key, wrapped, options);
  const lost: Error[] = [];
  const callbacks: PumpCallbacks = {
    onEvent: () => {},
    onEntraSeen: () => {},
    onTraceLost: (error) => {
      lost.push(error);
      return options.goesOn ?? false;
    },
  };
  const pump = new RelayPump(client.ours, target.ours, options.machine ?? machine, tap, callbacks);
  onTestFinished(() => pump.stop());
  const shown: number[] = [];
  const framer = new Framer();
  client.peer.on('data', (chunk: Buffer) => {
    for (const pdu of framer.push(chunk)) shown.push(numberOf(pdu));
  });
  if (options.clientReads === false) client.peer.pause();
  const recorded = async (): Promise<number[]> => {
    const { records } = readTrace(await readFile(file), key);
    return records
      .filter(({ kind }) => kind === TraceRecordKind.serverFastPath)
      .map(({ payload }) => numberOf(payload));
  };
  return { client: client.peer, target: target.peer, pump, lost, shown, recorded };
}

function openTap(file: string, key: Buffer, wrappedKey: string, options: PumpTestOptions): Promise<Tap> {
  const facts = { connectionMethod: 'native', authenticationMethod: 'password', protocol: 'rdp' } as const;
  const permit = issuePermit(facts, decisionId('01920000-0000-7000-8000-000000000002'), 1, 'required');
  if (permit === null) throw new Error('no permit');
  return Tap.open({
    permit,
    sessionId: SESSION,
    part: 1,
    path: file,
    key,
    wrappedKey,
    gatewayId: 'test',
    sessionStartedAtMs: Date.now(),
    clock: Date.now,
    durability: 'process',
    maxBytes: options.maxBytes ?? 1e9,
    onGrew: () => {},
    ...(options.fileSystem === undefined ? {} : { fileSystem: options.fileSystem }),
  });
}

/** A file system whose writes behind the header go through `before`. */
function withWrites(before: (nth: number) => Promise<void>): TraceFileSystem {
  let writes = 0;
  return {
    ...nodeTraceFileSystem,
    write: async (fd, bytes, position) => {
      if (position > 0) {
        writes += 1;
        await before(writes);
      }
      return nodeTraceFileSystem.write(fd, bytes, position);
    },
  };
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Writes until the socket takes no more for a while, or everything is written. Gives the bytes that it was handed. */
async function flood(socket: TLSSocket, totalBytes: number, pdu: (number: number) => Buffer): Promise<number> {
  let written = 0;
  for (let number = 0; written < totalBytes; number += 1) {
    const bytes = pdu(number);
    written += bytes.length;
    if (socket.write(bytes)) continue;
    const drained = await Promise.race([once(socket, 'drain').then(() => true), delay(1000, false)]);
    if (!drained) return written;
  }
  return written;
}

describe('back-pressure', () => {
  it('stops reading the target while the client does not read, and loses nothing', async () => {
    const { client, target, pump, shown } = await startPump({ clientReads: false });
    const written = await flood(target, 64 * MIB, (number) => graphics(number, 16_000));
    expect(written).toBeLessThan(48 * MIB);
    expect(pump.counters.targetBytes).toBeLessThan(24 * MIB);
    client.resume();
    const count = Math.ceil(written / 16_000);
    await waitFor('all PDUs', () => (shown.length === count ? true : undefined), 15_000);
    expect(shown).toEqual(upTo(count));
  });

  it('stops reading the client while the target does not read', async () => {
    const { client, target, pump } = await startPump();
    target.pause();
    const written = await flood(client, 64 * MIB, (number) => notice(number, 16_000));
    expect(written).toBeLessThan(48 * MIB);
    let received = 0;
    target.on('data', (chunk: Buffer) => (received += chunk.length));
    target.resume();
    await waitFor('all bytes', () => (received === written ? true : undefined), 15_000);
    expect(pump.counters.clientBytes).toBe(written);
  });

  it.each(['target', 'client'] as const)(
    'stops reading the %s while the disk stands still',
    async (side) => {
      let open: () => void = () => {};
      const gate = new Promise<void>((resolve) => {
        open = resolve;
      });
      const test = await startPump({ fileSystem: withWrites(() => gate) });
      const { pump, shown } = test;
      // A client's records are much shorter than its PDUs can be, so the shortest PDUs are the ones that fill the memory.
      const size = side === 'target' ? 16_000 : 8;
      let received = 0;
      test.target.on('data', (chunk: Buffer) => (received += chunk.length));
      const written = await flood(test[side], side === 'target' ? 64 * MIB : 24 * MIB, (number) =>
        graphics(number, size),
      );
      const taken = side === 'target' ? pump.counters.targetBytes : pump.counters.clientBytes;
      expect(taken).toBeLessThan(12 * MIB);
      expect(shown).toEqual([]);
      open();
      if (side === 'client') {
        await waitFor('all bytes', () => (received === written ? true : undefined), 15_000);
        return;
      }
      const count = Math.ceil(written / size);
      await waitFor('all PDUs', () => (shown.length === count ? true : undefined), 15_000);
      expect(shown).toEqual(upTo(count));
    },
    40_000,
  );
});

describe('[invariant 2] the client sees no graphics that is not in the trace', () => {
  it('while writes are slow: order is kept, and what is shown is on disk', async () => {
    const { target, shown, recorded } = await startPump({ fileSystem: withWrites(() => delay(5)) });
    const count = 400;
    let checked = 0;
    for (let number = 0; number < count; number += 1) {
      // Every third PDU draws nothing; it must not overtake those that do.
      target.write(number % 3 === 2 ? notice(number) : graphics(number));
      if (number % 7 === 0) await delay(2);
      if (number % 50 === 0) {
        const seen = shown.filter((shownNumber) => shownNumber % 3 !== 2);
        const onDisk = new Set(await recorded());
        expect(seen.filter((shownNumber) => !onDisk.has(shownNumber))).toEqual([]);
        checked += seen.length;
      }
    }
    await waitFor('all PDUs', () => (shown.length === count ? true : undefined));
    expect(shown).toEqual(upTo(count));
    expect(checked).toBeGreaterThan(0);
    expect(await recorded()).toEqual(upTo(count).filter((number) => number % 3 !== 2));
  });

  const disks = [
    ['a write fails', { fileSystem: () => failing(6) }],
    ['the trace has its longest size', { maxBytes: 4000 }],
    ['both, one after the other', { fileSystem: () => failing(6), maxBytes: 4000 }],
  ] as const;

  /** The nth write fails, and all after it; each takes a while, so that more waits behind it. */
  function failing(nth: number): TraceFileSystem {
    return withWrites(async (write) => {
      await delay(5);
      if (write >= nth) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    });
  }

  async function lose(disk: (typeof disks)[number][1], goesOn: boolean): Promise<PumpTest> {
    const { fileSystem, ...others } = { fileSystem: undefined, ...disk };
    const test = await startPump({
      ...others,
      goesOn,
      ...(fileSystem === undefined ? {} : { fileSystem: fileSystem() }),
    });
    for (let number = 0; number < 300; number += 1) {
      test.target.write(graphics(number));
      if (number % 10 === 9) await delay(1);
    }
    return test;
  }

  it.each(disks)('under "required" when %s: not one more, and the session ends', async (_, disk) => {
    const { pump, lost, shown, recorded } = await lose(disk, false);
    expect(await pump.done).toBe('stopped');
    await pump.settled();
    await delay(100);
    expect(lost).toHaveLength(1);
    const onDisk = new Set(await recorded());
    expect(shown.filter((number) => !onDisk.has(number))).toEqual([]);
    expect(shown).toEqual(upTo(shown.length));
    expect(shown.length).toBeLessThan(300);
  });

  it.each(disks)('under "preferred" when %s: the session goes on, in order', async (_, disk) => {
    const { lost, shown } = await lose(disk, true);
    await waitFor('all PDUs', () => (shown.length === 300 ? true : undefined));
    expect(shown).toEqual(upTo(300));
    expect(lost).toHaveLength(1);
  });

  it('when one chunk of the socket holds the PDU that fills the trace and others before it', async () => {
    const { target, pump, shown, recorded } = await startPump({ maxBytes: 1500 });
    target.write(Buffer.concat(upTo(200).map((number) => graphics(number))));
    await pump.done;
    await pump.settled();
    await delay(50);
    const onDisk = new Set(await recorded());
    expect(shown.filter((number) => !onDisk.has(number))).toEqual([]);
  });

  it('and is still shown what the trace holds when the target goes away', async () => {
    const { target, pump, shown } = await startPump({ fileSystem: withWrites(() => delay(20)) });
    target.write(Buffer.concat(upTo(50).map((number) => graphics(number))));
    target.end();
    expect(await pump.done).toBe('target-closed');
    await pump.settled();
    await waitFor('all PDUs', () => (shown.length === 50 ? true : undefined));
  });
});

describe('the end of one connection', () => {
  const HTTP = Buffer.from('GET / HTTP/1.1\r\nHost: secret.example\r\n\r\n');

  it.each(['client', 'target'] as const)('is a wrong PDU of the %s, by name and without its bytes', async (side) => {
    const test = await startPump({ machine: new Relay(policy(true)) });
    test[side].write(HTTP);
    expect(await test.pump.done).toBe(`${side}-protocol-error`);
    expect(test.pump.detail).toMatch(/^DecodeError: frame: invalid at offset 0/);
    expect(test.pump.detail).not.toContain('secret');
  });

  it.each(['client', 'target'] as const)('is a PDU of the %s that is not due', async (side) => {
    const test = await startPump({ machine: new Relay(policy(true)) });
    test[side].write(graphics(1));
    expect(await test.pump.done).toBe(`${side}-protocol-error`);
    expect(test.pump.detail).toMatch(/in state expect-connect-initial/);
  });

  it('is also an error that nobody expected: the process, and everybody else in it, goes on', async () => {
    const broken: RelayMachine = {
      ...machine,
      fromTarget: () => {
        throw new TypeError('a mistake in the relay');
      },
    };
    const [one, other] = [await startPump({ machine: broken }), await startPump()];
    one.target.write(graphics(0));
    other.target.write(graphics(0));
    expect(await one.pump.done).toBe('target-protocol-error');
    expect(one.pump.detail).toBe('TypeError: a mistake in the relay');
    await waitFor('the other session', () => (other.shown.length === 1 ? true : undefined));
  });

  it.each([
    ['client', 'client-closed'],
    ['target', 'target-closed'],
  ] as const)('comes at once when the %s is gone before the relay begins', async (side, reason) => {
    const pairs = { client: await tlsPair(), target: await tlsPair() };
    pairs[side].ours.destroy();
    await once(pairs[side].ours, 'close');
    const callbacks = { onEvent: () => {}, onEntraSeen: () => {}, onTraceLost: () => false };
    const pump = new RelayPump(pairs.client.ours, pairs.target.ours, machine, null, callbacks);
    expect(await pump.done).toBe(reason);
  });

  it('[invariant 1] sends the target nothing of a PDU in which Entra ID shows, when that ends the session', async () => {
    const seen: RelayMachine = {
      ...machine,
      fromClient: (bytes) => [
        { type: 'entra-seen', where: 'client-info' },
        { type: 'send', to: 'target', bytes },
      ],
    };
    const [client, target] = [await tlsPair(), await tlsPair()];
    const callbacks: PumpCallbacks = { onEvent: () => {}, onEntraSeen: () => pump.stop(), onTraceLost: () => false };
    const pump: RelayPump = new RelayPump(client.ours, target.ours, seen, null, callbacks);
    let received = 0;
    target.peer.on('data', (chunk: Buffer) => (received += chunk.length));
    client.peer.write(notice(1));
    expect(await pump.done).toBe('stopped');
    await delay(50);
    expect(received).toBe(0);
  });
});
