/** What a client says before TLS: an optional preconnection blob and the X.224 Connection Request. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type PreconnectionBlob, readPreconnectionBlob } from '../../rdp/connection/preconnection-blob.js';
import { type ConnectionRequest, decodeConnectionRequest } from '../../rdp/connection/x224/connection-request.js';
import { DecodeError } from '../../rdp/wire/errors.js';
import { MAX_CONNECTION_REQUEST_BYTES, MAX_PRECONNECTION_BLOB_BYTES } from '../../rdp/wire/limits.js';
import { Reader } from '../../rdp/wire/reader.js';
import { decodeTpkt, frameLength, TPKT_VERSION } from '../../rdp/wire/tpkt.js';

export interface ConnectionStart {
  readonly preconnection: PreconnectionBlob | null;
  readonly request: ConnectionRequest;
}

/** The peer went away or said nothing in time. */
export class PeerSilentError extends Error {
  override readonly name = 'PeerSilentError';
  readonly reason: 'closed' | 'timeout';

  constructor(reason: 'closed' | 'timeout', waitedFor: string) {
    super(reason === 'closed' ? `closed before ${waitedFor}` : `${waitedFor} did not come in time`);
    this.reason = reason;
  }
}

/**
 * Reads bytes until `parse` answers with a result and the number of bytes that it took; what follows is put back. The
 * stream is paused afterwards. Rejects with `PeerSilentError`, or with what `parse` throws.
 */
export function readUntil<T>(
  socket: Duplex,
  what: string,
  timeoutMs: number,
  parse: (bytes: Buffer) => { value: T; taken: number } | null,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const held = new HeldBytes();
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      socket.off('data', onData).off('end', onClose).off('close', onClose);
      socket.pause();
      settle();
    };
    const onClose = (): void => finish(() => reject(new PeerSilentError('closed', what)));
    const onData = (chunk: Buffer): void => {
      const bytes = held.add(chunk);
      let parsed: { value: T; taken: number } | null;
      try {
        parsed = parse(bytes);
      } catch (error) {
        finish(() => reject(error instanceof Error ? error : new Error('the bytes could not be read')));
        return;
      }
      if (parsed === null) return;
      const { value, taken } = parsed;
      finish(() => {
        if (taken < bytes.length) socket.unshift(bytes.subarray(taken));
        resolve(value);
      });
    };
    const timer = setTimeout(() => finish(() => reject(new PeerSilentError('timeout', what))), timeoutMs);
    socket.on('data', onData).on('end', onClose).on('close', onClose);
    if (socket.destroyed) onClose();
    else socket.resume();
  });
}

/** What came so far, in one piece. It grows by doubling: a peer that sends single bytes does not have them all copied with each. */
class HeldBytes {
  #storage: Buffer = Buffer.alloc(0);
  #size = 0;

  add(chunk: Buffer): Buffer {
    const size = this.#size + chunk.length;
    if (this.#size === 0) this.#storage = chunk;
    else if (size <= this.#storage.length) chunk.copy(this.#storage, this.#size);
    else {
      const grown = Buffer.alloc(2 * size);
      this.#storage.copy(grown, 0, 0, this.#size);
      chunk.copy(grown, this.#size);
      this.#storage = grown;
    }
    this.#size = size;
    return this.#storage.subarray(0, size);
  }
}

/** Reads what a client sends first. Rejects with `PeerSilentError` or `DecodeError`. */
export function readConnectionStart(socket: Socket, timeoutMs: number): Promise<ConnectionStart> {
  return readUntil(socket, 'the connection request', timeoutMs, parseConnectionStart);
}

/** Null while more bytes are needed; never holds more than a blob and a request can have. */
export function parseConnectionStart(bytes: Uint8Array): { value: ConnectionStart; taken: number } | null {
  const start = readPreconnectionBlob(bytes);
  if (start.kind === 'need-more-bytes') return needMore(bytes, MAX_PRECONNECTION_BLOB_BYTES);
  const from = start.kind === 'blob' ? start.sizeBytes : 0;
  const first = bytes[from];
  if (first === undefined) return null;
  if (first !== TPKT_VERSION) throw new DecodeError('invalid', 'tpktHeader', from, 'version');
  const length = frameLength(bytes, from);
  if (length !== null && length > MAX_CONNECTION_REQUEST_BYTES) {
    throw new DecodeError('limit', 'x224Crq', from, `${length} bytes`);
  }
  if (length === null || from + length > bytes.length) {
    return needMore(bytes, MAX_PRECONNECTION_BLOB_BYTES + MAX_CONNECTION_REQUEST_BYTES);
  }
  const reader = new Reader(bytes, 'tpktHeader', from, from + length);
  const request = decodeConnectionRequest(decodeTpkt(reader, 'x224Crq'));
  const preconnection = start.kind === 'blob' ? start.blob : null;
  return { value: { preconnection, request }, taken: from + length };
}

function needMore(bytes: Uint8Array, limit: number): null {
  if (bytes.length > limit) throw new DecodeError('limit', 'connectionStart', 0);
  return null;
}
