/** Why a browser is not let in, in RDCleanPath's own form: HTTP status, Windows Sockets error or TLS alert. */
import type { RefusalReason } from '../gateway/rdp/refusal-reason.js';
import type { TargetProblem } from '../gateway/rdp/target/target-error.js';
import {
  HYBRID_REQUIRED_BY_SERVER,
  SSL_NOT_ALLOWED_BY_SERVER,
  SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER,
} from '../rdp/connection/security-protocols.js';
import { encodeConnectionConfirm } from '../rdp/connection/x224/connection-confirm.js';
import { GENERAL_ERROR, NEGOTIATION_ERROR, type RdCleanPathError } from '../rdp/rdcleanpath/rdcleanpath-pdu.js';
import { encodeTpkt } from '../rdp/wire/tpkt.js';

/** What ends a connection of the portal before RDP begins. */
export type PortalProblem = RefusalReason | TargetProblem | 'invalid-request' | 'ssh-not-supported' | 'gateway-failed';

const WSAEHOSTUNREACH = 10_065;
const TLS_HANDSHAKE_FAILURE = 40;
const TLS_BAD_CERTIFICATE = 42;
const TLS_UNKNOWN_CA = 48;

type Code = { readonly http: number } | { readonly wsa: number } | { readonly tls: number } | { readonly x224: number };

const CODES: { readonly [Problem in PortalProblem]: Code } = {
  'ticket-missing': { http: 401 },
  'ticket-unknown': { http: 401 },
  'ticket-expired': { http: 410 },
  'ticket-used': { http: 410 },
  'ticket-wrong-entrance': { http: 403 },
  'ticket-wrong-address': { http: 403 },
  'session-over': { http: 410 },
  'reconnect-window-over': { http: 410 },
  'ticket-unproven': { http: 401 },
  'ticket-wrong-password': { http: 401 },
  'ticket-guessed': { http: 410 },
  'too-many-attempts': { http: 429 },
  'policy-denied': { http: 403 },
  'policy-changed': { http: 409 },
  'link-over': { http: 403 },
  'too-many-sessions': { http: 429 },
  'target-unknown': { http: 410 },
  'target-unreachable': { wsa: WSAEHOSTUNREACH },
  'target-not-rdp': { http: 502 },
  'target-standard-security-only': { x224: SSL_NOT_ALLOWED_BY_SERVER },
  'target-requires-nla': { x224: HYBRID_REQUIRED_BY_SERVER },
  'target-without-nla': { x224: HYBRID_REQUIRED_BY_SERVER },
  'target-selected-unexpected-protocol': { x224: SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER },
  'target-requires-rdstls': { x224: SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER },
  'target-without-restricted-admin': { http: 502 },
  'target-without-entra': { http: 502 },
  'target-certificate-changed': { tls: TLS_BAD_CERTIFICATE },
  'target-certificate-not-pinned': { tls: TLS_BAD_CERTIFICATE },
  'target-certificate-untrusted': { tls: TLS_UNKNOWN_CA },
  'target-credential-unavailable': { http: 502 },
  'target-entra-unexpected': { http: 403 },
  'target-logon-failed': { http: 401 },
  'target-logon-denied': { http: 403 },
  'target-credssp-failed': { http: 502 },
  'target-entra-failed': { http: 502 },
  'target-tls-failed': { tls: TLS_HANDSHAKE_FAILURE },
  'invalid-request': { http: 400 },
  'ssh-not-supported': { http: 501 },
  'gateway-failed': { http: 500 },
};

const NOTHING = { httpStatusCode: null, wsaLastError: null, tlsAlertCode: null, x224ConnectionPdu: null } as const;

export function rdCleanPathErrorOf(problem: PortalProblem): RdCleanPathError {
  const code = CODES[problem];
  const error = { kind: 'error', ...NOTHING, errorCode: GENERAL_ERROR } as const;
  if ('http' in code) return { ...error, httpStatusCode: code.http };
  if ('wsa' in code) return { ...error, wsaLastError: code.wsa };
  if ('tls' in code) return { ...error, tlsAlertCode: code.tls };
  const negotiation = { kind: 'failure', flags: 0, failureCode: code.x224 } as const;
  const references = { dstRef: 0, srcRef: 0, classOption: 0, trailing: new Uint8Array(0) };
  const x224ConnectionPdu = encodeTpkt(encodeConnectionConfirm({ ...references, negotiation }));
  return { ...error, errorCode: NEGOTIATION_ERROR, x224ConnectionPdu };
}
