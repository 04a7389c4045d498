/** Negotiation of the security protocol with a target: X.224 Connection Request and Confirm, [MS-RDPBCGR] 2.2.1.1, 2.2.1.2. */
import type { Socket } from 'node:net';
import { type ConnectionConfirm, decodeConnectionConfirm } from '../../../rdp/connection/x224/connection-confirm.js';
import { encodeConnectionRequest } from '../../../rdp/connection/x224/connection-request.js';
import {
  HYBRID_REQUIRED_BY_SERVER,
  SSL_REQUIRED_BY_SERVER,
  PROTOCOL_RDP,
  PROTOCOL_RDSAAD,
  PROTOCOL_RDSTLS,
  PROTOCOL_SSL,
  SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER,
} from '../../../rdp/connection/security-protocols.js';
import { DecodeError } from '../../../rdp/wire/errors.js';
import { MAX_CONNECTION_REQUEST_BYTES } from '../../../rdp/wire/limits.js';
import { Reader } from '../../../rdp/wire/reader.js';
import { decodeTpkt, encodeTpkt, frameLength, TPKT_VERSION } from '../../../rdp/wire/tpkt.js';
import { PeerSilentError, readUntil } from '../connection-start.js';
import { TargetError } from './target-error.js';

export interface Asked {
  /** A combination of PROTOCOL_*. */
  readonly requestedProtocols: number;
  /** Flags of RDP_NEG_REQ. */
  readonly flags: number;
}

export interface Negotiated {
  /** One of those that were asked for. */
  readonly selectedProtocol: number;
  /** Flags of RDP_NEG_RSP. */
  readonly flags: number;
}

/** Rejects with `TargetError`. */
export async function negotiate(socket: Socket, asked: Asked, timeoutMs: number): Promise<Negotiated> {
  const negotiation = { ...asked, correlationInfo: null };
  const request = { dstRef: 0, srcRef: 0, classOption: 0, routing: { kind: 'none' }, negotiation } as const;
  socket.write(encodeTpkt(encodeConnectionRequest({ ...request, trailing: new Uint8Array(0) })));
  let confirm: ConnectionConfirm;
  try {
    confirm = await readUntil(socket, 'the connection confirm', timeoutMs, parseConfirm);
  } catch (error) {
    if (error instanceof PeerSilentError || error instanceof DecodeError) {
      throw new TargetError('target-not-rdp', error.message);
    }
    throw error;
  }
  return negotiatedOf(confirm, asked.requestedProtocols);
}

function parseConfirm(bytes: Uint8Array): { value: ConnectionConfirm; taken: number } | null {
  if (bytes[0] !== TPKT_VERSION) throw new DecodeError('invalid', 'tpktHeader', 0, 'version');
  const length = frameLength(bytes);
  if (length === null || length > bytes.length) {
    if (bytes.length > MAX_CONNECTION_REQUEST_BYTES) throw new DecodeError('limit', 'x224Ccf', 0);
    return null;
  }
  const reader = new Reader(bytes, 'tpktHeader', 0, length);
  return { value: decodeConnectionConfirm(decodeTpkt(reader, 'x224Ccf')), taken: length };
}

/** [invariant 1] A target that selects anything but what was asked for is not used: the label would be wrong. */
function negotiatedOf({ negotiation }: ConnectionConfirm, requested: number): Negotiated {
  switch (negotiation.kind) {
    case 'none':
      throw refusalOf(PROTOCOL_RDP, requested);
    case 'failure':
      throw failureOf(negotiation.failureCode, requested);
    case 'response': {
      const { selectedProtocol, flags } = negotiation;
      const one = selectedProtocol !== 0 && (selectedProtocol & (selectedProtocol - 1)) === 0;
      if (!one || (selectedProtocol & requested) === 0) throw refusalOf(selectedProtocol, requested);
      return { selectedProtocol, flags };
    }
  }
}

function refusalOf(selected: number, requested: number): TargetError {
  const detail = `the target selected security protocol ${selected} of ${requested}`;
  if (requested === PROTOCOL_RDSAAD) return new TargetError('target-without-entra', detail);
  if (selected === PROTOCOL_RDP) return new TargetError('target-standard-security-only', detail);
  if (selected === PROTOCOL_SSL) return new TargetError('target-without-nla', detail);
  if (selected === PROTOCOL_RDSTLS) return new TargetError('target-requires-rdstls', detail);
  return new TargetError('target-selected-unexpected-protocol', detail);
}

function failureOf(failureCode: number, requested: number): TargetError {
  const detail = `the target answered ${requested} with negotiation failure ${failureCode}`;
  if (requested === PROTOCOL_RDSAAD) return new TargetError('target-without-entra', detail);
  const nla = failureCode === HYBRID_REQUIRED_BY_SERVER || failureCode === SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER;
  if (nla) return new TargetError('target-requires-nla', detail);
  const withoutNla = failureCode === SSL_REQUIRED_BY_SERVER && (requested & PROTOCOL_SSL) === 0;
  return new TargetError(withoutNla ? 'target-without-nla' : 'target-standard-security-only', detail);
}
