/** Sends a file of a recording, or one range of it, as the client takes it. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RecordingStore } from '../../storage/recording-store.js';
import { rangeNotSatisfiable } from './problems.js';
import { parseRange } from './range.js';

export interface FileToSend {
  readonly path: string;
  /** No byte beyond is sent, even when the file has grown meanwhile. */
  readonly sizeBytes: number;
  readonly contentType: string;
  /** Called once the answer is over, complete or not. */
  readonly done: () => void;
}

/** A client that takes nothing for so long is gone. */
const STALLED_MS = 60_000;

/** @throws StorageError before the first byte; later failures end the connection, so that the client sees them. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  store: RecordingStore,
  file: FileToSend,
): Promise<FastifyReply> {
  const signal = untilClosed(reply, file.done);
  const etag = `"${file.sizeBytes}"`;
  const range = parseRange(wantsRange(request, etag) ? request.headers.range : undefined, file.sizeBytes);
  if (range.kind === 'unsatisfiable') throw rangeNotSatisfiable(file.sizeBytes);
  const part = range.kind === 'part' ? range : { offset: 0, sizeBytes: file.sizeBytes };
  if (range.kind === 'part') {
    const last = part.offset + part.sizeBytes - 1;
    reply.code(206).header('content-range', `bytes ${part.offset}-${last}/${file.sizeBytes}`);
  }
  reply.headers({
    'accept-ranges': 'bytes',
    'cache-control': 'no-store',
    'content-length': String(part.sizeBytes),
    etag,
  });
  reply.type(file.contentType);
  // Fastify keeps the length of an answer to HEAD only when the body is a stream.
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  return reply.send(await store.readRange(file.path, part, signal));
}

function wantsRange(request: FastifyRequest, etag: string): boolean {
  const ifRange = request.headers['if-range'];
  return ifRange === undefined || ifRange === etag;
}

/** Aborts when the connection is over, however it ended, and ends it when it stalls. */
function untilClosed(reply: FastifyReply, done: () => void): AbortSignal {
  const controller = new AbortController();
  const response = reply.raw;
  response.setTimeout(STALLED_MS, () => response.destroy());
  const over = (): void => {
    controller.abort();
    done();
  };
  // A client that left while its file was looked up closes no second time.
  if (response.closed) over();
  else response.once('close', over);
  return controller.signal;
}
