/**
 * `npm run bench:captures -- FILE...`: how fast captured sessions are followed and decoded, against the time that they took.
 * tshark, storage and H.264 encoding are left out. Each file is decoded in the same process: the first pays for the
 * engine's warm-up, and all once more show what is left without it.
 */
import { cpus } from 'node:os';
import { basename } from 'node:path';
import { Picture } from '../../recorder/picture/picture.js';
import { TraceRecordKind, type TraceRecord } from '../../src/contract/trace.js';
import { RECORD_KINDS } from '../../src/gateway/recording/tap.js';
import { followConnection, type DecryptedBytes } from '../../src/import/follow-connection.js';
import { surveyCapture } from '../../src/import/import-capture.js';
import { readerOf, stepReader, type Survey } from '../../src/import/survey.js';
import type { CaptureOutput } from '../../src/rdp/capture/capture-output.js';

const RDP_PORT = 3389;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

interface Session {
  readonly name: string;
  readonly survey: Survey;
  readonly seconds: number;
  readonly sent: readonly DecryptedBytes[];
}

interface Decoding {
  readonly cpuMs: number;
  readonly drops: number;
}

async function read(file: string): Promise<Session> {
  const options = { file, keylog: null, port: RDP_PORT, stream: null, method: 'imported' } as const;
  const survey = await surveyCapture(options);
  const sent: DecryptedBytes[] = [];
  await followConnection(options, survey.connection, (decrypted) => void sent.push(decrypted));
  const seconds = (survey.endMs - survey.connection.confirmedAtMs) / 1000;
  return { name: basename(file), survey, seconds, sent };
}

/** What the recorder would read of it; pointers and events draw next to nothing. */
function recordOf(output: CaptureOutput): TraceRecord | null {
  if (output.type === 'record') return { kind: RECORD_KINDS[output.kind], timeMs: 0, payload: output.pdu };
  if (output.type !== 'activation') return null;
  return { kind: TraceRecordKind.activation, timeMs: 0, payload: Buffer.from(JSON.stringify(output.activation)) };
}

function decode({ survey, sent }: Session): Decoding {
  const before = process.cpuUsage();
  const reader = readerOf(survey.connection);
  const picture = new Picture();
  let drops = 0;
  for (const decrypted of sent) {
    for (const output of stepReader(reader, decrypted)) {
      const record = recordOf(output);
      if (record !== null) drops += picture.apply(record).drops.length;
    }
  }
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1000, drops };
}

function line(name: string, seconds: number, { cpuMs, drops }: Decoding): string {
  const speed = ((seconds * 1000) / cpuMs).toFixed(0);
  const cells = [name.padEnd(44), `${seconds.toFixed(1)} s`, `${cpuMs.toFixed(0)} ms CPU`, `${speed} x real time`];
  return `${cells.join('  ')}${drops === 0 ? '' : `  ${drops} drops`}`;
}

const files = process.argv.slice(2);
if (files.length === 0) throw new Error('name captures (pcapng, with their TLS secrets) to decode');
const sessions: Session[] = [];
for (const file of files) sessions.push(await read(file));
print(`node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`);
for (const round of ['first', 'again']) {
  let seconds = 0;
  const all = { cpuMs: 0, drops: 0 };
  for (const session of sessions) {
    const decoding = decode(session);
    print(line(session.name, session.seconds, decoding));
    seconds += session.seconds;
    all.cpuMs += decoding.cpuMs;
    all.drops += decoding.drops;
  }
  print(line(`all, ${round}`, seconds, all));
}
