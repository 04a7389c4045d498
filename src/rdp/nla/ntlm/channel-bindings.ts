/**
 * Channel bindings of TLS as NTLM names them: the MD5 of a gss_channel_bindings_struct (RFC 2744 3.11) whose application
 * data is `tls-server-end-point` (RFC 5929 4); [MS-NLMP] 2.2.2.1, MsvAvChannelBindings.
 */
import { Writer } from '../../wire/writer.js';
import { ascii, concat } from '../bytes.js';
import type { Hashes } from '../hashes.js';

/** `certificateHash` is the hash of the server's certificate by the hash function of its signature, SHA-256 at least. */
export function channelBindingsOf(hashes: Hashes, certificateHash: Uint8Array): Uint8Array {
  const applicationData = concat(ascii('tls-server-end-point:'), certificateHash);
  const addresses = 4 * Uint32Array.BYTES_PER_ELEMENT;
  return hashes.md5(new Writer().zeros(addresses).u32(applicationData.length).bytes(applicationData).finish());
}
