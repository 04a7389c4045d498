/** What readers of a trace take apart: its header, the headers of chunks, and the records of a chunk. */
import { decisionId, sessionId } from '../../../src/contract/ids.js';
import {
  decodeChunkHeader,
  decodeTraceHeader,
  encodeChunkHeader,
  encodeTraceHeader,
  iterateTraceRecords,
  TraceFormatError,
  TraceRecordWriter,
} from '../../../src/contract/trace-codec.js';
import { TRACE_VERSION, TraceRecordKind } from '../../../src/contract/trace.js';
import { stateless, type Subject } from '../subject.js';
import { bytesOfHex } from '../../helpers/fixture-files.js';

const REFUSALS = { refusals: [TraceFormatError] } as const;

const HEADER = encodeTraceHeader({
  format: 'witness-trace',
  version: TRACE_VERSION,
  sessionId: sessionId('01920000-0000-7000-8000-000000000001'),
  part: 1,
  sessionStartedAtMs: 1_700_000_000_000,
  partStartMs: 0,
  gatewayId: 'fuzz',
  decisionId: decisionId('01920000-0000-7000-8000-000000000002'),
  policyVersion: 1,
  recording: 'required',
  facts: { connectionMethod: 'native', authenticationMethod: 'password', protocol: 'rdp' },
  wrappedKey: 'AAAA',
});

function chunk(): Uint8Array {
  const writer = new TraceRecordWriter();
  for (const [index, kind] of Object.values(TraceRecordKind).entries()) {
    writer.append(kind, 1000 * index, new Uint8Array(17 * index).fill(index));
  }
  return writer.take();
}

function records(input: Uint8Array): number {
  let bytes = 0;
  for (const { payload } of iterateTraceRecords(input)) bytes += payload.length;
  return bytes;
}

export function traceSubjects(): Subject[] {
  const chunkHeaders = [encodeChunkHeader(1000, 0), encodeChunkHeader(16 * 1024 * 1024, 70_000)];
  return [
    stateless('trace-records', [chunk(), chunk().slice(0, 8), bytesOfHex('0500000000000000')], records, REFUSALS),
    stateless('trace-header', [HEADER, HEADER.slice(0, 10)], decodeTraceHeader, REFUSALS),
    stateless('trace-chunk-header', chunkHeaders, (input) => decodeChunkHeader(input, 0), { ...REFUSALS, weight: 0.5 }),
  ];
}
