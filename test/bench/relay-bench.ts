/** Throughput and added latency of the relay, against a bare TLS-to-TLS relay in the same run. */
import { encodeBitmapUpdate } from '../../src/rdp/updates/bitmap-update.js';
import { encodeFastPathOutput, FastPathUpdateCode, Fragmentation } from '../../src/rdp/updates/fast-path-output.js';
import { runScriptedClient } from '../../src/demo/scripted-client.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { type Blaster, startBlaster } from './blaster.js';
import { type GatewaySubject, startBareRelay } from './subjects.js';
import { median, quantile, withRange } from './statistics.js';

const SIZE = { width: 1280, height: 720 };
/** A session's recorder starts with it; what is measured is a session that runs. */
const SETTLE_MS = 3_000;

/** A fast-path PDU with one raw tile of `side` x `side` pixels at (x, y). */
function tile(side: number, x: number, y: number, colour: number): Uint8Array {
  const data = encodeBitmapUpdate([
    {
      destLeft: x,
      destTop: y,
      destRight: x + side - 1,
      destBottom: y + side - 1,
      width: side,
      height: side,
      bitsPerPixel: 32,
      flags: 0,
      bitmapDataStream: new Uint8Array(side * side * 4).fill(colour),
    },
  ]);
  const update = {
    updateCode: FastPathUpdateCode.bitmap,
    fragmentation: Fragmentation.single,
    compressionFlags: 0,
    data,
  };
  return encodeFastPathOutput({ flags: 0, updates: [update] });
}

/** Sends about `bytes` as fast as the socket takes them; gives what was sent. */
async function blast(socket: TLSSocket, bytes: number): Promise<number> {
  let sent = 0;
  for (let n = 0; sent < bytes; n += 1) {
    const pdu = tile(64, (n * 64) % 1216, ((n * 64) >> 4) % 640, n & 0xff);
    sent += pdu.length;
    if (!socket.write(pdu)) await new Promise((resolve) => socket.once('drain', resolve));
  }
  return sent;
}

interface Route {
  readonly port: number;
  readonly routingToken?: string;
}

async function throughput(blaster: Blaster, route: Route, bytes: number): Promise<number> {
  const next = blaster.next();
  const abort = new AbortController();
  let received = 0;
  let done: () => void = () => {};
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  let expected = Number.POSITIVE_INFINITY;
  const client = runScriptedClient({
    host: '127.0.0.1',
    ...route,
    size: SIZE,
    colorDepth: 32,
    script: [{ type: 'wait', durationMs: 600_000 }],
    signal: abort.signal,
    onGraphics: ({ pdu }) => {
      received += pdu.length;
      if (received >= expected) done();
    },
  });
  client.done.catch(() => {});
  const socket = await next;
  await sleep(SETTLE_MS);
  const startMs = performance.now();
  expected = await blast(socket, bytes);
  if (received >= expected) done();
  await all;
  const seconds = (performance.now() - startMs) / 1000;
  abort.abort();
  socket.destroy();
  return expected / seconds / 1e6;
}

async function latencies(blaster: Blaster, route: Route, count: number): Promise<number[]> {
  const next = blaster.next();
  const abort = new AbortController();
  const samples: number[] = [];
  let sentAtMs = 0;
  let arrived: () => void = () => {};
  const client = runScriptedClient({
    host: '127.0.0.1',
    ...route,
    size: SIZE,
    colorDepth: 32,
    script: [{ type: 'wait', durationMs: 600_000 }],
    signal: abort.signal,
    onGraphics: ({ receivedAtMs }) => {
      samples.push(receivedAtMs - sentAtMs);
      arrived();
    },
  });
  client.done.catch(() => {});
  const socket = await next;
  await sleep(SETTLE_MS);
  for (let n = 0; n < count; n += 1) {
    const back = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    sentAtMs = performance.now();
    socket.write(tile(16, (n * 16) % 1264, 0, n & 0xff));
    await back;
    await sleep(2);
  }
  abort.abort();
  socket.destroy();
  // The first ones warm the code up.
  return samples.slice(Math.floor(count / 10));
}

export interface RelayBenchOptions {
  readonly runs: number;
  readonly bytes: number;
  readonly samples: number;
}

export async function benchRelay(gateway: GatewaySubject, options: RelayBenchOptions): Promise<readonly string[]> {
  const blaster = await startBlaster();
  const bare = await startBareRelay(blaster.port);
  const recordedTarget = await gateway.api.addTarget('bench-recorded', blaster.port, 'required');
  const plainTarget = await gateway.api.addTarget('bench-unrecorded', blaster.port, 'off');
  const through = async (target: typeof recordedTarget): Promise<Route> => ({
    port: gateway.rdpPort,
    routingToken: (await gateway.api.requestSession(target)).routingToken,
  });
  const routes = {
    bare: async (): Promise<Route> => ({ port: bare.port }),
    unrecorded: () => through(plainTarget),
    recorded: () => through(recordedTarget),
  };
  type Name = keyof typeof routes;
  const names: readonly Name[] = ['bare', 'unrecorded', 'recorded'];
  const rates: Record<Name, number[]> = { bare: [], unrecorded: [], recorded: [] };
  const delays: Record<Name, { p50: number[]; p99: number[] }> = {
    bare: { p50: [], p99: [] },
    unrecorded: { p50: [], p99: [] },
    recorded: { p50: [], p99: [] },
  };
  for (let run = 0; run < options.runs; run += 1) {
    for (const name of names) {
      rates[name].push(await throughput(blaster, await routes[name](), options.bytes));
      const samples = await latencies(blaster, await routes[name](), options.samples);
      delays[name].p50.push(quantile(samples, 0.5));
      delays[name].p99.push(quantile(samples, 0.99));
    }
  }
  await bare.stop();
  await blaster.close();
  return names.map((name) => {
    const ratios = rates[name].map((rate, run) => rate / (rates.bare[run] ?? Number.NaN));
    const added50 = median(delays[name].p50.map((p50, run) => p50 - (delays.bare.p50[run] ?? 0)));
    const added99 = median(delays[name].p99.map((p99, run) => p99 - (delays.bare.p99[run] ?? 0)));
    return (
      `${name.padEnd(11)} ${withRange(rates[name], 0)} MB/s, ratio ${withRange(ratios)}; ` +
      `PDU p50 ${median(delays[name].p50).toFixed(3)} ms (+${added50.toFixed(3)}), ` +
      `p99 ${median(delays[name].p99).toFixed(3)} ms (+${added99.toFixed(3)})`
    );
  });
}
