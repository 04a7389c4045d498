/** How CredSSP proves that nobody sits between the two ends of TLS, [MS-CSSP] 3.1.5 steps 3 and 4. */
import { ascii, concat } from '../bytes.js';
import type { Hashes } from '../hashes.js';

/** The first version that binds with a hash over a nonce (CVE-2018-0886). */
export const FIRST_HASHED_VERSION = 5;
export const CLIENT_NONCE_BYTES = 32;

const CLIENT_TO_SERVER = ascii('CredSSP Client-To-Server Binding Hash\0');
const SERVER_TO_CLIENT = ascii('CredSSP Server-To-Client Binding Hash\0');

/** `subjectPublicKey` is the contents of the certificate's BIT STRING; `nonce` is null below version 5. */
export interface Binding {
  readonly hashes: Hashes;
  readonly subjectPublicKey: Uint8Array;
  readonly nonce: Uint8Array | null;
}

/** What the client seals. */
export function clientBinding({ hashes, subjectPublicKey, nonce }: Binding): Uint8Array {
  return nonce === null ? subjectPublicKey : hashes.sha256(concat(CLIENT_TO_SERVER, nonce, subjectPublicKey));
}

/** What the server seals in answer: the hash the other way, or the key with 1 added to its first byte. */
export function serverBinding({ hashes, subjectPublicKey, nonce }: Binding): Uint8Array {
  if (nonce !== null) return hashes.sha256(concat(SERVER_TO_CLIENT, nonce, subjectPublicKey));
  const answer = Uint8Array.from(subjectPublicKey);
  answer[0] = ((answer[0] ?? 0) + 1) & 0xff;
  return answer;
}
