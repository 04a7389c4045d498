/** What a client in a browser says first: an RDCleanPath request with a ticket and an X.224 Connection Request. */
import type { Duplex } from 'node:stream';
import { readUntil } from '../gateway/rdp/connection-start.js';
import { ticketIn } from '../gateway/rdp/ticket.js';
import { type ConnectionRequest, decodeConnectionRequest } from '../rdp/connection/x224/connection-request.js';
import { decodeRdCleanPath, rdCleanPathLength } from '../rdp/rdcleanpath/rdcleanpath-pdu.js';
import { DecodeError } from '../rdp/wire/errors.js';
import { MAX_CONNECTION_REQUEST_BYTES, MAX_RDCLEANPATH_REQUEST_BYTES } from '../rdp/wire/limits.js';
import { Reader } from '../rdp/wire/reader.js';
import { decodeTpkt } from '../rdp/wire/tpkt.js';

export interface PortalStart {
  /** Null when what the browser brought is none. */
  readonly ticket: string | null;
  readonly request: ConnectionRequest;
}

/** Reads it. Rejects with `PeerSilentError` or `DecodeError`. */
export function readPortalStart(stream: Duplex, timeoutMs: number): Promise<PortalStart> {
  return readUntil(stream, 'the RDCleanPath request', timeoutMs, parsePortalStart);
}

/** Null while more bytes are needed; never holds more than a request can have. The destination is the ticket's. */
export function parsePortalStart(bytes: Uint8Array): { value: PortalStart; taken: number } | null {
  const length = rdCleanPathLength(bytes);
  if (length === null) return null;
  if (length > MAX_RDCLEANPATH_REQUEST_BYTES) throw new DecodeError('limit', 'rdCleanPathPdu', 0, `${length} bytes`);
  if (length > bytes.length) return null;
  const pdu = decodeRdCleanPath(new Reader(bytes, 'rdCleanPathPdu', 0, length));
  if (pdu.kind !== 'request') throw new DecodeError('invalid', 'rdCleanPathPdu', 0, 'no request');
  const { x224ConnectionPdu } = pdu;
  if (x224ConnectionPdu.length > MAX_CONNECTION_REQUEST_BYTES) throw new DecodeError('limit', 'x224Crq', 0);
  const reader = new Reader(x224ConnectionPdu, 'tpktHeader');
  const request = decodeConnectionRequest(decodeTpkt(reader, 'x224Crq'));
  reader.end();
  return { value: { ticket: ticketIn(pdu.proxyAuth), request }, taken: length };
}
