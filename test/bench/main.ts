/** `npm run bench`: medians over runs, with the ratio to a bare relay in the same run. `-- --quick` for a short look. */
import { cpus } from 'node:os';
import { benchRecording } from './recording-bench.js';
import { benchRelay } from './relay-bench.js';
import { startGatewaySubject } from './subjects.js';

const quick = process.argv.includes('--quick');
const print = (line: string): void => void process.stdout.write(`${line}\n`);

print(`node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`);
const gateway = await startGatewaySubject();
try {
  const relay = quick ? { runs: 1, bytes: 64e6, samples: 200 } : { runs: 5, bytes: 256e6, samples: 1000 };
  print(`relay: ${relay.runs} runs of ${relay.bytes / 1e6} MB and ${relay.samples} PDUs; median (range)`);
  for (const line of await benchRelay(gateway, relay)) print(`  ${line}`);
  const recording = quick ? { runs: 1, seconds: 20 } : { runs: 3, seconds: 60 };
  print(`recording: ${recording.runs} sessions of ${recording.seconds} s, demo desktop 1280x720; median (range)`);
  for (const line of await benchRecording(gateway, recording)) print(`  ${line}`);
} finally {
  await gateway.stop();
}
