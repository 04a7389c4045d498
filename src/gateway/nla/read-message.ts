/** Whole messages of CredSSP from a stream, each within what is left of the time for the sign-in. */
import type { Duplex } from 'node:stream';
import { NlaError } from '../../rdp/nla/nla-error.js';
import { DecodeError, UnexpectedPduError } from '../../rdp/wire/errors.js';
import { MAX_TS_REQUEST_BYTES } from '../../rdp/wire/limits.js';
import { PeerSilentError, readUntil } from '../rdp/connection-start.js';

/**
 * Reads one message, whose size `sizeOf` knows from its first bytes; what follows stays in the stream, which is paused.
 * Rejects with `PeerSilentError`, or with what `sizeOf` throws.
 */
export function readMessage(
  stream: Duplex,
  sizeOf: (bytes: Uint8Array) => number | null,
  deadline: number,
): Promise<Uint8Array> {
  return readUntil(stream, 'the next message of CredSSP', Math.max(1, deadline - performance.now()), (bytes) => {
    const size = sizeOf(bytes);
    if (size !== null && size > MAX_TS_REQUEST_BYTES) throw new DecodeError('limit', 'TSRequest', 0);
    if (size === null || bytes.length < size) return null;
    return { value: bytes.subarray(0, size), taken: size };
  });
}

/** What a sign-in ends with, as an `NlaError`; anything else is no fault of the peer's and is thrown on. */
export function nlaErrorOf(error: unknown): NlaError {
  if (error instanceof NlaError) return error;
  if (error instanceof PeerSilentError) return new NlaError(error.reason);
  if (error instanceof DecodeError || error instanceof UnexpectedPduError) {
    return new NlaError('protocol', 0, error.message);
  }
  throw error;
}
