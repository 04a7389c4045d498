/** What a minute of a recorded session costs: CPU of the gateway and its recorder, and video stored. */
import { startDemoDesktop } from '../../src/demo/demo-desktop.js';
import { runScriptedClient } from '../../src/demo/scripted-client.js';
import { cpuSeconds, finishedSession, type GatewaySubject } from './subjects.js';
import { withRange } from './statistics.js';

export interface RecordingBenchOptions {
  readonly runs: number;
  readonly seconds: number;
}

export async function benchRecording(
  gateway: GatewaySubject,
  options: RecordingBenchOptions,
): Promise<readonly string[]> {
  const demo = await startDemoDesktop({ host: '127.0.0.1', port: 0 });
  const target = await gateway.api.addTarget('bench-demo', demo.port, 'required');
  const cpu: number[] = [];
  const megabytes: number[] = [];
  for (let run = 0; run < options.runs; run += 1) {
    const before = cpuSeconds(gateway.pid);
    const created = await gateway.api.requestSession(target);
    const path = Array.from({ length: options.seconds * 10 }, (_unused, index) => ({
      x: 200 + ((index * 20) % 900),
      y: 300 + ((index * 20) % 200),
    }));
    await runScriptedClient({
      host: '127.0.0.1',
      port: gateway.rdpPort,
      routingToken: created.routingToken,
      size: { width: 1280, height: 720 },
      colorDepth: 32,
      script: [{ type: 'move', path, intervalMs: 100 }],
    }).done;
    const session = await finishedSession(gateway.api, created.sessionId);
    const minutes = (session.durationMs ?? 0) / 60_000;
    cpu.push((cpuSeconds(gateway.pid) - before) / minutes);
    megabytes.push(session.videoBytes / 1e6 / minutes);
  }
  await demo.close();
  return [
    `CPU         ${withRange(cpu)} s a recorded session minute (relay, trace, decoding, H.264, verification, audit)`,
    `video       ${withRange(megabytes)} MB a minute`,
  ];
}
