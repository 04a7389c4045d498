/**
 * Server Redirection Packet, [MS-RDPBCGR] 2.2.13.1: a server sends the client elsewhere. Under TLS it follows a Share
 * Control Header (2.2.13.3.1), under Standard RDP Security a security header (2.2.13.2.1). Only as much is read as is
 * needed to refuse it, or to see whether it leads back here; credentials are never read.
 */
import type { Reader } from '../wire/reader.js';
import { decodeTerminatedUtf16 } from './utf16.js';

/** In the security header's flags, and the packet's own first field. */
export const SEC_REDIRECTION_PKT = 0x0400;

/** Bits of redirFlags. */
export const RedirFlag = {
  targetNetAddress: 0x0000_0001,
  loadBalanceInfo: 0x0000_0002,
  userName: 0x0000_0004,
  domain: 0x0000_0008,
  password: 0x0000_0010,
  dontStoreUserName: 0x0000_0020,
  smartcardLogon: 0x0000_0040,
  noRedirect: 0x0000_0080,
  targetFqdn: 0x0000_0100,
  targetNetBiosName: 0x0000_0200,
  targetNetAddresses: 0x0000_0800,
  clientTsvUrl: 0x0000_1000,
  serverTsvCapable: 0x0000_2000,
  passwordIsPkEncrypted: 0x0000_4000,
  redirectionGuid: 0x0000_8000,
  targetCertificate: 0x0001_0000,
} as const;

const SECURITY_HEADER_BYTES = 4;

export interface ServerRedirection {
  readonly sessionId: number;
  /** Bits of `RedirFlag`: which fields there are. */
  readonly redirFlags: number;
  /** False for a PDU that only informs. */
  readonly redirects: boolean;
  readonly targetNetAddress?: string;
  /** View of the routing token that the client is to present. */
  readonly loadBalanceInfo?: Uint8Array;
}

/** Decodes from the packet's field Flags on, up to LoadBalanceInfo. */
export function decodeServerRedirection(reader: Reader): ServerRedirection {
  if (reader.u16() !== SEC_REDIRECTION_PKT) throw reader.error('invalid', 'Flags');
  reader.skip(2);
  const sessionId = reader.u32();
  const redirFlags = reader.u32();
  const redirection = { sessionId, redirFlags, redirects: (redirFlags & RedirFlag.noRedirect) === 0 };
  const has = (flag: number): boolean => (redirFlags & flag) !== 0;
  return {
    ...redirection,
    ...(has(RedirFlag.targetNetAddress) ? { targetNetAddress: decodeTerminatedUtf16(reader, reader.u32()) } : {}),
    ...(has(RedirFlag.loadBalanceInfo) ? { loadBalanceInfo: reader.bytes(reader.u32()) } : {}),
  };
}

/** The variant under TLS: decodes what follows a Share Control Header of the type serverRedirection. */
export function decodeEnhancedServerRedirection(reader: Reader): ServerRedirection {
  reader.skip(2);
  return decodeServerRedirection(reader);
}

/** Recognises the variant under Standard RDP Security in an MCS payload that begins with a security header. */
export function isStandardServerRedirection(payload: Uint8Array): boolean {
  if (payload.length < SECURITY_HEADER_BYTES) return false;
  return (((payload[0] ?? 0) | ((payload[1] ?? 0) << 8)) & SEC_REDIRECTION_PKT) !== 0;
}
