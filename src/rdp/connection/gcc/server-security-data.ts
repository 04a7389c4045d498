/** Server Security Data (TS_UD_SC_SEC1), [MS-RDPBCGR] 2.2.1.4.3. With TLS both numbers are 0 and nothing follows. */
import type { Reader } from '../../wire/reader.js';
import type { Writer } from '../../wire/writer.js';

export const ENCRYPTION_METHOD_NONE = 0;
export const ENCRYPTION_LEVEL_NONE = 0;

export interface ServerSecurityData {
  readonly encryptionMethod: number;
  readonly encryptionLevel: number;
  /** For Standard RDP Security; null when the two lengths were not sent. */
  readonly keys: { readonly serverRandom: Uint8Array; readonly serverCertificate: Uint8Array } | null;
}

export function decodeServerSecurityData(reader: Reader): ServerSecurityData {
  const encryptionMethod = reader.u32();
  const encryptionLevel = reader.u32();
  if (reader.remaining === 0) return { encryptionMethod, encryptionLevel, keys: null };
  const serverRandomLen = reader.u32();
  const serverCertLen = reader.u32();
  const keys = { serverRandom: reader.bytes(serverRandomLen), serverCertificate: reader.bytes(serverCertLen) };
  return { encryptionMethod, encryptionLevel, keys };
}

export function writeServerSecurityData(writer: Writer, value: ServerSecurityData): void {
  writer.u32(value.encryptionMethod).u32(value.encryptionLevel);
  if (value.keys === null) return;
  writer.u32(value.keys.serverRandom.length).u32(value.keys.serverCertificate.length);
  writer.bytes(value.keys.serverRandom).bytes(value.keys.serverCertificate);
}
