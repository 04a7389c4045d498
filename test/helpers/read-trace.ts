import { createDecipheriv } from 'node:crypto';
import {
  chunkAdditionalData,
  decodeChunkHeader,
  decodeTraceHeader,
  iterateTraceRecords,
  traceNonce,
} from '../../src/contract/trace-codec.js';
import {
  TRACE_CHUNK_HEADER_BYTES,
  TRACE_TAG_BYTES,
  type TraceHeader,
  type TraceRecord,
} from '../../src/contract/trace.js';

/** Opens a whole trace file in memory; `tornBytes` are what follows its last whole chunk. */
export function readTrace(
  file: Uint8Array,
  key: Uint8Array,
): { header: TraceHeader; records: TraceRecord[]; tornBytes: number } {
  const decoded = decodeTraceHeader(file);
  if (decoded === null) throw new Error('no header');
  const { header, headerBytes } = decoded;
  const headerTag = file.subarray(headerBytes, headerBytes + TRACE_TAG_BYTES);
  createDecipheriv('aes-256-gcm', key, traceNonce(header.part, 0n))
    .setAAD(file.subarray(0, headerBytes))
    .setAuthTag(headerTag)
    .final();
  const records: TraceRecord[] = [];
  let at = headerBytes + TRACE_TAG_BYTES;
  for (;;) {
    const chunk = decodeChunkHeader(file, at);
    const bodyStart = at + TRACE_CHUNK_HEADER_BYTES;
    if (chunk === null || bodyStart + chunk.length + TRACE_TAG_BYTES > file.length) break;
    const decipher = createDecipheriv('aes-256-gcm', key, traceNonce(header.part, BigInt(chunk.index + 1)))
      .setAAD(chunkAdditionalData(headerTag, chunk.length, chunk.index))
      .setAuthTag(file.subarray(bodyStart + chunk.length, bodyStart + chunk.length + TRACE_TAG_BYTES));
    const plaintext = Buffer.concat([
      decipher.update(file.subarray(bodyStart, bodyStart + chunk.length)),
      decipher.final(),
    ]);
    records.push(...iterateTraceRecords(plaintext));
    at = bodyStart + chunk.length + TRACE_TAG_BYTES;
  }
  return { header, records, tornBytes: file.length - at };
}
